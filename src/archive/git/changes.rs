//! Takes apart what `git diff-tree` prints of one commit, as it comes.
//!
//! That is the commit's id, a record for each changed file, one for the lines of each, an empty
//! field and the diff. Fields end with a zero byte. Of what follows a commit git does not say where
//! it ends; so git is asked to echo a mark that nobody could put into a repository.

use super::desk::Reading;
use crate::archive::resident::Next;
use crate::archive::{Change, ChangedFile, Diff};

/// A commit of which more is said before its diff changed too much to be told.
const LONGEST_LIST: usize = 64 << 20;

/// As much of a diff is read that is not kept; where there is more, git is ended.
const SURPLUS: u64 = 4 << 20;

/// What a commit changed, as far as it was read.
#[derive(Debug)]
pub(super) struct Changes<'m> {
    mark: &'m str,
    limit: Option<u64>,
    /// What was read and may be the mark's beginning.
    held: Vec<u8>,
    is_whole: bool,
    part: Part,
    /// The beginning of a field that is not complete.
    field: Vec<u8>,
    listed: usize,
    files: Vec<Listed>,
    /// How many of the files were compared with a record of lines.
    counted: usize,
    diff: Vec<u8>,
    surplus: u64,
}

#[derive(Debug)]
struct Listed {
    path: Vec<u8>,
    change: Change,
    is_submodule: bool,
    lines: Option<(u64, u64)>,
}

/// What comes next.
#[derive(Clone, Debug)]
enum Part {
    /// The id of the commit.
    Id,
    /// A record, or the empty field before the diff.
    Record,
    /// The path that a file had before.
    OldPath { is_submodule: bool },
    /// The path of a changed file.
    Path { change: Change, is_submodule: bool },
    /// The path that a file had before, in a record of its lines.
    CountedOldPath { lines: Option<(u64, u64)> },
    /// The path of a file in a record of its lines.
    CountedPath { lines: Option<(u64, u64)> },
    /// The diff.
    Diff,
}

impl Reading for Changes<'_> {
    fn take(&mut self, piece: &[u8]) -> Next {
        self.held.extend_from_slice(piece);
        self.is_whole = self.held.ends_with(self.mark.as_bytes());
        let ready = self.held.len().saturating_sub(self.mark.len());
        let mut held = std::mem::take(&mut self.held);
        self.read(&held[..ready]);
        held.drain(..ready);
        self.held = held;
        if self.is_whole || self.listed > LONGEST_LIST || self.surplus > SURPLUS {
            Next::Nothing
        } else {
            Next::More
        }
    }

    fn is_whole(&self) -> bool {
        self.is_whole
    }

    fn is_unknown(&self) -> bool {
        matches!(self.part, Part::Id)
    }
}

impl<'m> Changes<'m> {
    /// The diff is kept up to `limit` bytes.
    pub(super) fn new(mark: &'m str, limit: Option<u64>) -> Self {
        Self {
            mark,
            limit,
            held: Vec::new(),
            is_whole: false,
            part: Part::Id,
            field: Vec::new(),
            listed: 0,
            files: Vec::new(),
            counted: 0,
            diff: Vec::new(),
            surplus: 0,
        }
    }

    /// The changed files and, where it was wanted, the diff; `None` if git did not tell them.
    pub(super) fn found(self) -> Option<(Option<Vec<ChangedFile>>, Option<Diff>)> {
        if self.is_unknown() || self.listed > LONGEST_LIST {
            return None;
        }
        let files = self.files.into_iter().map(|listed| ChangedFile {
            path: lossy(&listed.path),
            change: listed.change,
            lines: listed.lines.filter(|_| !listed.is_submodule),
        });
        let is_cut = self.surplus > 0;
        let diff = self
            .limit
            .map(|limit| Diff::within(limit, self.diff, is_cut));
        Some((Some(files.collect()), diff))
    }

    fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() && self.listed <= LONGEST_LIST {
            if let Part::Diff = self.part {
                return self.read_diff(bytes);
            }
            let end = bytes.iter().position(|&byte| byte == 0);
            let length = end.map_or(bytes.len(), |end| end + 1);
            self.listed += length;
            self.field.extend_from_slice(&bytes[..length]);
            bytes = &bytes[length..];
            if end.is_some() {
                let mut field = std::mem::take(&mut self.field);
                field.pop();
                self.part = self.read_field(&field);
            }
        }
    }

    fn read_diff(&mut self, bytes: &[u8]) {
        let limit = self.limit.unwrap_or_default();
        let room = limit.saturating_sub(self.diff.len() as u64);
        let kept = usize::try_from(room).map_or(bytes.len(), |room| room.min(bytes.len()));
        self.diff.extend_from_slice(&bytes[..kept]);
        self.surplus += (bytes.len() - kept) as u64;
    }

    /// Takes a field, and returns what comes next.
    fn read_field(&mut self, field: &[u8]) -> Part {
        match std::mem::replace(&mut self.part, Part::Record) {
            Part::Id | Part::Diff => {}
            Part::Record if field.is_empty() => return Part::Diff,
            Part::Record => return self.read_record(field),
            Part::OldPath { is_submodule } => {
                let change = Change::Renamed(lossy(field));
                return Part::Path {
                    change,
                    is_submodule,
                };
            }
            Part::Path {
                change,
                is_submodule,
            } => self.files.push(Listed {
                path: field.to_owned(),
                change,
                is_submodule,
                lines: None,
            }),
            Part::CountedOldPath { lines } => return Part::CountedPath { lines },
            Part::CountedPath { lines } => self.count(field, lines),
        }
        Part::Record
    }

    /// `:MODE MODE ID ID LETTER`, of which paths follow, or `ADDED\tREMOVED\tPATH`, where two paths
    /// follow if that one is empty.
    fn read_record(&mut self, field: &[u8]) -> Part {
        if let Some(record) = field.strip_prefix(b":") {
            let is_submodule = record.split(|&byte| byte == b' ').take(2).any(is_submodule);
            let letter = record.rsplit(|&byte| byte == b' ').next();
            let change = match letter.and_then(<[u8]>::first) {
                Some(b'R') => return Part::OldPath { is_submodule },
                Some(b'A') => Change::Added,
                Some(b'D') => Change::Removed,
                _ => Change::Modified,
            };
            return Part::Path {
                change,
                is_submodule,
            };
        }
        let mut parts = field.splitn(3, |&byte| byte == b'\t');
        let mut number = || str::from_utf8(parts.next()?).ok()?.parse().ok();
        let (added, removed) = (number(), number());
        let lines = added.zip(removed);
        match parts.next() {
            Some(b"") => return Part::CountedOldPath { lines },
            Some(path) => self.count(path, lines),
            None => {}
        }
        Part::Record
    }

    /// Files are counted in the order in which they were listed, though not each of them.
    fn count(&mut self, path: &[u8], lines: Option<(u64, u64)>) {
        let rest = &mut self.files[self.counted..];
        if let Some(place) = rest.iter().position(|listed| listed.path == path) {
            rest[place].lines = lines;
            self.counted += place + 1;
        }
    }
}

/// Whether a mode is that of a submodule.
fn is_submodule(mode: &[u8]) -> bool {
    mode == b"160000"
}

fn lossy(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MARK: &str = "answered 0123\n";

    /// What is found in an answer that comes in pieces of this length.
    fn read(
        answer: &[u8],
        length: usize,
        limit: Option<u64>,
    ) -> Option<(Option<Vec<ChangedFile>>, Option<Diff>)> {
        let mut changes = Changes::new(MARK, limit);
        let whole = [answer, MARK.as_bytes()].concat();
        let mut next = Next::More;
        for piece in whole.chunks(length) {
            assert_eq!(next, Next::More);
            next = changes.take(piece);
        }
        assert_eq!((next, changes.is_whole()), (Next::Nothing, true));
        changes.found()
    }

    #[test]
    fn an_answer_is_read_however_it_is_cut() {
        let answer = b"0123\0:100644 100644 1 2 M\0a\nb\0:100644 100644 1 2 R075\0old\0new\0\
            :000000 160000 0 1 A\0sub\0:100644 000000 1 0 D\0:x\0\
            3\t1\ta\nb\x00-\t-\t\0old\0new\x001\t0\tsub\x000\t9\t:x\0\0diff\n+answered 012\n";
        for length in 1..answer.len() {
            let (files, diff) = read(answer, length, Some(100)).unwrap();
            let file = |path: &str, change, lines| ChangedFile {
                path: path.to_owned(),
                change,
                lines,
            };
            assert_eq!(
                files.unwrap(),
                [
                    file("a\nb", Change::Modified, Some((3, 1))),
                    file("new", Change::Renamed("old".to_owned()), None),
                    file("sub", Change::Added, None),
                    file(":x", Change::Removed, Some((0, 9))),
                ]
            );
            assert_eq!(diff.unwrap().text, b"diff\n+answered 012\n");
        }
    }

    #[test]
    fn an_empty_commit_has_no_files_and_a_missing_one_is_unknown() {
        assert_eq!(
            read(b"0123\0", 1, Some(9)),
            Some((Some(Vec::new()), Some(Diff::default())))
        );
        assert_eq!(read(b"0123\0", 1, None), Some((Some(Vec::new()), None)));
        assert_eq!(read(b"", 1, None), None);
    }

    #[test]
    fn more_than_enough_is_not_read() {
        let mut changes = Changes::new(MARK, Some(10));
        let mut pieces = 0;
        let mut next = changes.take(b"0123\0\0");
        while next == Next::More {
            next = changes.take(&vec![b'x'; 1 << 16]);
            pieces += 1;
        }
        assert!(!changes.is_whole() && pieces <= (SURPLUS >> 16) + 2);
        let (_, diff) = changes.found().unwrap();
        assert_eq!(
            diff.unwrap(),
            Diff {
                text: Vec::new(),
                is_cut: true
            }
        );
        let mut changes = Changes::new(MARK, None);
        changes.take(b"0123\0");
        let piece = vec![b':'; 1 << 16];
        while changes.take(&piece) == Next::More {}
        assert_eq!(changes.found(), None);
    }

    proptest! {
        #[test]
        fn any_answer_is_read_to_its_end(
            fields in prop::collection::vec(
                prop_oneof!["[:0-9 AMDRT\t-]{0,12}", "\\PC{0,8}", Just(":1 2 3 4 R1".to_owned())],
                0..20,
            ),
            length in 1..40_usize,
            limit in prop::option::of(0..50_u64),
        ) {
            let answer = fields.join("\0");
            let found = read(answer.as_bytes(), length, limit);
            if let Some((_, Some(diff))) = found {
                prop_assert!(diff.text.len() as u64 <= limit.unwrap());
            }
        }
    }
}
