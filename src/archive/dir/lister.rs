//! The items of one directory, in their order.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, OFlags};

use super::place;
use super::settle::Settle;
use crate::archive::tree::{Directory, Tree};
use crate::archive::{ArchiveError, Listing, Stat};
use crate::clock::Nanos;
use crate::name::{self, Level, compare_parts};

/// A directory, and what it is listed for.
pub(super) struct Lister<'a> {
    pub(super) tree: &'a Tree,
    pub(super) directory: &'a Directory,
    /// Where it is below the root.
    pub(super) place: &'a Path,
    /// The level of the items.
    pub(super) level: Level,
    pub(super) settle: Settle,
    /// Tells which parts need not be waited for any more.
    pub(super) known: &'a dyn Fn(&str) -> bool,
}

/// What was found in a directory.
#[derive(Default)]
pub(super) struct Found {
    /// There is something, be it an item or not.
    pub(super) has_entries: bool,
    held_back: bool,
    /// What was known, and items whose time does not matter.
    old: Vec<String>,
    /// New revisions, with the times of their last modification.
    new: Vec<(Nanos, String)>,
}

impl Lister<'_> {
    /// Finds the items; `None` if the directory has been removed meanwhile.
    pub(super) fn list(&self) -> Result<Option<Found>, ArchiveError> {
        let mut found = Found::default();
        let is_there = self.directory.entries(|name, kind| {
            found.has_entries = true;
            if !place::is_item(name.to_bytes()) {
                return Ok(());
            }
            match self.level {
                Level::Revision => self.note_revision(name, kind, &mut found),
                _ => self.note_subject(name, kind, &mut found),
            }
        })?;
        Ok(is_there.then_some(found))
    }

    /// Notes an entry if it is a category, branch or version.
    fn note_subject(
        &self,
        name: &CStr,
        kind: FileType,
        found: &mut Found,
    ) -> Result<(), ArchiveError> {
        let is_item = match kind {
            FileType::Directory => true,
            FileType::Symlink => {
                let place = self.place_of(name);
                self.tree.follow(&place, OFlags::PATH)?.is_some()
            }
            _ => false,
        };
        if !is_item {
            return Ok(());
        }
        let part = name::encode(name.to_bytes());
        if (self.known)(&part) || !self.settle.is_newborn(self.directory, name) {
            found.old.push(part);
        } else {
            found.held_back = true;
        }
        Ok(())
    }

    /// Notes an entry if it is a revision.
    fn note_revision(
        &self,
        name: &CStr,
        kind: FileType,
        found: &mut Found,
    ) -> Result<(), ArchiveError> {
        if !matches!(
            kind,
            FileType::RegularFile | FileType::Directory | FileType::Symlink
        ) {
            return Ok(());
        }
        let part = name::encode(name.to_bytes());
        if (self.known)(&part) {
            found.old.push(part);
            return Ok(());
        }
        let Some(stat) = self.directory.stat(name)? else {
            return Ok(());
        };
        let stat = Stat::from(&stat);
        let holds_young = || {
            let path = self.tree.path(self.place_of(name));
            self.settle.holds_young(&path)
        };
        if self.settle.is_young(&stat) || kind == FileType::Directory && holds_young() {
            found.held_back = true;
        } else {
            found.new.push((stat.mtime, part));
        }
        Ok(())
    }

    fn place_of(&self, name: &CStr) -> PathBuf {
        self.place.join(OsStr::from_bytes(name.to_bytes()))
    }
}

impl Found {
    /// New revisions in the order of their times; equal times, what is known and the other levels in
    /// the order of the names.
    pub(super) fn into_listing(mut self, level: Level) -> Listing {
        self.old.sort_unstable_by(|a, b| compare_parts(level, a, b));
        self.new.sort_unstable_by(|(at, a), (other, b)| {
            at.cmp(other).then_with(|| compare_parts(level, a, b))
        });
        let mut parts = self.old;
        parts.extend(self.new.into_iter().map(|(_, part)| part));
        Listing {
            parts,
            held_back: self.held_back,
            ..Listing::default()
        }
    }
}
