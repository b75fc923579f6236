//! Removing files of the state that nothing needs any more.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Result, StateDir, StoreError, claimer};
use crate::clock::{Nanos, SECOND};

/// Removes what attempts printed before `before`.
pub(super) fn outputs(dir: &StateDir, before: Nanos) -> Result<()> {
    remove(&dir.outputs(), before, &|_| Ok(true))
}

/// Removes the files of dead claimers. `before` must be so long ago that no claimer which made its
/// file then has still to lock it.
pub(super) fn claims(dir: &StateDir, before: Nanos) -> Result<()> {
    remove(&dir.claims(), before, &|name| {
        Ok(!claimer::is_alive(dir, name)?)
    })
}

fn remove(dir: &Path, before: Nanos, is_useless: &dyn Fn(&str) -> Result<bool>) -> Result<()> {
    for entry in std::fs::read_dir(dir).map_err(StoreError::file(dir))? {
        let entry = entry.map_err(StoreError::file(dir))?;
        let path = entry.path();
        let is_old = match entry.metadata() {
            Ok(file) => file.is_file() && file.mtime().saturating_mul(SECOND) < before,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(source) => return Err(StoreError::File { path, source }),
        };
        if is_old && is_useless(&entry.file_name().to_string_lossy())? {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(StoreError::File {
                        path,
                        source: error,
                    });
                }
                _ => {}
            }
        }
    }
    Ok(())
}
