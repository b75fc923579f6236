//! The parameter directory, shared with tla: the user's id and the archives' locations.
//!
//! Files are written byte for byte as tla writes them, and read as leniently as tla reads them, so
//! that each program sees what the other registered. Knows nothing of what is at a location.

mod id;
mod locations;

pub use id::is_id;
pub use locations::{check_name, stored_form};

use std::io;
use std::path::{Path, PathBuf};

/// A parameter directory: `~/.arch-params`, or another. It need not exist before it is written to.
#[derive(Clone, Debug)]
pub struct Params {
    dir: PathBuf,
}

/// Why the parameter directory could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ParamsError {
    /// A text that tla would not accept as a user's id.
    #[error(
        "`{0}` is no id: it is written `NAME <USER@HOST>`, on one line and in ASCII; between `<` and `>` stand letters, digits, `-`, `.`, `_` and, before the `@`, `+`"
    )]
    BadId(String),
    /// The id's file holds something else.
    #[error("{} holds no id of the form `NAME <USER@HOST>`", .0.display())]
    DamagedId(PathBuf),
    /// A name that cannot be that of an archive.
    #[error(
        "`{0}` cannot be an archive's name: that has no `/`, white space or `#`, does not begin with `-`, `.`, `,`, `+` or `=` and does not end with `~`"
    )]
    BadName(String),
    /// A location that the file could not give back.
    #[error("the location `{0}` is empty, has white space at an edge, or is of several lines")]
    BadLocation(String),
    /// A `file://` URL that names a host.
    #[error("`{0}` is no file on this host; a file URL is written `file:///PATH`")]
    RemoteFile(String),
    /// The archive is registered already.
    #[error("{name} is registered already, at {location}")]
    Registered {
        /// The archive.
        name: String,
        /// Where it is.
        location: String,
    },
    /// The archive is not registered.
    #[error("{0} is not registered")]
    NotRegistered(String),
    /// A file or directory could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file or directory could not be written or removed.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Params {
    /// The parameter directory at `dir`.
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// Reads a small file of tla's: its first line, without the white space at its edges. `None` if
/// there is no such file.
fn first_line(path: &Path) -> Result<Option<String>, ParamsError> {
    match std::fs::read(path) {
        Ok(bytes) => {
            let line = bytes
                .split(|&byte| byte == b'\n')
                .next()
                .unwrap_or_default();
            Ok(Some(String::from_utf8_lossy(line).trim().to_owned()))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ParamsError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Makes a directory and those above it, for the user alone as tla does.
fn make_private_directory(path: &Path) -> Result<(), ParamsError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(write_error(path))
}

fn write_error(path: &Path) -> impl FnOnce(io::Error) -> ParamsError {
    |source| ParamsError::Write {
        path: path.to_owned(),
        source,
    }
}
