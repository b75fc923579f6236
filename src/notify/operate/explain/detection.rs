//! Whether an item was detected, and why not.

use super::super::{Operator, Result, Sight};
use crate::clock::{Nanos, nanos};
use crate::config::ArchiveSettings;
use crate::name::Name;
use crate::notify::place::Place;
use crate::store::{ArchiveSummary, SubjectRecord};

/// Whether an item was detected, and why not.
#[derive(Clone, Debug)]
pub enum Detection {
    /// It was, as the item of this number, at this time.
    Detected(i64, Nanos),
    /// It is of a history, and was told first at this time; by versions other than its own, if any
    /// are named.
    Told(Nanos, Vec<Name>),
    /// It is of a history, and what was told or passed over covers it, though no delivery holds it.
    Covered,
    /// No rule names its parent, so nobody looks.
    NotWatched,
    /// The settings keep it from being watched.
    Excluded,
    /// Its archive cannot be scanned, and since when.
    ArchiveFails(String, Option<Nanos>),
    /// Its parent cannot be scanned, and since when.
    ParentFails(String, Nanos),
    /// Its parent is gone from the archive.
    ParentGone,
    /// It is in the archive, and the next poll that scans it finds it.
    NextPoll,
    /// The archive does not hold it; when its parent was listed last.
    NotThere(Option<Nanos>),
    /// The archive cannot be looked at now.
    CannotLook(String),
}

impl Operator {
    pub(super) fn detection(
        &self,
        item: &Name,
        parent: Option<&SubjectRecord>,
        archive: Option<&ArchiveSummary>,
        sight: &Sight<'_>,
    ) -> Result<Detection> {
        let Some(parent) = parent else {
            return Ok(Detection::NotWatched);
        };
        if let Some((seq, at)) = self.store.item(parent.id, item.part())? {
            return Ok(Detection::Detected(seq, at));
        }
        if !parent.watched {
            return Ok(Detection::NotWatched);
        }
        let settings = self.config.archives.get(item.archive());
        if settings.is_some_and(|settings| !settings.watches(item.level(), item.as_str())) {
            return Ok(Detection::Excluded);
        }
        let fails =
            archive.and_then(|archive| Some((archive.row.error.clone()?, archive.error_since)));
        if let Some((error, since)) = fails {
            return Ok(Detection::ArchiveFails(error, since));
        }
        if parent.gone {
            return Ok(Detection::ParentGone);
        }
        if let Some((error, since)) = &parent.error {
            return Ok(Detection::ParentFails(error.clone(), *since));
        }
        Ok(match self.is_there(item, sight) {
            Ok(true) => Detection::NextPoll,
            Ok(false) => Detection::NotThere(parent.listed_at),
            Err(error) => Detection::CannotLook(error),
        })
    }

    /// The time before which the archive is not scanned, since the settings let some time pass
    /// between scans.
    pub(super) fn next_scan(&self, archive: &ArchiveSummary, sight: &Sight<'_>) -> Option<Nanos> {
        let scanned_at = archive.row.scanned_at.filter(|at| *at <= sight.now)?;
        let place = Place::find(sight.params, &archive.row.name);
        let settings = self.config.archives.get(&archive.row.name);
        let pause = match settings {
            Some(settings) => settings.pause(place.is_remote()),
            None => ArchiveSettings::default().pause(place.is_remote()),
        };
        Some(scanned_at.saturating_add(nanos(pause?))).filter(|after| *after > sight.now)
    }
}
