//! Why an archive could not be read.

use std::path::PathBuf;
use std::time::Duration;

use crate::name::Name;

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
        "the location `{0}` is of no known kind; it is a directory's absolute path, a URL, git:PATH, git:URL, \
         dir:PATH, or NAME:ADDRESS for a program larch-archive-NAME"
    )]
    UnknownKind(String),
    /// The location names a helper that is not installed.
    #[error(
        "there is no program `{0}` on the PATH or in LARCH_EXEC_PATH, so that nothing can read the archive; install it, \
         or register another location"
    )]
    NoHelper(String),
    /// A part of the archive could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A copy of something that is elsewhere cannot be kept here.
    #[error("cannot keep a copy in {}", path.display())]
    Keep {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file on a server could not be read.
    #[error("cannot read {url}: {said}")]
    Fetch {
        /// Its URL, without a password.
        url: String,
        /// What is wrong.
        said: String,
    },
    /// What a version's ref names is not in the repository.
    #[error(
        "the ref of `{name}` is damaged, or names what is missing in {}: the object {object}; `git fsck` there \
         tells more, and `git update-ref` sets the ref to what is there",
        repository.display()
    )]
    MissingObject {
        /// The version.
        name: Name,
        /// The object's id.
        object: String,
        /// Where the repository is.
        repository: PathBuf,
    },
    /// A program that reads the archive for us failed.
    #[error("{program} failed for {about}: {said}")]
    Program {
        /// The program, with what it was to do.
        program: String,
        /// What it was to do it to.
        about: String,
        /// The end of what it said, or how it ended.
        said: String,
    },
    /// A program or a server took too long.
    #[error(
        "{who} did not answer within {limit:?}; `timeout` of [archive.\"NAME\"] sets the limit"
    )]
    TooSlow {
        /// Who.
        who: String,
        /// The limit.
        limit: Duration,
    },
    /// It could not be opened, for a reason that was said before.
    #[error("{0}")]
    NotOpened(String),
    /// The poll was told to end.
    #[error("reading {0} was ended early")]
    Stopped(String),
    /// A host does not answer, or does not let us in: so it is with everything on it.
    #[error("{host}: {said}")]
    Host {
        /// The host.
        host: String,
        /// What was said.
        said: String,
    },
}
