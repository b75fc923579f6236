//! One archive that is looked at, each subject once and no more than that takes.

use std::collections::{HashMap, HashSet};

use crate::archive::{Archive, ArchiveError, Listing};
use crate::name::{Level, Name};

/// An archive, and what was listed in it.
pub(super) struct Looked<'a> {
    archive: Box<dyn Archive + 'a>,
    /// What the archive, categories and branches hold.
    listed: HashMap<Name, HashSet<String>>,
    /// The categories below which something cannot be listed.
    unlisted: HashSet<Name>,
}

/// What a look at a subject says.
pub(super) enum Seen {
    There,
    Missing,
    /// Nothing below this category can be listed.
    Unlisted(Name, ArchiveError),
    /// As before, and that was said.
    Reported,
    /// Nothing of the archive can be looked at.
    Unreachable(ArchiveError),
}

impl<'a> Looked<'a> {
    pub(super) fn new(archive: Box<dyn Archive + 'a>) -> Self {
        Self {
            archive,
            listed: HashMap::new(),
            unlisted: HashSet::new(),
        }
    }

    pub(super) fn look(&mut self, subject: &Name) -> Seen {
        // Where a look at a category covers all below it, only listings tell what that is.
        if subject.level() > Level::Category && self.archive.looks_at_categories() {
            return self.look_in_parent(subject);
        }
        match self.archive.look(subject, None) {
            Ok(Some(_)) => Seen::There,
            Ok(None) => self.look_in_parent(subject),
            Err(ArchiveError::NoSuchSubject(_)) => Seen::Missing,
            Err(error) => Seen::Unreachable(error),
        }
    }

    /// What a category, a branch or the archive holds, listed once.
    fn parts_of(&mut self, parent: &Name) -> Result<&HashSet<String>, ArchiveError> {
        if !self.listed.contains_key(parent) {
            let parts = match self.archive.list(parent, None, &|_| false) {
                Ok(Listing { parts, unasked, .. }) => parts.into_iter().chain(unasked).collect(),
                Err(ArchiveError::NoSuchSubject(_)) => HashSet::new(),
                Err(error) => return Err(error),
            };
            self.listed.insert(parent.clone(), parts);
        }
        Ok(&self.listed[parent])
    }

    /// Where there is nothing to look at, a listing of what the subject stands in tells.
    fn look_in_parent(&mut self, subject: &Name) -> Seen {
        let (Some(parent), Some(category)) = (subject.parent(), subject.at_level(Level::Category))
        else {
            return match self.archive.list(subject, None, &|_| false) {
                Ok(_) => Seen::There,
                Err(error) => Seen::Unreachable(error),
            };
        };
        if self.unlisted.contains(&category) {
            return Seen::Reported;
        }
        match self.parts_of(&parent) {
            Ok(parts) if parts.contains(subject.part()) => Seen::There,
            Ok(_) => Seen::Missing,
            Err(error) if subject.level() == Level::Category => Seen::Unreachable(error),
            Err(error) => {
                self.unlisted.insert(category.clone());
                Seen::Unlisted(category, error)
            }
        }
    }
}
