//! All that an archive can tell of a revision.

use super::Description;

/// What is wanted beside the message of a revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The changed files.
    pub files: bool,
    /// The diff, up to so many bytes; with it come the files.
    pub diff: Option<u64>,
}

/// All that an archive can tell of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What it knows in one line each.
    pub description: Description,
    /// The message below its first line, as text whatever encoding it was written in; empty where
    /// there is none. Of a very long one it is the beginning: of 1 MiB. Control characters stand as
    /// they are.
    pub body: String,
    /// The files that it changed against its first parent, in the archive's order; `None` where the
    /// archive does not tell, or was not asked.
    pub files: Option<Vec<ChangedFile>>,
    /// The diff against its first parent; `None` where the archive has none, or was not asked.
    pub diff: Option<Diff>,
}

/// A file that a revision changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path in the tree, with U+FFFD for what is not UTF-8; after the change, where it was renamed.
    /// Archives that know of directories end theirs with `/`.
    pub path: String,
    /// What happened to it.
    pub change: Change,
    /// How many lines were added and removed, where that is known and makes sense.
    pub lines: Option<(u64, u64)>,
}

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// Its content, kind or mode is another.
    Modified,
    /// It is there no more.
    Removed,
    /// It was called so before.
    Renamed(String),
}

/// A unified diff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Its bytes, whole lines, cut at the limit.
    pub text: Vec<u8>,
    /// There is more.
    pub is_cut: bool,
}

impl Diff {
    /// The beginning of `text`, whole lines of at most `limit` bytes. `is_cut` says that the text is
    /// a beginning already.
    pub(super) fn within(limit: u64, mut text: Vec<u8>, is_cut: bool) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_cut = is_cut || text.len() > limit;
        if is_cut {
            text.truncate(limit);
            let end = text.iter().rposition(|&byte| byte == b'\n');
            text.truncate(end.map_or(0, |end| end + 1));
        }
        Self { text, is_cut }
    }
}
