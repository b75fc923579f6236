//! What a directory holds, to compare before and after.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// One entry: mode, inode, time of its last change, content.
type Entry = (u32, u64, (i64, i64), Vec<u8>);

/// Everything below a directory but larch's private state.
pub(crate) fn snapshot(root: &Path) -> BTreeMap<PathBuf, Entry> {
    WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "+state")
        .map(|entry| {
            let entry = entry.unwrap();
            let meta = entry.metadata().unwrap();
            let content = if meta.is_file() {
                fs::read(entry.path()).unwrap()
            } else {
                Vec::new()
            };
            let changed = (meta.mtime(), meta.mtime_nsec());
            (
                entry.into_path(),
                (meta.mode(), meta.ino(), changed, content),
            )
        })
        .collect()
}

/// The databases of a notification directory's state, with their logs: each file's whole content. A
/// transaction that was committed shows here.
pub(crate) fn databases(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in WalkDir::new(directory.join("+state")) {
        let path = entry.unwrap().into_path();
        let Ok(bytes) = fs::read(&path) else {
            continue;
        };
        if bytes.starts_with(b"SQLite format 3\0") {
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            if let Ok(bytes) = fs::read(&log) {
                files.insert(PathBuf::from(log), bytes);
            }
            files.insert(path, bytes);
        }
    }
    assert!(!files.is_empty(), "there is a database");
    files
}
