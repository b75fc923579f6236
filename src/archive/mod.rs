//! Reading archives: the [`Archive`] trait and one file per kind.
//!
//! A kind says what there is; what of it is new, and to whom, is none of its business. It knows
//! nothing of rules, stores or actions.

pub mod arch;

use std::path::{Path, PathBuf};

use crate::name::Name;

/// What a subject's listing depends on, as one look without opening it shows.
///
/// Equal fingerprints mean an equal listing, but for changes in the same tick of the clock as the
/// look; the poll guards against those by trusting only a fingerprint that was old when it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The device number.
    pub dev: u64,
    /// The inode number.
    pub ino: u64,
    /// The modification time in nanoseconds since 1970.
    pub mtime: i64,
    /// The change time in nanoseconds since 1970.
    pub ctime: i64,
}

/// All items of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The last part of each item's name (what [`Name::child`] takes), oldest first.
    pub parts: Vec<String>,
    /// Something is there that is not complete yet, and must be looked at again.
    pub held_back: bool,
}

/// What an archive knows of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Description {
    /// The author, as the archive writes it: often `Name <address>`.
    pub author: Option<String>,
    /// The date, RFC 3339 where the archive's own form could be read, else as it stands.
    pub date: Option<String>,
    /// The first line of the message.
    pub summary: Option<String>,
    /// The archive's own id of the revision, where it has one beside the name (a commit's hash).
    pub id: Option<String>,
}

/// A way to read one archive, made for one scan or one attempt by [`open`].
///
/// All methods are read-only and may be called again at will. `Sync`, since several threads may ask.
pub trait Archive: Send + Sync {
    /// The kind, as `LARCH_KIND` says it: `arch`, later `git`, `dir`, …
    fn kind(&self) -> &'static str;

    /// What to remember so that the next [`open`] need not read the archive's format again.
    fn hint(&self) -> Option<String>;

    /// One look at a subject, at most one `stat`. `None` where the kind has no cheap look.
    ///
    /// [`ArchiveError::NoSuchSubject`] as for [`Archive::list`].
    fn fingerprint(&self, subject: &Name) -> Result<Option<Fingerprint>, ArchiveError>;

    /// Lists a subject's items whole, oldest first, or fails: a partial listing is never returned.
    ///
    /// `known` tells which parts were complete before, so that completeness is looked at for new
    /// ones only. [`ArchiveError::NoSuchSubject`] means that the archive was reached and does not
    /// hold the subject; any other error says nothing about what exists.
    fn list(&self, subject: &Name, known: &dyn Fn(&str) -> bool) -> Result<Listing, ArchiveError>;

    /// What the archive knows of a revision. [`ArchiveError::NoSuchSubject`] when it is gone.
    fn describe(&self, revision: &Name) -> Result<Description, ArchiveError>;

    /// The text that `cat-archive-log` prints for a revision, as its bytes stand in the archive.
    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError>;
}

/// Why an archive could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The archive was reached, and has no such thing.
    #[error("the archive has no {} `{}`", .0.level(), .0)]
    NoSuchSubject(Name),
    /// Nothing answers at the location.
    #[error("no archive can be reached at {}", location.display())]
    Unreachable {
        /// The location as registered.
        location: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Something is there, but in no format that is known.
    #[error("{} is not in a known archive format: {found}", path.display())]
    UnknownFormat {
        /// The file that tells the format.
        path: PathBuf,
        /// What it says instead.
        found: String,
    },
    /// The location is of no kind that this release reads.
    #[error(
        "the location `{0}` is of no known kind; a GNU Arch archive is a directory's absolute path or a file:// URL"
    )]
    UnknownKind(String),
    /// A part of the archive could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// Opens the archive at a registered `location`. `hint` is what [`Archive::hint`] said last time;
/// a stale one costs time and nothing else.
pub fn open(location: &str, hint: Option<&str>) -> Result<Box<dyn Archive>, ArchiveError> {
    Ok(Box::new(arch::ArchArchive::open(path(location)?, hint)?))
}

/// The name that the archive at a `location` was made under; `None` where it does not say.
pub fn official_name(location: &str) -> Result<Option<String>, ArchiveError> {
    arch::ArchArchive::open(path(location)?, None)?.official_name()
}

/// The directory of a location on disk.
fn path(location: &str) -> Result<&Path, ArchiveError> {
    let path = location.strip_prefix("file://").unwrap_or(location);
    if path.starts_with('/') {
        Ok(Path::new(path))
    } else {
        Err(ArchiveError::UnknownKind(location.to_owned()))
    }
}
