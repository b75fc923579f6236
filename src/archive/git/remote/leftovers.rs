//! What a git that was killed leaves in a copy.
//!
//! Whoever calls this holds the copy's lock. A git of a process that was killed may still run: it
//! loses what it was about to add, which is fetched again. What cannot be removed here makes trouble
//! elsewhere, and is told there.

use std::fs::{DirEntry, FileType};
use std::path::Path;

/// Removes packs that never became whole, and the marks that keep whole ones from being tidied.
pub(super) fn remove_objects(mirror: &Path) {
    for (entry, name) in entries(&mirror.join("objects/pack")) {
        if name.starts_with("tmp_") || has_extension(&name, "keep") {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Removes the locks of refs and of the repository's own files.
pub(super) fn remove_locks(mirror: &Path) {
    let mut above = vec![mirror.join("refs")];
    remove_locks_in(mirror);
    while let Some(directory) = above.pop() {
        remove_locks_in(&directory);
        let below = entries(&directory);
        let is_directory =
            |entry: &DirEntry| entry.file_type().as_ref().is_ok_and(FileType::is_dir);
        above.extend(
            below
                .filter(|(entry, _)| is_directory(entry))
                .map(|(entry, _)| entry.path()),
        );
    }
}

fn remove_locks_in(directory: &Path) {
    for (entry, name) in entries(directory) {
        if has_extension(&name, "lock") {
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Removes the directories whose names begin with `prefix`.
pub(super) fn remove_directories(parent: &Path, prefix: &str) {
    for (entry, name) in entries(parent) {
        if name.starts_with(prefix) {
            drop(std::fs::remove_dir_all(entry.path()));
        }
    }
}

/// How many packs there are.
pub(super) fn count_packs(mirror: &Path) -> usize {
    entries(&mirror.join("objects/pack"))
        .filter(|(_, name)| has_extension(name, "pack"))
        .count()
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|found| found == extension)
}

fn entries(directory: &Path) -> impl Iterator<Item = (DirEntry, String)> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (entry, name)
    })
}
