//! Taking turns at an archive: invocations coalesce, and none is lost.
//!
//! Who finds a scan running rings the bell first, looks at the scan lock once more, and then tries
//! for the one place to wait; if that is taken too, its wish is covered. By whom? The bell was rung
//! while somebody held the scan lock. That scanner compares the bell with what it noted before its
//! first look, at its end and once more after it let go of the lock, and scans again while it
//! differs. And should the scanner be killed, there is the one that waits, which has not looked at
//! anything yet. So a wish is lost only if both are killed, and then the next poll sees the change.
//!
//! A scan in a special mode answers no bell and covers nobody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::store::{Engine, Guard, Lock, Result};

/// How often a lock that another process holds is tried.
const PATIENCE: Duration = Duration::from_millis(5);

/// What to do when another poll scans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Leave the work to it.
    #[default]
    Coalesce,
    /// Wait until all that was asked for is scanned.
    Wait,
    /// Give up.
    NoWait,
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// We scanned.
    Scanned,
    /// Another poll scans, or will.
    Covered,
    /// Another poll scans, and we were not to wait.
    Busy,
}

/// One poll's wish to scan an archive.
pub(super) struct Wish<'a> {
    pub(super) engine: &'a dyn Engine,
    pub(super) archive: &'a str,
    pub(super) wait: Wait,
    /// The scan is of a special mode: it stands in for nobody.
    pub(super) special: bool,
    /// Turns true when there is no more waiting.
    pub(super) stop: &'a AtomicBool,
}

impl Wish<'_> {
    /// Runs `scan` while nobody else scans the archive, as often as the bell asks for it. `scan` is
    /// told whether something may have changed since the caller made up its mind: it waited, or was
    /// rung for.
    pub(super) fn take_turns(&self, scan: &mut dyn FnMut(bool) -> Result<()>) -> Result<Turn> {
        let mut turn = Turn::Covered;
        let mut late = false;
        loop {
            let guard = match self.engine.try_lock(&self.scan_lock())? {
                Some(guard) => guard,
                None if self.wait == Wait::NoWait => return Ok(Turn::Busy),
                None => {
                    late = true;
                    match self.queue_up()? {
                        Some(guard) => guard,
                        None => return Ok(turn),
                    }
                }
            };
            turn = Turn::Scanned;
            let noted = loop {
                let noted = self.engine.bell(self.archive)?;
                scan(late)?;
                late = true;
                if self.special || self.engine.bell(self.archive)? == noted {
                    break noted;
                }
            };
            drop(guard);
            if self.special || self.engine.bell(self.archive)? == noted {
                return Ok(turn);
            }
        }
    }

    /// Waits for the scan lock, if nobody else does already.
    fn queue_up(&self) -> Result<Option<Box<dyn Guard>>> {
        if self.special {
            return self.wait_for(&self.scan_lock());
        }
        self.engine.ring(self.archive)?;
        if let Some(guard) = self.engine.try_lock(&self.scan_lock())? {
            return Ok(Some(guard));
        }
        let place = Lock::Wait(self.archive.to_owned());
        let place = match self.engine.try_lock(&place)? {
            Some(place) => Some(place),
            None if self.wait == Wait::Wait => self.wait_for(&place)?,
            None => None,
        };
        let Some(_place) = place else { return Ok(None) };
        // With the place, it is let go before the first look: the next one may wait from then on.
        self.wait_for(&self.scan_lock())
    }

    /// Waits until a lock is free; `None` when we are told to stop.
    fn wait_for(&self, lock: &Lock) -> Result<Option<Box<dyn Guard>>> {
        while !self.stop.load(Ordering::Relaxed) {
            if let Some(guard) = self.engine.try_lock(lock)? {
                return Ok(Some(guard));
            }
            std::thread::sleep(PATIENCE);
        }
        Ok(None)
    }

    fn scan_lock(&self) -> Lock {
        Lock::Scan(self.archive.to_owned())
    }
}
