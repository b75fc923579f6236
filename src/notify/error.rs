//! Why there was no poll.

use std::path::PathBuf;

use crate::config::ConfigError;
use crate::store::StoreError;

/// Why there was no poll.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// There is no such directory.
    #[error("cannot use {} as a notification directory", path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The directory is another user's.
    #[error("{} belongs to user {owner}, and this is user {user}: only its owner polls it", path.display())]
    NotOwner {
        /// The directory.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who asks.
        user: u32,
    },
    /// The settings are invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The state cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The same was said less than a day ago.
    #[error(transparent)]
    Again(Box<PollError>),
    /// Another poll scans, and we were not to wait for it.
    #[error("another poll is scanning {archive}")]
    Busy {
        /// The archive that it scans.
        archive: String,
    },
}
