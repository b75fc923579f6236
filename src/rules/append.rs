//! Adding lines to a rules file, so that no kill, full disk or editor loses or doubles one.
//!
//! What is to be added is made into one run of bytes behind the file's end, written by one `write` to
//! the file opened for appending, and synced. The file is never replaced: it keeps its mode, owner and
//! links, and every byte that a person wrote stays where it is. The caller holds the rules lock, and
//! marks the lines as written when [`append`] has returned. So a kill leaves
//!
//! - *before the write*: the file as it was, or, if there was none, an empty one. The next call writes.
//! - *within the write* (a power cut): a first part of the run, ending anywhere. Whole
//!   lines of it are found by the next call and not added again. A torn last line is the beginning of
//!   one of the lines to add, under the comment that belongs to them; the next call writes the rest
//!   of it, and then what follows. What a full disk leaves of the run is taken back at once.
//! - *after the write, before the mark*: all lines. The next call finds them, syncs the file again (the
//!   dead process may not have come to that), and adds nothing.
//!
//! A person's own last line without a newline does not stand under such a comment; it is ended, and
//! never completed.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::line;
use super::tail::{self, Block, Known};
use crate::fault;

/// How often a file that an editor replaces under our hands is tried again.
const TRIES: usize = 3;

/// What [`append`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// The lines that were added or completed; comments do not count.
    pub lines: usize,
    /// Whether the file was not there before.
    pub created: bool,
}

/// Why lines could not be added. Whatever was written is completed by the next call.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// What is there is no file.
    #[error("{} is not a regular file; move it away, and the lines are added by the next poll", path.display())]
    NotAFile {
        /// The rules file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The rules file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It cannot be made, written or synced.
    #[error("cannot add lines to {}, which the next poll completes", path.display())]
    Write {
        /// The rules file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Somebody else replaced it each time.
    #[error("{} was replaced by another program while lines were added; the next poll adds them again", path.display())]
    Replaced {
        /// The rules file.
        path: PathBuf,
    },
    /// A line to add would not be one line of the file.
    #[error("`{}` is not one line of a rules file", line.escape_debug())]
    NotALine {
        /// The line or comment.
        line: String,
    },
}

/// Appends what of `blocks` does not stand in the file yet, active or commented out, and syncs it.
///
/// A line that a person edited before it was marked as written is not added again; `known` are the
/// lines that stand in the file for themselves.
///
/// The file is created if it is missing and there is something to add; a symbolic link is followed.
/// Without lines in `blocks` nothing is touched. See the module's documentation for what survives
/// what. The caller holds the rules lock.
pub fn append(path: &Path, blocks: &[Block], known: Known<'_>) -> Result<Appended, RulesError> {
    if blocks.iter().all(|block| block.lines.is_empty()) {
        return Ok(Appended::default());
    }
    check(blocks)?;
    let mut created = false;
    for _ in 0..TRIES {
        match append_once(path, blocks, known)? {
            Outcome::Done(appended) => {
                created |= appended.created;
                return Ok(Appended {
                    created,
                    ..appended
                });
            }
            Outcome::Replaced { created: once } => created |= once,
        }
    }
    Err(RulesError::Replaced {
        path: path.to_owned(),
    })
}

enum Outcome {
    Done(Appended),
    /// An editor saved the file in between: what was read is stale, or what was written is gone.
    Replaced {
        created: bool,
    },
}

fn append_once(path: &Path, blocks: &[Block], known: Known<'_>) -> Result<Outcome, RulesError> {
    let read_error = |source| RulesError::Read {
        path: path.to_owned(),
        source,
    };
    let write_error = |source| RulesError::Write {
        path: path.to_owned(),
        source,
    };
    let reader = open_to_read(path).map_err(|error| match error {
        OpenError::NotAFile => RulesError::NotAFile {
            path: path.to_owned(),
        },
        OpenError::Io(source) => read_error(source),
    })?;
    let mut bytes = Vec::new();
    if let Some(mut reader) = reader.as_ref() {
        reader.read_to_end(&mut bytes).map_err(read_error)?;
    }
    let tail = tail::tail(&bytes, blocks, known);
    let created = reader.is_none();
    let file = match reader {
        Some(reader) if tail.bytes.is_empty() => reader,
        reader => {
            let mut file = OpenOptions::new()
                .read(true)
                .append(true)
                .create(created)
                .open(path)
                .map_err(write_error)?;
            let now = file.metadata().map_err(write_error)?;
            let same = match reader {
                Some(reader) => identity(&reader.metadata().map_err(read_error)?) == identity(&now),
                None => true,
            };
            if !same || now.len() != bytes.len() as u64 {
                return Ok(Outcome::Replaced { created });
            }
            // One write, unless the system takes only a part of it.
            if let Err(error) = file.write_all(&tail.bytes) {
                take_back(&mut file, now.len(), &tail.bytes);
                return Err(write_error(error));
            }
            fault::point("before-sync");
            file
        }
    };
    file.sync_data().map_err(write_error)?;
    let written = file.metadata().map_err(write_error)?;
    if !fs::metadata(path).is_ok_and(|now| identity(&now) == identity(&written)) {
        return Ok(Outcome::Replaced { created });
    }
    sync_directory(path).map_err(write_error)?;
    Ok(Outcome::Done(Appended {
        lines: tail.lines,
        created,
    }))
}

/// Takes back the part of `tail` that was written behind the first `length` bytes before the disk
/// was full: the beginning of a line can be a good line too, that says something else. Where this
/// fails, the next call finishes the line.
fn take_back(file: &mut File, length: u64, tail: &[u8]) {
    let mut written = Vec::new();
    let read = file
        .seek(SeekFrom::Start(length))
        .and_then(|_| file.read_to_end(&mut written));
    if read.is_ok() && tail.starts_with(&written) {
        let _taken_back = file.set_len(length);
    }
}

enum OpenError {
    NotAFile,
    Io(io::Error),
}

/// Opens the file; none if it is missing. Looks before it opens: a pipe would keep it waiting.
fn open_to_read(path: &Path) -> Result<Option<File>, OpenError> {
    let opened = fs::metadata(path).and_then(|metadata| {
        let open = metadata.is_file().then(|| File::open(path));
        open.transpose()
    });
    match opened {
        Ok(Some(file)) => Ok(Some(file)),
        Ok(None) => Err(OpenError::NotAFile),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(OpenError::Io(error)),
    }
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

/// Makes the file's name durable, in the directory where it really is.
///
/// At every call, since the process that created the file may have died before it came to this. A
/// directory that may not be opened, or knows no syncing, is left to the system.
fn sync_directory(path: &Path) -> io::Result<()> {
    let real = path.canonicalize()?;
    let synced = real
        .parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all());
    match synced.as_ref().map_err(io::Error::kind) {
        Err(io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput) => Ok(()),
        _ => synced,
    }
}

/// Refuses what would become more than one line of the file, or none that acts.
fn check(blocks: &[Block]) -> Result<(), RulesError> {
    let breaks = |text: &&String| text.contains(['\n', '\r']);
    let texts = blocks.iter().map(|block| &block.comment);
    let lines = || blocks.iter().flat_map(|block| &block.lines);
    let bad = texts
        .chain(lines())
        .find(breaks)
        .or_else(|| lines().find(|text| text.is_empty() || line::normalized(text) != **text));
    bad.map_or(Ok(()), |line| {
        Err(RulesError::NotALine { line: line.clone() })
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn blocks() -> Vec<Block> {
        vec![Block {
            comment: "added for a@b".to_owned(),
            lines: vec!["a@b/c x:".to_owned(), "a@b/d x:y".to_owned()],
        }]
    }

    const WHOLE: &str = "# added for a@b\na@b/c x:\na@b/d x:y\n";

    #[test]
    fn a_missing_file_is_made_and_a_link_is_followed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("=rules.categories");
        let real = directory.path().join("real");
        symlink("real", &path).unwrap();
        let appended = append(&path, &blocks(), &|_| false).unwrap();
        assert_eq!(
            appended,
            Appended {
                lines: 2,
                created: true
            }
        );
        assert_eq!(fs::read_to_string(&real).unwrap(), WHOLE);
        assert!(path.is_symlink());
        assert_eq!(
            append(&path, &blocks(), &|_| false).unwrap(),
            Appended::default()
        );
    }

    #[test]
    fn nothing_is_touched_when_there_is_nothing_to_add() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        assert_eq!(append(&path, &[], &|_| false).unwrap(), Appended::default());
        assert!(!path.exists());
        put(&path, WHOLE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert_eq!(
            append(&path, &blocks(), &|_| false).unwrap(),
            Appended::default()
        );
    }

    #[test]
    fn the_file_stays_the_same_file() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("f"), directory.path().join("g"));
        put(&path, "mine@x noop:");
        fs::hard_link(&path, &link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        append(&path, &blocks(), &|_| false).unwrap();
        assert_eq!(
            fs::read_to_string(&link).unwrap(),
            format!("mine@x noop:\n{WHOLE}")
        );
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    }

    #[test]
    fn what_is_no_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let error = append(directory.path(), &blocks(), &|_| false).unwrap_err();
        assert!(matches!(error, RulesError::NotAFile { .. }));
        let missing = directory.path().join("no/such/f");
        assert!(matches!(
            append(&missing, &blocks(), &|_| false),
            Err(RulesError::Write { .. })
        ));
    }

    #[test]
    fn what_would_not_be_one_line_is_refused() {
        for line in ["", "a x:\nb x:", "a  x:", "a x: # y", " a x:", "#a x:"] {
            let block = Block {
                comment: String::new(),
                lines: vec![line.to_owned()],
            };
            let result = append(Path::new("/nonexistent"), &[block], &|_| false);
            assert!(
                matches!(result, Err(RulesError::NotALine { .. })),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_file_cut_at_any_byte_is_completed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        let mine = "# mine\nmine@x noop:";
        let whole = format!("{mine}\n{WHOLE}");
        for length in mine.len()..=whole.len() {
            put(&path, &whole[..length]);
            append(&path, &blocks(), &|_| false).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), whole);
        }
    }

    fn put(path: &Path, text: &str) {
        let mut file = File::create(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
}
