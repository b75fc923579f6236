//! The sessions that there are with one relay.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::patience::{TICK, Wait};
use super::session::Session;

/// The sessions that there are with one relay: each is used by one caller, or idle.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    known: Mutex<Known>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct Known {
    idle: Vec<Session>,
    used: usize,
}

impl Sessions {
    /// An idle one, if there is one.
    pub(super) fn take(&self) -> Option<Session> {
        self.known().take()
    }

    /// As [`Sessions::take`], after waiting for those who use one. `None` if nobody does.
    pub(super) fn take_next(&self, wait: &Wait<'_>) -> Option<Session> {
        let mut known = self.known();
        while known.idle.is_empty() && known.used > 0 && wait.look().is_ok() {
            let waited = self.returned.wait_timeout(known, TICK);
            known = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        known.take()
    }

    /// Counts one that is about to be opened.
    pub(super) fn opening(&self) {
        self.known().used += 1;
    }

    /// Takes back one that was used; `None` if it is of no more use, or never came to be.
    pub(super) fn give_back(&self, session: Option<Session>) {
        let mut known = self.known();
        known.used -= 1;
        known.idle.extend(session);
        self.returned.notify_all();
    }

    /// All that are idle.
    pub(super) fn take_all(&self) -> Vec<Session> {
        std::mem::take(&mut self.known().idle)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn take(&mut self) -> Option<Session> {
        let session = self.idle.pop()?;
        self.used += 1;
        Some(session)
    }
}
