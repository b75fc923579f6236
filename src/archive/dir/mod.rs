//! Plain trees: a Debian pool, a Maven repository, an upload area.
//!
//! The entries of four levels of directories are categories, branches, versions and revisions, and an
//! entry's name, [encoded](crate::name::encode), is the part. Categories, branches and versions are
//! directories; revisions are files, directories and symbolic links, as they stand. Hidden names and
//! those of temporary files are ignored, and so is what is of another kind.
//!
//! A revision waits until it has not been changed for a while, a directory with all that it holds;
//! the other levels until that long after their birth, where the file system knows it.
//!
//! Nothing here leaves the root. Directories are opened step by step; a symbolic link above the
//! revisions is an item only where it leads to a directory that stands in the tree at the same level,
//! as `stable` may lead to `bookworm`.
//!
//! New revisions are listed in the order of their modification times, the rest by name.

mod facts;
mod lister;
mod place;
mod settle;

use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;

use self::facts::Facts;
use self::lister::Lister;
use self::settle::Settle;
use super::tree::{Directory, Tree};
use super::{Access, Archive, ArchiveError, Description, Listing, Look, Stat};
use crate::name::Name;

/// A plain tree.
#[derive(Debug)]
pub struct DirArchive {
    tree: Tree,
    settle: Settle,
}

impl DirArchive {
    /// Opens the tree below the directory `root`. The time is that of this moment.
    pub fn open(root: &Path, access: &Access<'_>) -> Result<Self, ArchiveError> {
        Ok(Self {
            tree: Tree::open(root)?,
            settle: Settle::new(access),
        })
    }

    /// The error for what is not where it should be: the archive has it no more, unless the root
    /// itself has been removed.
    fn missing(&self, name: &Name) -> ArchiveError {
        let has_root = self
            .tree
            .open_root()
            .and_then(|root| Ok(root.own_stat()?.st_nlink > 0));
        match has_root {
            Ok(true) => ArchiveError::NoSuchSubject(name.clone()),
            Ok(false) => self.tree.unreachable(Errno::NOENT),
            Err(error) => error,
        }
    }

    fn place(&self, name: &Name) -> Result<PathBuf, ArchiveError> {
        place::of(name).ok_or_else(|| self.missing(name))
    }

    fn open_directory(&self, place: &Path) -> Result<Option<Directory>, ArchiveError> {
        match self.tree.open_directory(place)? {
            Some(directory) => Ok(Some(directory)),
            None => self.tree.follow(place, OFlags::RDONLY),
        }
    }

    /// Fails if a directory in which nothing is found is no more what was looked at `last`.
    fn check_empty(
        &self,
        subject: &Name,
        place: &Path,
        directory: &Directory,
        last: Option<&Look>,
    ) -> Result<(), ArchiveError> {
        let stat = directory.own_stat()?;
        if stat.st_nlink == 0 {
            return Err(self.missing(subject));
        }
        match last {
            // A device may get another number when it is mounted again, but no other inodes.
            Some(Look::Stat(last)) if last.dev != stat.st_dev && last.ino != stat.st_ino => {
                let empty = "another directory stood here, on another device, and this one is empty; \
                             is its file system mounted?";
                Err(self.tree.unreadable(place, std::io::Error::other(empty)))
            }
            _ => Ok(()),
        }
    }

    fn facts(&self, revision: &Name) -> Result<Option<Facts>, ArchiveError> {
        let place = self.place(revision)?;
        let (Some(above), Some(name)) = (place.parent(), place.file_name()) else {
            return Ok(None);
        };
        match self.open_directory(above)? {
            Some(directory) => Facts::read(&directory, Path::new(name)),
            None => Ok(None),
        }
    }
}

impl Archive for DirArchive {
    fn look(&self, subject: &Name, _last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        let place = self.place(subject)?;
        if place.as_os_str().is_empty() {
            return self.tree.look_at_root().map(|stat| Some(Look::Stat(stat)));
        }
        if let Some(stat) = self.tree.look(&place)? {
            return Ok(Some(Look::Stat(stat)));
        }
        match self.tree.follow(&place, OFlags::PATH)? {
            Some(directory) => Ok(Some(Look::Stat(Stat::from(&directory.own_stat()?)))),
            None => Err(self.missing(subject)),
        }
    }

    fn list(
        &self,
        subject: &Name,
        last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        let place = self.place(subject)?;
        let (Some(directory), Some(level)) =
            (self.open_directory(&place)?, subject.level().child())
        else {
            return Err(self.missing(subject));
        };
        let lister = Lister {
            tree: &self.tree,
            directory: &directory,
            place: &place,
            level,
            settle: self.settle,
            known,
        };
        let found = lister.list()?.ok_or_else(|| self.missing(subject))?;
        if !found.has_entries {
            self.check_empty(subject, &place, &directory, last)?;
        }
        Ok(found.into_listing(level))
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        let describe = |revision: &&Name| match self.facts(revision) {
            Ok(facts) => Ok(facts.as_ref().map(Facts::describe)),
            Err(ArchiveError::NoSuchSubject(_)) => Ok(None),
            Err(error) => Err(error),
        };
        revisions.iter().map(describe).collect()
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        match self.facts(revision)? {
            Some(facts) => Ok(facts.log(revision).into_bytes()),
            None => Err(self.missing(revision)),
        }
    }
}
