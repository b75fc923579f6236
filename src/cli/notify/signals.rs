//! Signals that end a poll in good order.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};

/// The signals that were caught: running actions are ended then, and what they were told is owed
/// still.
pub(in crate::cli) struct Signals {
    stop: Arc<AtomicBool>,
    caught: Arc<AtomicUsize>,
}

impl Signals {
    /// Catches what asks a process to end, from now on.
    pub(in crate::cli) fn catch() -> io::Result<Self> {
        let signals = Self {
            stop: Arc::default(),
            caught: Arc::default(),
        };
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            let number = usize::try_from(signal).unwrap_or_default();
            signal_hook::flag::register_usize(signal, Arc::clone(&signals.caught), number)?;
            signal_hook::flag::register(signal, Arc::clone(&signals.stop))?;
        }
        // A limit on the size of files is an error of the write that meets it, as a full disk is. A
        // handler that does nothing, since what is ignored would be ignored by the actions too.
        signal_hook::flag::register(SIGXFSZ, Arc::default())?;
        Ok(signals)
    }

    /// Turns true with the first signal.
    pub(in crate::cli) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    /// Dies by the signal that was caught, as whoever sent it expects.
    pub(in crate::cli) fn die_if_caught(&self) {
        if let Ok(signal @ 1..) = i32::try_from(self.caught.load(Ordering::Relaxed)) {
            // It returns only where the signal's default is not to end the process.
            let _lives = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}
