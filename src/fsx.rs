//! The few things that are done to files with more care than `std::fs` takes.
//!
//! A file is written beside its place under a temporary name that begins with `,,`, which tla and
//! larch both pass over, synced, and moved into place. Whoever reads sees the old file or the new
//! one, whole. A crash leaves one of the two, and perhaps the temporary file, which nobody reads and
//! anybody may remove.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, Mode, OFlags, access};
use rustix::process::geteuid;
use tempfile::NamedTempFile;

/// Writes `bytes` to the file at `path`, in place of what is there. When this returns, the new file
/// outlasts a power cut.
///
/// The file is made with `mode`, less the process's umask. A symbolic link at `path` is replaced,
/// not followed.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (temporary, directory) = write_beside(path, bytes, mode)?;
    temporary.persist(path).map_err(|error| error.error)?;
    sync_directory(directory)
}

/// As [`write_atomic`], but fails with [`io::ErrorKind::AlreadyExists`] if anything is at `path`; of
/// several processes that try at once, one succeeds.
pub fn create_atomic(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let (temporary, directory) = write_beside(path, bytes, mode)?;
    temporary
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    sync_directory(directory)
}

/// Makes what was created, renamed or removed in a directory outlast a power cut.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn write_beside<'a>(
    path: &'a Path,
    bytes: &[u8],
    mode: u32,
) -> io::Result<(NamedTempFile, &'a Path)> {
    let directory = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Err(io::ErrorKind::IsADirectory.into()),
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(",,")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok((temporary, directory))
}

/// Writes a file that only its owner may read. Not synced: for what may be lost in a power cut.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?
        .write_all(bytes)
}

/// Opens a regular file to be read. What is none fails: a pipe would hold up the reader for ever.
pub fn open_regular(path: &Path) -> io::Result<(File, Metadata)> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok((file, metadata))
    } else {
        Err(io::Error::other("it is not a regular file"))
    }
}

/// Whether somebody else than root and the user could have written a file that root would follow.
pub fn others_can_write(metadata: &Metadata) -> bool {
    geteuid().is_root() && (metadata.uid() != 0 || metadata.mode() & 0o022 != 0)
}

/// Whether nobody but its owner may do anything with a file.
pub fn is_private(metadata: &Metadata) -> bool {
    let others = Mode::RWXG | Mode::RWXO;
    !Mode::from_raw_mode(metadata.mode()).intersects(others)
}

/// Whether `path` is a regular file, or a link to one, that this user may execute.
pub fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
        && access(path, Access::EXEC_OK).is_ok()
}

/// The first executable file called so in `directories`. Relative ones are left out, since what they
/// mean would depend on where larch was started.
pub fn find_executable(called: &str, directories: &[PathBuf]) -> Option<PathBuf> {
    directories
        .iter()
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(called))
        .find(|path| is_executable(path))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_over() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write_atomic(&path, b"a longer text", 0o600).unwrap();
        write_atomic(&path, b"new", 0o640).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777 & !0o040, 0o600, "{mode:o}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn creating_does_not_replace() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        create_atomic(&path, b"first", 0o644).unwrap();
        let error = create_atomic(&path, b"second", 0o644).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_that_is_not_there_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let error = write_atomic(&directory.path().join("no/file"), b"x", 0o644).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
