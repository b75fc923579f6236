//! How long somebody else is waited for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a call may go without a look at the time, and at whether to stop.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// How long a conversation and each of its steps may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience<'a> {
    /// Turns true when everything has to end.
    pub(super) stop: &'a AtomicBool,
    /// For one step.
    pub(super) step: Duration,
    /// The end of the whole conversation.
    pub(super) until: Instant,
}

/// One step of a conversation, from its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait<'a> {
    stop: &'a AtomicBool,
    begun: Instant,
    limit: Duration,
}

/// Why nobody waits any longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enough {
    /// Everything has to end.
    Stopped,
    /// It took longer than this.
    Late(Duration),
}

impl<'a> Patience<'a> {
    /// Begins a step.
    pub(super) fn begin(&self) -> Wait<'a> {
        let begun = Instant::now();
        Wait {
            stop: self.stop,
            begun,
            limit: self.step.min(self.until.saturating_duration_since(begun)),
        }
    }
}

impl Wait<'_> {
    /// When the step has to be done.
    pub(super) fn until(&self) -> Instant {
        self.begun + self.limit
    }

    /// That it took too long.
    pub(super) fn late(&self) -> Enough {
        Enough::Late(self.limit)
    }

    /// Whether it is worth waiting on.
    pub(super) fn look(&self) -> Result<(), Enough> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(Enough::Stopped);
        }
        if self.begun.elapsed() >= self.limit {
            return Err(self.late());
        }
        Ok(())
    }
}
