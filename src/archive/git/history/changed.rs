//! [`Changed`]: a version whose ref names something new, and what comes of it.

use super::ask::Objects;
use super::oid::Oid;
use super::version::{Due, Version};

/// A version whose ref names something new.
pub(super) struct Changed<'p> {
    /// Its place in the question.
    pub(super) place: usize,
    pub(super) version: &'p Version<'p>,
    pub(super) due: Due,
    /// What the ref names.
    now: Oid,
    /// The commit that this is, or is a tag of, if any.
    pub(super) commit: Option<Oid>,
    /// What is told, oldest first.
    pub(super) new: Vec<Oid>,
    /// What is told of it from now on, the latest first.
    pub(super) told: Vec<Oid>,
    /// How much is left out of what the action met.
    pub(super) skipped: usize,
}

impl<'p> Changed<'p> {
    /// The versions whose refs name something new that is there, in the order in which they bring
    /// commits: HEAD's branch, the others as they became known, tags.
    pub(super) fn all(versions: &'p [Version<'p>], objects: &Objects) -> Vec<Self> {
        let numbered = versions.iter().enumerate();
        let changed = numbered.filter_map(|(place, version)| {
            let now = version.changed_to().filter(|now| objects.has(now))?;
            Some(Self {
                place,
                version,
                due: version.due(),
                now,
                commit: objects.commit(&now),
                new: Vec::new(),
                told: vec![now],
                skipped: 0,
            })
        });
        let mut changed: Vec<_> = changed.collect();
        changed.sort_by_key(|one| one.version.turn());
        changed
    }

    /// Whether what the ref names is an item of its own, beside the commits that it brings.
    pub(super) fn is_own(&self) -> bool {
        self.version.is_tag || self.commit.is_none()
    }

    /// Adds what is an item of its own, and leaves out what is not owed.
    pub(super) fn finish(&mut self) {
        if self.is_own() && self.new.last() != Some(&self.now) {
            self.new.push(self.now);
        }
        if self.version.is_tag {
            self.told.extend(self.version.told());
        }
        let owed = match self.due {
            Due::Moved | Due::Whole => self.new.len(),
            Due::Newest(newest) => newest,
            Due::Nothing => 0,
        };
        self.skipped = self.new.len().saturating_sub(owed);
        self.new.drain(..self.skipped);
    }
}
