//! The last resort: a panic anywhere is a bug, is said so, and ends with its own exit code.

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use super::exit::Exit;

/// Runs `work`; if it panics, asks for a report and returns [`Exit::Bug`].
pub(super) fn guard(work: impl FnOnce() -> Exit) -> Exit {
    set_hook(Box::new(report));
    // Nothing that `work` touched is looked at again.
    catch_unwind(AssertUnwindSafe(|| {
        #[cfg(feature = "fault-points")]
        assert!(
            std::env::var_os("LARCH_TEST_PANIC").is_none(),
            "asked to panic"
        );
        work()
    }))
    .unwrap_or(Exit::Bug)
}

fn report(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("no message");
    let place = panic.location().map(|place| format!(" at {place}"));
    let text = format!(
        "error: this is a bug in larch {}: {message}{}\n\
         hint: please report it, with this text and what was run; no item is lost by it, and the next poll goes on\n",
        env!("CARGO_PKG_VERSION"),
        place.unwrap_or_default(),
    );
    // A closed standard error leaves nobody to tell.
    let _unheard = std::io::stderr().write_all(text.as_bytes());
}
