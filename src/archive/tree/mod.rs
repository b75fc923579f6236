//! The directory tree of an archive, read without ever leaving it.
//!
//! Paths are relative to the root, in plain steps (no `.` and no `..`), and empty for the root itself.

mod directory;

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

pub(super) use self::directory::Directory;
use super::{ArchiveError, Stat};
use crate::clock::{Nanos, SECOND};

/// How often a link is followed again.
const FOLLOWED_AGAIN: usize = 100;

const OPEN_DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOFOLLOW);

/// An archive's root, held open.
#[derive(Debug)]
pub(super) struct Tree {
    root: PathBuf,
    fd: OwnedFd,
}

impl Tree {
    /// Opens the root; it alone may be reached by a symbolic link.
    pub(super) fn open(root: &Path) -> Result<Self, ArchiveError> {
        let flags = OPEN_DIRECTORY.difference(OFlags::NOFOLLOW);
        match rustix::fs::openat(CWD, root, flags, Mode::empty()) {
            Ok(fd) => Ok(Self {
                root: root.to_owned(),
                fd,
            }),
            Err(error) => Err(ArchiveError::Unreachable {
                location: root.to_owned(),
                source: error.into(),
            }),
        }
    }

    /// The whole path, for messages.
    pub(super) fn path(&self, place: impl AsRef<Path>) -> PathBuf {
        self.root.join(place)
    }

    /// The error that `place` cannot be read.
    pub(super) fn unreadable(&self, place: impl AsRef<Path>, source: io::Error) -> ArchiveError {
        ArchiveError::Read {
            path: self.path(place),
            source,
        }
    }

    /// Fails if the root does not hold `place`: it is no archive any more, removed or unmounted.
    pub(super) fn require(&self, place: &str) -> Result<(), ArchiveError> {
        match rustix::fs::statat(&self.fd, place, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.unreachable(error)),
        }
    }

    /// The error that nothing answers at the root.
    pub(super) fn unreachable(&self, error: Errno) -> ArchiveError {
        ArchiveError::Unreachable {
            location: self.root.clone(),
            source: error.into(),
        }
    }

    pub(super) fn look_at_root(&self) -> Result<Stat, ArchiveError> {
        rustix::fs::fstat(&self.fd)
            .map(|stat| Stat::from(&stat))
            .map_err(|error| self.unreadable("", error.into()))
    }

    /// The look at a directory; `None` if it is not there.
    ///
    /// This one look does not see a symbolic link on the way, as opening does: what was once listed
    /// is still the same, and a new place is opened before anything is made of it.
    pub(super) fn look(&self, place: impl AsRef<Path>) -> Result<Option<Stat>, ArchiveError> {
        self.look_for(place.as_ref(), FileType::Directory)
    }

    /// The look at a regular file; `None` if it is not there.
    pub(super) fn look_at_file(
        &self,
        place: impl AsRef<Path>,
    ) -> Result<Option<Stat>, ArchiveError> {
        self.look_for(place.as_ref(), FileType::RegularFile)
    }

    fn look_for(&self, place: &Path, kind: FileType) -> Result<Option<Stat>, ArchiveError> {
        match rustix::fs::statat(&self.fd, place, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == kind => Ok(Some((&stat).into())),
            Ok(_) => Ok(None),
            Err(error) if is_absence(error) => Ok(None),
            Err(error) => Err(self.unreadable(place, error.into())),
        }
    }

    pub(super) fn open_root(&self) -> Result<Directory, ArchiveError> {
        match rustix::fs::openat(&self.fd, ".", OPEN_DIRECTORY, Mode::empty()) {
            Ok(fd) => Ok(Directory::new(self.root.clone(), fd)),
            Err(error) => Err(self.unreadable("", error.into())),
        }
    }

    /// Opens a directory, step by step; `None` if it is not there.
    pub(super) fn open_directory(
        &self,
        place: impl AsRef<Path>,
    ) -> Result<Option<Directory>, ArchiveError> {
        let place = place.as_ref();
        let mut directory = None;
        for step in place {
            let above = directory.as_ref().unwrap_or(&self.fd);
            match rustix::fs::openat(above, step, OPEN_DIRECTORY, Mode::empty()) {
                Ok(fd) => directory = Some(fd),
                Err(error) if is_absence(error) => return Ok(None),
                Err(error) => return Err(self.unreadable(place, error.into())),
            }
        }
        match directory {
            Some(fd) => Ok(Some(Directory::new(self.path(place), fd))),
            None => self.open_root().map(Some),
        }
    }

    /// Opens the directory that `place` leads to by symbolic links, with `flags` beside those that
    /// make it one; `None` unless it stands in the tree, exactly as deep as `place`: so that no link
    /// leads out of the tree, nor round in it.
    pub(super) fn follow(
        &self,
        place: &Path,
        flags: OFlags,
    ) -> Result<Option<Directory>, ArchiveError> {
        let flags = flags | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        let open = || rustix::fs::openat2(&self.fd, place, flags, Mode::empty(), resolve);
        // Somewhere a directory was renamed just when the kernel went up one.
        let has_ended = |opened: &Result<_, Errno>| !matches!(opened, Err(Errno::AGAIN));
        let mut tries = std::iter::repeat_with(open).take(FOLLOWED_AGAIN);
        let fd = match tries.find(has_ended).unwrap_or(Err(Errno::AGAIN)) {
            Ok(fd) => fd,
            // A kernel that cannot keep links in the tree follows none.
            Err(Errno::XDEV | Errno::ACCESS | Errno::NOSYS) => return Ok(None),
            Err(error) if is_absence(error) => return Ok(None),
            Err(error) => return Err(self.unreadable(place, error.into())),
        };
        let up = "../".repeat(place.iter().count());
        let above = rustix::fs::statat(&fd, up, AtFlags::empty())
            .map_err(|error| self.unreadable(place, error.into()))?;
        let root = self.look_at_root()?;
        let stands_there = (above.st_dev, above.st_ino) == (root.dev, root.ino);
        Ok(stands_there.then(|| Directory::new(self.path(place), fd)))
    }

    /// Opens a regular file; `None` if it is not there.
    pub(super) fn open_file(&self, place: impl AsRef<Path>) -> Result<Option<File>, ArchiveError> {
        let place = place.as_ref();
        let (Some(above), Some(name)) = (place.parent(), place.file_name()) else {
            return Ok(None);
        };
        let Some(directory) = self.open_directory(above)? else {
            return Ok(None);
        };
        // Whatever else bears the name must not make the opening wait, as a FIFO would.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(directory.fd(), name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(error) if is_absence(error) => return Ok(None),
            Err(error) => return Err(self.unreadable(place, error.into())),
        };
        match file.metadata() {
            Ok(metadata) => Ok(metadata.is_file().then_some(file)),
            Err(source) => Err(self.unreadable(place, source)),
        }
    }
}

impl From<&rustix::fs::Stat> for Stat {
    fn from(stat: &rustix::fs::Stat) -> Self {
        Self {
            dev: stat.st_dev,
            ino: stat.st_ino,
            mtime: time(stat.st_mtime, stat.st_mtime_nsec),
            ctime: time(stat.st_ctime, stat.st_ctime_nsec),
        }
    }
}

impl From<&std::fs::Metadata> for Stat {
    fn from(stat: &std::fs::Metadata) -> Self {
        Self {
            dev: stat.dev(),
            ino: stat.ino(),
            mtime: time(stat.mtime(), stat.mtime_nsec().unsigned_abs()),
            ctime: time(stat.ctime(), stat.ctime_nsec().unsigned_abs()),
        }
    }
}

fn time(seconds: i64, nanos: u64) -> Nanos {
    seconds
        .saturating_mul(SECOND)
        .saturating_add_unsigned(nanos)
}

/// The errors that say that something is not there, or is no directory; a symbolic link is none.
fn is_absence(error: Errno) -> bool {
    matches!(
        error,
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG
    )
}
