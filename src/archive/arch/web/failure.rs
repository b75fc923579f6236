//! Why a request has no answer that can be used, so that several subjects can share it.

use std::time::Duration;

use crate::archive::ArchiveError;

/// Why a request has no answer that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server was reached, and has no such file.
    Missing {
        /// The file's URL.
        url: String,
    },
    /// The server's answer is about this one file, and is of no use.
    Refused {
        /// The file's URL.
        url: String,
        /// What is wrong.
        said: String,
    },
    /// The host cannot be asked at all.
    Host {
        /// The host.
        host: String,
        /// What is wrong.
        said: String,
    },
    /// The host took too long.
    TooSlow {
        /// The host.
        host: String,
        /// The limit.
        limit: Duration,
    },
    /// Reading was to end early.
    Stopped {
        /// The host.
        host: String,
    },
}

impl Failure {
    /// Whether the next request would fail likewise, so that it is not worth its time.
    pub(super) fn is_of_the_host(&self) -> bool {
        matches!(self, Self::Host { .. } | Self::TooSlow { .. })
    }
}

impl From<Failure> for ArchiveError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Missing { url } => Self::Fetch {
                url,
                said: "the server has no such file".to_owned(),
            },
            Failure::Refused { url, said } => Self::Fetch { url, said },
            Failure::Host { host, said } => Self::Host { host, said },
            Failure::TooSlow { host, limit } => Self::TooSlow { who: host, limit },
            Failure::Stopped { host } => Self::Stopped(host),
        }
    }
}
