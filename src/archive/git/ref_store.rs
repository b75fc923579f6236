//! Whether anything changed in a repository's refs, as the times of its reference store show it.
//!
//! Git replaces every file there by renaming a new one over it, so a directory's own times show what
//! became of the loose refs in it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::FileType;
use walkdir::WalkDir;

use super::note::Note;
use super::root::{Root, is_absence};
use crate::archive::{ArchiveError, Look};

/// No path that the system takes is longer.
const LONGEST_PATH: u64 = 4 << 10;

/// A look at the reference store of the repository at `git_dir`; `None` if it is not there.
pub(super) fn look(root: &Root, git_dir: &Path) -> Result<Option<Look>, ArchiveError> {
    let Some((_, stat)) = root.stat(git_dir)? else {
        return Ok(None);
    };
    let mut note = Note::new();
    note.add_identity(git_dir, &stat);
    add_store(&mut note, root, git_dir)?;
    if let Some(common) = common_dir(root, git_dir)? {
        add_store(&mut note, root, &common)?;
    }
    Ok(Some(note.into_look()))
}

fn add_store(note: &mut Note, root: &Root, dir: &Path) -> Result<(), ArchiveError> {
    let mut add = |place: PathBuf| -> Result<bool, ArchiveError> {
        let found = root.stat(&place)?;
        note.add(&place, found.map(|(_, stat)| stat));
        Ok(found.is_some())
    };
    add(dir.join("HEAD"))?;
    add(dir.join("packed-refs"))?;
    if root.is_directory(&dir.join("reftable"))? {
        add(dir.join("reftable"))?;
        add(dir.join("reftable/tables.list"))?;
    }
    let refs = dir.join("refs");
    let top = root.path(&refs);
    for entry in WalkDir::new(&top).follow_links(true) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {
                let below = entry.path().strip_prefix(&top).unwrap_or(Path::new(""));
                add(if below.as_os_str().is_empty() {
                    refs.clone()
                } else {
                    refs.join(below)
                })?;
            }
            Ok(_) => {}
            // A ref that was deleted meanwhile, a link that leads nowhere, or in a circle.
            Err(error) if error.loop_ancestor().is_some() => {}
            Err(error) => match error.into_io_error() {
                Some(error) if is_absence(&error) => {}
                error => {
                    let error = error.unwrap_or_else(|| io::ErrorKind::Other.into());
                    return Err(root.unreadable(&refs, error));
                }
            },
        }
    }
    Ok(())
}

/// The git directory that a `.git` file, or a symbolic link, points to.
pub(super) fn pointed_to(root: &Root, dir: &Path) -> Result<PathBuf, ArchiveError> {
    let place = dir.join(".git");
    if root.is_directory(&place)? {
        return Ok(place);
    }
    let path = read_line(root, &place, b"gitdir: ")?;
    Ok(path.map_or(place, |path| dir.join(path)))
}

/// The git directory that shares its refs with `git_dir`, where that belongs to a linked work tree.
fn common_dir(root: &Root, git_dir: &Path) -> Result<Option<PathBuf>, ArchiveError> {
    let path = read_line(root, &git_dir.join("commondir"), b"")?;
    Ok(path.map(|path| git_dir.join(path)))
}

/// The path that a file consists of, after `prefix`.
fn read_line(root: &Root, place: &Path, prefix: &[u8]) -> Result<Option<PathBuf>, ArchiveError> {
    let Some((FileType::RegularFile, _)) = root.stat(place)? else {
        return Ok(None);
    };
    let mut text = Vec::new();
    match File::open(root.path(place))
        .and_then(|file| file.take(LONGEST_PATH).read_to_end(&mut text))
    {
        Ok(_) => Ok(text.strip_prefix(prefix).map(|path| {
            let end = path.iter().rposition(|byte| !b"\r\n".contains(byte));
            PathBuf::from(OsStr::from_bytes(&path[..end.map_or(0, |end| end + 1)]))
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(root.unreadable(place, error)),
    }
}
