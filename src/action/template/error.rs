//! What is wrong with a template, and where.

use std::io;
use std::path::PathBuf;

/// Why a template made no text.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Its file cannot be read.
    #[error("cannot read the template {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The directory of the templates cannot be read.
    #[error("cannot read the directory of templates {}", path.display())]
    NoDirectory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is no template, or cannot be filled in.
    #[error("{place}:{line}: {why}")]
    Bad {
        /// The file, or what else holds it.
        place: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
}
