//! Makes sure that the system tells us how a child ended.

use std::fs;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Once};

use signal_hook::consts::SIGCHLD;

/// Undoes an ignored `SIGCHLD`, once for this process.
///
/// Who starts us may ignore that signal, and we inherit it. The system then forgets how a child
/// ended, and every action would seem to have failed, and be repeated.
pub(super) fn keep_ended_children() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        if ignores_sigchld(&status) {
            // Any handler will do. Without one the attempt says that the exit code was lost.
            signal_hook::flag::register(SIGCHLD, Arc::new(AtomicBool::new(false))).ok();
        }
    });
}

/// Whether `/proc/PID/status` says so: bit N - 1 of `SigIgn` stands for signal N.
fn ignores_sigchld(status: &str) -> bool {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .is_some_and(|mask| mask >> (SIGCHLD - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        assert!(ignores_sigchld("Name:\tx\nSigIgn:\t0000000000011000\n"));
        assert!(!ignores_sigchld("SigIgn:\t0000000000001000\n"));
        assert!(!ignores_sigchld(""));
    }
}
