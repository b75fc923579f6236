//! Every exit code that larch may end with.

use std::process::ExitCode;

/// How a command ended; the numbers are documented in docs/reference.md and kept for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Success,
    /// The work was done as far as it goes, but something failed, and was said.
    Failure,
    /// The arguments make no sense.
    Usage,
    /// The state cannot be used: damaged, newer than this release, or on a network file system.
    StoreUnusable,
    /// A bug in larch.
    Bug,
    /// Another poll runs, and `--no-wait` was given.
    Busy,
    /// The notification directory is another user's.
    NotOwner,
    /// The settings are invalid.
    BadSettings,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::StoreUnusable => 69,
            Self::Bug => 70,
            Self::Busy => 75,
            Self::NotOwner => 77,
            Self::BadSettings => 78,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
