//! The directory tree of an archive, read without ever leaving it.
//!
//! Paths are relative to the root, with `/` between their steps, and empty for the root itself.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use super::directory::{Directory, is_absence};
use crate::archive::{ArchiveError, Fingerprint};

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
    pub(super) fn path(&self, place: &str) -> PathBuf {
        self.root.join(place)
    }

    /// The error that `place` cannot be read.
    pub(super) fn unreadable(&self, place: &str, source: io::Error) -> ArchiveError {
        ArchiveError::Read {
            path: self.path(place),
            source,
        }
    }

    /// Fails if the root is no archive any more: removed, or unmounted.
    pub(super) fn check_health(&self) -> Result<(), ArchiveError> {
        match rustix::fs::statat(&self.fd, ".archive-version", AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(()),
            Err(error) => Err(ArchiveError::Unreachable {
                location: self.root.clone(),
                source: error.into(),
            }),
        }
    }

    pub(super) fn look_at_root(&self) -> Result<Fingerprint, ArchiveError> {
        rustix::fs::fstat(&self.fd)
            .map(|stat| fingerprint(&stat))
            .map_err(|error| self.unreadable("", error.into()))
    }

    /// The fingerprint of a directory; `None` if it is not there.
    ///
    /// This one look does not see a symbolic link on the way, as opening does: what was once listed
    /// is still the same, and a new place is opened before anything is made of it.
    pub(super) fn look(&self, place: &str) -> Result<Option<Fingerprint>, ArchiveError> {
        self.look_for(place, FileType::Directory)
    }

    /// The fingerprint of a regular file; `None` if it is not there.
    pub(super) fn look_at_file(&self, place: &str) -> Result<Option<Fingerprint>, ArchiveError> {
        self.look_for(place, FileType::RegularFile)
    }

    fn look_for(&self, place: &str, kind: FileType) -> Result<Option<Fingerprint>, ArchiveError> {
        match rustix::fs::statat(&self.fd, place, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == kind => {
                Ok(Some(fingerprint(&stat)))
            }
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
    pub(super) fn open_directory(&self, place: &str) -> Result<Option<Directory>, ArchiveError> {
        let mut directory = None;
        for step in place.split('/').filter(|step| !step.is_empty()) {
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

    /// Opens a regular file; `None` if it is not there.
    pub(super) fn open_file(&self, place: &str) -> Result<Option<File>, ArchiveError> {
        let (above, name) = place.rsplit_once('/').unwrap_or(("", place));
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

fn fingerprint(stat: &Stat) -> Fingerprint {
    let nanos = |seconds: i64, nanos: u64| {
        seconds
            .saturating_mul(crate::clock::SECOND)
            .saturating_add_unsigned(nanos)
    };
    Fingerprint {
        dev: stat.st_dev,
        ino: stat.st_ino,
        mtime: nanos(stat.st_mtime, stat.st_mtime_nsec),
        ctime: nanos(stat.st_ctime, stat.st_ctime_nsec),
    }
}
