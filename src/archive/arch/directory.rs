//! One open directory of an archive: the real directories in it, and whether a file has content.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, FileType, RawDir};
use rustix::io::Errno;

use crate::archive::ArchiveError;

/// As much of a directory as is read at once.
const BUFFER: usize = 32 << 10;

/// An open directory, the root or below it.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    fd: OwnedFd,
}

impl Directory {
    pub(super) fn new(path: PathBuf, fd: OwnedFd) -> Self {
        Self { path, fd }
    }

    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// What `part` makes of the names of all real directories in here. `None` if this directory has
    /// been removed meanwhile.
    pub(super) fn directories(
        &self,
        part: impl for<'a> Fn(&'a str) -> Option<&'a str>,
    ) -> Result<Option<Vec<String>>, ArchiveError> {
        let unreadable = |error: Errno| ArchiveError::Read {
            path: self.path.clone(),
            source: error.into(),
        };
        let mut parts = Vec::new();
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut entries = RawDir::new(&self.fd, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(Errno::NOENT) => return Ok(None),
                Err(error) => return Err(unreadable(error)),
            };
            let name = entry.file_name();
            let Some(part) = name.to_str().ok().and_then(&part) else {
                continue;
            };
            let is_directory = match entry.file_type() {
                FileType::Unknown => {
                    match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(stat) => FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
                        Err(Errno::NOENT) => false,
                        Err(error) => return Err(unreadable(error)),
                    }
                }
                kind => kind == FileType::Directory,
            };
            if is_directory {
                parts.push(part.to_owned());
            }
        }
        Ok(Some(parts))
    }

    /// Whether `place` below this directory is a regular file that is not empty.
    pub(super) fn has_content(&self, place: &str) -> Result<bool, ArchiveError> {
        match rustix::fs::statat(&self.fd, place, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(
                FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_size > 0,
            ),
            Err(error) if is_absence(error) => Ok(false),
            Err(error) => Err(ArchiveError::Read {
                path: self.path.join(place),
                source: error.into(),
            }),
        }
    }
}

/// The errors that say that something is not there, or is no directory; a symbolic link is none.
pub(super) fn is_absence(error: Errno) -> bool {
    matches!(
        error,
        Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG
    )
}
