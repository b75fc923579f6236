//! What `larch init` makes: all of it, or nothing.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::fsx::create_atomic;

/// The files and directories that were made so far. They are taken away again when this is dropped,
/// unless it is kept.
#[derive(Debug, Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    /// Makes a directory and those above it, if it is not there.
    pub(super) fn directory(&mut self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o755).create(path)?;
        self.0.push(path.to_owned());
        Ok(())
    }

    /// Makes a file; one that is there is an error.
    pub(super) fn file(&mut self, path: &Path, text: &str) -> io::Result<()> {
        create_atomic(path, text.as_bytes(), 0o666)?;
        self.0.push(path.to_owned());
        Ok(())
    }

    /// As [`Made::file`], but one that is there stays.
    pub(super) fn file_unless_there(&mut self, path: &Path, text: &str) -> io::Result<()> {
        self.file(path, text).or_else(|error| match error.kind() {
            ErrorKind::AlreadyExists => Ok(()),
            _ => Err(error),
        })
    }

    /// Lets everything stay.
    pub(super) fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for path in self.0.iter().rev() {
            // What cannot be taken away, or holds something else by now, stays.
            let _left = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
        }
    }
}
