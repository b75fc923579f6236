//! What one directory is to git.

use std::path::Path;

use rustix::fs::FileType;

use super::root::Root;
use crate::archive::ArchiveError;

/// What one directory is to git.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A repository without a work tree, or a git directory.
    Bare,
    /// The top of a work tree, with its repository in `.git`.
    WorkTree,
    /// The top of a work tree, with its repository elsewhere: a linked work tree, or a submodule.
    Elsewhere,
    /// None of these.
    Plain,
}

impl Kind {
    pub(super) fn of(root: &Root, dir: &Path) -> Result<Self, ArchiveError> {
        let inner = dir.join(".git");
        Ok(match root.kind(&inner)? {
            Some(FileType::RegularFile | FileType::Symlink) => Self::Elsewhere,
            Some(FileType::Directory) if is_git_dir(root, &inner)? => Self::WorkTree,
            _ if is_git_dir(root, dir)? => Self::Bare,
            _ => Self::Plain,
        })
    }
}

/// Whether git takes this for a repository, as far as the directory alone shows it.
fn is_git_dir(root: &Root, dir: &Path) -> Result<bool, ArchiveError> {
    // HEAD may be a symbolic link to a branch that is not born yet.
    Ok(root.kind(&dir.join("HEAD"))?.is_some()
        && root.is_directory(&dir.join("objects"))?
        && root.is_directory(&dir.join("refs"))?)
}
