//! Why the state cannot be used.

use std::path::{Path, PathBuf};

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database is not one, or its content contradicts itself.
    #[error("the state in {} is damaged: {why}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer release wrote the database.
    #[error("the state in {} has format {found}, and this release of larch knows formats up to {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// The format that was found.
        found: i64,
        /// The newest format that this release knows.
        known: i64,
    },
    /// The state lies on a file system on which locks and the database cannot be trusted.
    #[error("{} is on a network file system", path.display())]
    Network {
        /// The directory of the state.
        path: PathBuf,
    },
    /// There is no state, and the caller wants to read one.
    #[error("{} has no state yet: no poll has run there", path.display())]
    Absent {
        /// The directory of the state.
        path: PathBuf,
    },
    /// A file of the state could not be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The database could not do what it was asked for: the disk is full, say.
    #[error("the database {} failed", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it said.
        #[source]
        source: rusqlite::Error,
    },
}

impl StoreError {
    /// The error for a file of the state.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::File {
            path: path.to_owned(),
            source,
        }
    }

    /// Sorts what `SQLite` says into damage and everything else.
    pub(crate) fn database(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::Error::{
            FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
        };
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let is_odd = matches!(
            source,
            FromSqlConversionFailure(..)
                | IntegralValueOutOfRange(..)
                | InvalidColumnType(..)
                | Utf8Error(..)
        );
        match source.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged {
                path: path.to_owned(),
                why: source.to_string(),
            },
            // Larch never writes what it cannot read.
            _ if is_odd => Self::Damaged {
                path: path.to_owned(),
                why: source.to_string(),
            },
            _ => Self::Database {
                path: path.to_owned(),
                source,
            },
        }
    }
}
