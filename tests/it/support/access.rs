//! Reading archives through the library.

use std::sync::atomic::AtomicBool;

use larch::archive::{Access, Options};
use larch::clock::Clock;

/// How a test reads an archive: without helpers or a cache, and never told to stop.
pub(crate) fn access(options: Options) -> Access<'static> {
    static NEVER: AtomicBool = AtomicBool::new(false);
    Access {
        options,
        exec_path: &[],
        cache: None,
        clock: Clock::default(),
        stop: &NEVER,
    }
}
