//! Lock files and bells.
//!
//! A lock is `flock(2)` on a file that is never renamed nor removed, so it ends with its process,
//! however that ends. A bell is a file that grows by a byte at each ring.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{Guard, Lock, Result, StateDir, StoreError, file_name};

struct Held {
    _file: File,
}

impl Guard for Held {}

fn path(dir: &StateDir, lock: &Lock) -> PathBuf {
    let name = match lock {
        Lock::Scan(archive) => file_name(archive, "scan"),
        Lock::Wait(archive) => file_name(archive, "wait"),
        // No archive's lock file is called so: theirs have a suffix.
        Lock::Rules => PathBuf::from("rules"),
        Lock::Reports => PathBuf::from("reports"),
    };
    dir.lock(&name)
}

fn open(dir: &StateDir, path: &Path) -> Result<File> {
    let open = || {
        OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
    };
    match open() {
        // A copy of a state may lack what was empty.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            dir.complete()?;
            open().map_err(StoreError::file(path))
        }
        opened => opened.map_err(StoreError::file(path)),
    }
}

pub(super) fn try_lock(dir: &StateDir, lock: &Lock) -> Result<Option<Box<dyn Guard>>> {
    let path = path(dir, lock);
    let file = open(dir, &path)?;
    match fs2::FileExt::try_lock_exclusive(&file) {
        Ok(()) => Ok(Some(Box::new(Held { _file: file }))),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(None),
        Err(source) => Err(StoreError::File { path, source }),
    }
}

pub(super) fn lock(dir: &StateDir, lock: &Lock) -> Result<Box<dyn Guard>> {
    let path = path(dir, lock);
    let file = open(dir, &path)?;
    loop {
        match fs2::FileExt::lock_exclusive(&file) {
            Ok(()) => return Ok(Box::new(Held { _file: file })),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(StoreError::File { path, source }),
        }
    }
}

fn bell_path(dir: &StateDir, archive: &str) -> PathBuf {
    dir.lock(&file_name(archive, "bell"))
}

pub(super) fn bell(dir: &StateDir, archive: &str) -> Result<u64> {
    let path = bell_path(dir, archive);
    match std::fs::metadata(&path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
        Err(source) => Err(StoreError::File { path, source }),
    }
}

pub(super) fn ring(dir: &StateDir, archive: &str) -> Result<()> {
    let path = bell_path(dir, archive);
    open(dir, &path)?
        .write_all(b".")
        .map_err(StoreError::file(&path))
}
