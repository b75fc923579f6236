//! Whether an item was detected, and why not.

use super::super::{Operator, Result};
use crate::archive::{self, ArchiveError};
use crate::causes::with_causes;
use crate::clock::{Nanos, nanos};
use crate::name::Name;
use crate::params::Params;
use crate::store::{ArchiveSummary, SubjectRecord};

/// Whether an item was detected, and why not.
#[derive(Clone, Debug)]
pub enum Detection {
    /// It was, as the item of this number, at this time.
    Detected(i64, Nanos),
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
        params: Option<&Params>,
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
        Ok(match is_there(item, params) {
            Ok(true) => Detection::NextPoll,
            Ok(false) => Detection::NotThere(parent.listed_at),
            Err(error) => Detection::CannotLook(error),
        })
    }

    /// The time before which the archive is not scanned, since the settings let some time pass
    /// between scans.
    pub(super) fn next_scan(&self, archive: &ArchiveSummary, now: Nanos) -> Option<Nanos> {
        let every = self.config.archives.get(&archive.row.name)?.every?;
        let scanned_at = archive.row.scanned_at.filter(|at| *at <= now)?;
        Some(scanned_at.saturating_add(nanos(every))).filter(|after| *after > now)
    }
}

/// Whether the archive itself holds `name`, or why it cannot be looked at.
pub(super) fn is_there(name: &Name, params: Option<&Params>) -> std::result::Result<bool, String> {
    let location = match params.map(|params| params.location(name.archive())) {
        Some(Ok(Some(location))) => location,
        Some(Err(error)) => return Err(with_causes(&error)),
        None | Some(Ok(None)) => {
            return Err(format!("the archive {} is not registered", name.archive()));
        }
    };
    let Some(parent) = name.parent() else {
        return Ok(true);
    };
    let listing =
        archive::open(&location, None).and_then(|archive| archive.list(&parent, &|_| false));
    match listing {
        Ok(listing) => Ok(listing.parts.iter().any(|part| part == name.part())),
        Err(ArchiveError::NoSuchSubject(_)) => Ok(false),
        Err(error) => Err(with_causes(&error)),
    }
}
