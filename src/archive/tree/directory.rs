//! One open directory of an archive: what is in it, and whether a file has content.

use std::ffi::CStr;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, FileType, RawDir, Stat};
use rustix::io::Errno;
use rustix::path::Arg;

use super::is_absence;
use crate::archive::ArchiveError;

/// As much of a directory as is read at once.
const BUFFER: usize = 32 << 10;

/// An open directory, the root or below it.
#[derive(Debug)]
pub(in crate::archive) struct Directory {
    path: PathBuf,
    fd: OwnedFd,
}

impl Directory {
    pub(super) fn new(path: PathBuf, fd: OwnedFd) -> Self {
        Self { path, fd }
    }

    pub(in crate::archive) fn fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Hands the name and the type of each entry in here to `each`. False if this directory has been
    /// removed meanwhile: then it looks empty.
    pub(in crate::archive) fn entries(
        &self,
        mut each: impl FnMut(&CStr, FileType) -> Result<(), ArchiveError>,
    ) -> Result<bool, ArchiveError> {
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut entries = RawDir::new(&self.fd, buffer.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(Errno::NOENT) => return Ok(false),
                Err(error) => return Err(self.unreadable(error)),
            };
            let name = entry.file_name();
            match entry.file_type() {
                _ if matches!(name.to_bytes(), b"." | b"..") => {}
                FileType::Unknown => {
                    if let Some(stat) = self.stat(name)? {
                        each(name, FileType::from_raw_mode(stat.st_mode))?;
                    }
                }
                kind => each(name, kind)?,
            }
        }
        Ok(true)
    }

    /// What `part` makes of the names of all real directories in here. `None` if this directory has
    /// been removed meanwhile.
    pub(in crate::archive) fn directories(
        &self,
        part: impl for<'a> Fn(&'a str) -> Option<&'a str>,
    ) -> Result<Option<Vec<String>>, ArchiveError> {
        let mut parts = Vec::new();
        let is_there = self.entries(|name, kind| {
            if kind == FileType::Directory {
                parts.extend(name.to_str().ok().and_then(&part).map(str::to_owned));
            }
            Ok(())
        })?;
        Ok(is_there.then_some(parts))
    }

    /// What `name` is in here; `None` if it is not there any more. A symbolic link is not followed.
    pub(in crate::archive) fn stat(&self, name: impl Arg) -> Result<Option<Stat>, ArchiveError> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(error) if is_absence(error) => Ok(None),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// Where the symbolic link `name` leads to; `None` if it is not there any more, or is none.
    pub(in crate::archive) fn read_link(
        &self,
        name: impl Arg,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        match rustix::fs::readlinkat(&self.fd, name, Vec::new()) {
            Ok(target) => Ok(Some(target.into_bytes())),
            Err(error) if error == Errno::INVAL || is_absence(error) => Ok(None),
            Err(error) => Err(self.unreadable(error)),
        }
    }

    /// This directory itself.
    pub(in crate::archive) fn own_stat(&self) -> Result<Stat, ArchiveError> {
        rustix::fs::fstat(&self.fd).map_err(|error| self.unreadable(error))
    }

    fn unreadable(&self, error: Errno) -> ArchiveError {
        ArchiveError::Read {
            path: self.path.clone(),
            source: error.into(),
        }
    }

    /// Whether `place` below this directory is a regular file that is not empty.
    pub(in crate::archive) fn has_content(&self, place: &str) -> Result<bool, ArchiveError> {
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
