//! One archive that is looked at, each subject once and no more than that takes.

use std::collections::{HashMap, HashSet};

use crate::archive::{Archive, ArchiveError, Listing};
use crate::name::{Level, Name};

/// An archive, and what was listed in it.
pub(super) struct Looked<'a> {
    archive: Box<dyn Archive + 'a>,
    /// What categories and branches hold; `None` for what cannot be listed.
    listed: HashMap<Name, Option<HashSet<String>>>,
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
        }
    }

    pub(super) fn look(&mut self, subject: &Name) -> Seen {
        // Where a look at a category covers all below it, only listings tell what that is.
        if subject.level() > Level::Category && self.archive.looks_at_categories() {
            return self.look_below(subject);
        }
        let looked = match self.archive.look(subject, None) {
            // Where there is nothing to look at, a listing tells.
            Ok(None) => self.archive.list(subject, None, &|_| false).map(drop),
            looked => looked.map(drop),
        };
        match looked {
            Ok(()) => Seen::There,
            Err(ArchiveError::NoSuchSubject(_)) => Seen::Missing,
            Err(error) => Seen::Unreachable(error),
        }
    }

    fn look_below(&mut self, subject: &Name) -> Seen {
        let (Some(parent), Some(category)) = (subject.parent(), subject.at_level(Level::Category))
        else {
            return Seen::There;
        };
        if matches!(self.listed.get(&category), Some(None)) {
            return Seen::Reported;
        }
        if !self.listed.contains_key(&parent) {
            let parts = match self.archive.list(&parent, None, &|_| false) {
                Ok(Listing { parts, unasked, .. }) => parts.into_iter().chain(unasked).collect(),
                Err(ArchiveError::NoSuchSubject(_)) => HashSet::new(),
                Err(error) => {
                    self.listed.insert(category.clone(), None);
                    return Seen::Unlisted(category, error);
                }
            };
            self.listed.insert(parent.clone(), Some(parts));
        }
        let listed = self.listed.get(&parent).and_then(Option::as_ref);
        if listed.is_some_and(|parts| parts.contains(subject.part())) {
            Seen::There
        } else {
            Seen::Missing
        }
    }
}
