//! The directory that is registered, held open, and everything below it by relative paths.

use std::ffi::CStr;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

use crate::archive::{ArchiveError, Stat};
use crate::clock::{Nanos, SECOND};

/// The registered directory.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    fd: OwnedFd,
}

impl Root {
    pub(super) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        match rustix::fs::openat(CWD, path, flags, Mode::empty()) {
            Ok(fd) => Ok(Self {
                path: path.to_owned(),
                fd,
            }),
            Err(error) => Err(unreachable(path, error.into())),
        }
    }

    /// The whole path of what is at `place`, which is relative to the root, or absolute.
    pub(super) fn path(&self, place: &Path) -> PathBuf {
        if place.as_os_str().is_empty() {
            return self.path.clone();
        }
        self.path.join(place)
    }

    /// What is at `place`, or where a symbolic link there leads to; `None` if nothing is.
    pub(super) fn stat(&self, place: &Path) -> Result<Option<(FileType, Stat)>, ArchiveError> {
        self.stat_at(place, AtFlags::empty())
    }

    /// What is at `place` itself, be it a symbolic link; `None` if nothing is.
    pub(super) fn kind(&self, place: &Path) -> Result<Option<FileType>, ArchiveError> {
        let found = self.stat_at(place, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(found.map(|(kind, _)| kind))
    }

    /// Whether `place` is a directory, or leads to one.
    pub(super) fn is_directory(&self, place: &Path) -> Result<bool, ArchiveError> {
        let found = self.stat(place)?;
        Ok(found.is_some_and(|(kind, _)| kind == FileType::Directory))
    }

    fn stat_at(
        &self,
        place: &Path,
        flags: AtFlags,
    ) -> Result<Option<(FileType, Stat)>, ArchiveError> {
        let at = if place.as_os_str().is_empty() {
            Path::new(".")
        } else {
            place
        };
        match rustix::fs::statat(&self.fd, at, flags) {
            Ok(stat) => Ok(Some(of(&stat))),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG) => Ok(None),
            Err(error) => Err(self.unreadable(place, error.into())),
        }
    }

    /// As [`Root::stat`], for comparing: whatever fails is nothing.
    pub(super) fn glance(&self, place: &CStr) -> Option<(FileType, Stat)> {
        let place = if place.is_empty() { c"." } else { place };
        let stat = rustix::fs::statat(&self.fd, place, AtFlags::empty());
        stat.ok().as_ref().map(of)
    }

    /// Fails if the root is not where it was any more: removed, moved or unmounted.
    pub(super) fn check_health(&self) -> Result<(), ArchiveError> {
        let here = rustix::fs::fstat(&self.fd);
        let there = rustix::fs::statat(CWD, &self.path, AtFlags::empty());
        let error = match (here, there) {
            (Ok(here), Ok(there)) if of(&here).1.is_same_file(&of(&there).1) => return Ok(()),
            (Ok(_), Ok(_)) => io::ErrorKind::NotFound.into(),
            (Err(error), _) | (_, Err(error)) => error.into(),
        };
        Err(unreachable(&self.path, error))
    }

    /// The error that `place` cannot be read.
    pub(super) fn unreadable(&self, place: &Path, source: io::Error) -> ArchiveError {
        let source = match source.kind() {
            io::ErrorKind::PermissionDenied => io::Error::new(
                source.kind(),
                "permission denied; since repositories may be in there, nothing counts as listed; make it \
                 readable for who polls, or move it out of the directory that is registered",
            ),
            _ => source,
        };
        ArchiveError::Read {
            path: self.path(place),
            source,
        }
    }
}

/// The errors that say that something is not there, or is no directory.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn unreachable(path: &Path, source: io::Error) -> ArchiveError {
    ArchiveError::Unreachable {
        location: path.to_owned(),
        source,
    }
}

fn of(stat: &rustix::fs::Stat) -> (FileType, Stat) {
    let nanos = |seconds: i64, nanos: u64| -> Nanos {
        seconds
            .saturating_mul(SECOND)
            .saturating_add_unsigned(nanos)
    };
    let look = Stat {
        dev: stat.st_dev,
        ino: stat.st_ino,
        mtime: nanos(stat.st_mtime, stat.st_mtime_nsec),
        ctime: nanos(stat.st_ctime, stat.st_ctime_nsec),
    };
    (FileType::from_raw_mode(stat.st_mode), look)
}
