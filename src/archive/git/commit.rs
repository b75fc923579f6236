//! What a commit changed against its first parent, as `git diff-tree` tells it.

use super::changes::Changes;
use super::desk::{Asked, Desk};
use super::object::Object;
use super::objects::is_id;
use super::program::Git;
use crate::archive::{ArchiveError, ChangedFile, Diff};

/// Settings that no option stands for.
const SETTINGS: [&str; 4] = [
    "core.quotePath=false",
    "core.abbrev=auto",
    // Larger files are not compared, nor held in memory.
    "core.bigFileThreshold=64m",
    "diff.suppressBlankEmpty=false",
];

/// A `git diff-tree` that stays, starts no program, and prints the same whatever the settings of the
/// repository and of the user say.
macro_rules! diff_tree {
    ($($option:literal),*) => {
        &[
            "diff-tree", "--stdin", "--always", "--root", "-r", "-z", "--raw", "--no-color",
            "--no-relative", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
            "--submodule=short", "-O/dev/null", $($option),*
        ]
    };
}

/// Which files; of those that were renamed, only the ones that did not change.
const NAMES: &[&str] = diff_tree!("-M100%");

/// And how many of their lines.
const LINES: &[&str] = diff_tree!("-M", "-l400", "--numstat");

/// And which lines.
const PATCHES: &[&str] = diff_tree!(
    "-M",
    "-l400",
    "--numstat",
    "--patch",
    "--unified=3",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--diff-algorithm=myers",
    "--indent-heuristic"
);

/// A commit, and its first parent as the commit itself names it: a shallow repository says that its
/// oldest commits have none.
#[derive(Debug)]
pub(super) struct Commit {
    id: String,
    parent: Option<String>,
}

impl Commit {
    pub(super) fn new(id: &str, object: &Object) -> Self {
        Self {
            id: id.to_owned(),
            // Whoever can push can write anything there.
            parent: object.header("parent").filter(|parent| is_id(parent)),
        }
    }

    /// The changed files, and the diff up to `limit` bytes, if that is wanted.
    ///
    /// What git cannot tell, since objects are missing or it takes too long, is left out: the commit
    /// is worth telling all the same.
    pub(super) fn changes(
        &self,
        desk: &Desk,
        git: &Git<'_>,
        limit: Option<u64>,
    ) -> Result<(Option<Vec<ChangedFile>>, Option<Diff>), ArchiveError> {
        let git = SETTINGS.into_iter().fold(git.clone(), Git::setting);
        let mark = desk.mark();
        let mut question = self.id.clone();
        if let Some(parent) = &self.parent {
            question.extend([" ", parent]);
        }
        question.extend(["\n", mark]);
        let all = if limit.is_some() { PATCHES } else { LINES };
        for args in [all, NAMES] {
            let begin = || Changes::new(mark, limit.filter(|_| args == PATCHES));
            match desk.ask(&git, args, question.as_bytes(), begin) {
                Ok(Asked::Answered(changes)) => {
                    if let Some(found) = changes.found() {
                        return Ok(found);
                    }
                }
                Ok(Asked::Ended(_)) | Err(ArchiveError::TooSlow { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok((None, None))
    }
}
