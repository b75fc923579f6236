//! Looking at archives on the operator's behalf.

use super::{Operator, Result};
use crate::action::Commands;
use crate::archive::{self, Access, Archive, ArchiveError};
use crate::causes::with_causes;
use crate::clock::Nanos;
use crate::config::ArchiveSettings;
use crate::name::{Level, Name};
use crate::notify::place::Place;
use crate::params::Params;
use crate::store::{ScanPolicy, SubjectId};

/// What the operator's commands look with.
#[derive(Clone)]
pub struct Sight<'a> {
    /// The parameter directory, where there is one.
    pub params: Option<&'a Params>,
    /// How archives are read, but for what their settings say.
    pub access: Access<'a>,
    /// Where actions are looked for.
    pub commands: &'a Commands,
    /// The time.
    pub now: Nanos,
}

impl Operator {
    /// What the settings say of an archive.
    pub(super) fn settings(&self, archive: &str) -> ArchiveSettings {
        let settings = self.config.archives.get(archive);
        settings.cloned().unwrap_or_default()
    }

    /// What rules are owed of an archive, as a scan would have it.
    pub(super) fn policy(&self, archive: &str) -> ScanPolicy {
        let settings = self.settings(archive);
        ScanPolicy {
            first: settings.first.unwrap_or(self.config.rules.first),
            added: settings.added.unwrap_or(self.config.rules.added),
            baseline: false,
            max_items: self.config.delivery.max_items,
        }
    }

    /// Opens an archive as its settings say, or tells why that cannot be.
    pub(super) fn archive<'a>(
        &self,
        name: &str,
        sight: &Sight<'a>,
    ) -> std::result::Result<Box<dyn Archive + 'a>, String> {
        let place = Place::find(sight.params, name);
        let location = place.registered().map_err(|nowhere| nowhere.why)?;
        let access = Access {
            options: self.settings(name).options(),
            ..sight.access.clone()
        };
        archive::open(name, location, None, access).map_err(|error| with_causes(&error))
    }

    /// Whether the archive itself holds `name`, or why it cannot be looked at.
    pub(super) fn is_there(
        &self,
        name: &Name,
        sight: &Sight<'_>,
    ) -> std::result::Result<bool, String> {
        let archive = self.archive(name.archive(), sight)?;
        let Some(parent) = name.parent() else {
            return Ok(true);
        };
        match archive.list(&parent, None, &|_| false) {
            Ok(listing) => {
                let asks = !self.settings(name.archive()).include.is_empty();
                let unasked = listing.unasked.iter().filter(|_| asks);
                let mut parts = listing.parts.iter().chain(unasked);
                Ok(parts.any(|part| part == name.part()))
            }
            Err(ArchiveError::NoSuchSubject(_)) => Ok(false),
            Err(error) => Err(with_causes(&error)),
        }
    }

    /// Whether this is a revision of a category whose revisions are not kept one by one.
    pub(super) fn is_of_history(&self, name: &Name) -> Result<bool> {
        if name.level() != Level::Revision {
            return Ok(false);
        }
        match name.at_level(Level::Category) {
            Some(category) => Ok(self.store.has_history(&category)?),
            None => Ok(false),
        }
    }

    /// Whether the items of a subject are not kept one by one, but as a history.
    pub(super) fn is_history(&self, subject: SubjectId) -> Result<bool> {
        let positions = self.store.positions(subject)?;
        Ok(positions.iter().any(|position| position.in_history))
    }
}
