//! What of a listing is new.

use std::collections::HashSet;

use super::super::rules_files::SETTLED;
use super::Scan;
use super::context::Globs;
use crate::archive::{Listing, Look};
use crate::clock::Nanos;
use crate::config::ArchiveSettings;
use crate::name::Level;
use crate::store::{SubjectScan, Watched};

impl Scan<'_> {
    /// What of a listing is new; `look` is what can be trusted from now on.
    pub(super) fn diff(
        &self,
        subject: &Watched,
        listing: Listing,
        known: &HashSet<String>,
        look: Option<Look>,
    ) -> SubjectScan {
        let globs_before = self.globs_before.as_ref();
        diff(self.settings, globs_before, subject, listing, known, look)
    }
}

fn diff(
    settings: &ArchiveSettings,
    before: Option<&Globs>,
    subject: &Watched,
    mut listing: Listing,
    known: &HashSet<String>,
    look: Option<Look>,
) -> SubjectScan {
    let level = subject.name.level();
    let unasked: HashSet<String> = listing.unasked.iter().cloned().collect();
    if !settings.include.is_empty() {
        listing.parts.append(&mut listing.unasked);
    }
    let all_watched = settings.include.is_empty() && settings.exclude.is_empty();
    let is_watched = |part: &String| {
        if all_watched {
            return true;
        }
        let (Some(level), Ok(item)) = (level.child(), subject.name.child(part)) else {
            return false;
        };
        settings.watches(level, item.as_str())
    };
    let new: Vec<String> = listing
        .parts
        .iter()
        .filter(|part| !known.contains(*part) && is_watched(part))
        .cloned()
        .collect();
    let was_kept_out = |part: &&String| {
        let item = level.child().zip(subject.name.child(part).ok());
        before.zip(item).is_some_and(|(before, (level, item))| {
            !before.watch(level, item.as_str(), unasked.contains(*part))
        })
    };
    SubjectScan {
        id: subject.id,
        name: subject.name.clone(),
        let_in: new.iter().filter(was_kept_out).cloned().collect(),
        new,
        since: listing.since,
        all: (level != Level::Version && !listing.since).then_some(listing.parts),
        look,
    }
}

/// Whether a look shows times that are old enough for any later change to show another one.
pub(super) fn is_settled(look: &Look, began: Nanos) -> bool {
    look.newest() <= began - SETTLED
}
