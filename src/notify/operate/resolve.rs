//! From a name as a person gives it to the one that is meant.

use std::collections::BTreeSet;

use super::{OperateError, Operator, Result};
use crate::name::{Level, Name};
use crate::store::SubjectRecord;

impl Operator {
    /// The name that `text` means: what is known under it, at the level that its parts make most
    /// likely, or else at another. `branch:NAME` and so on say the level.
    pub fn resolve(&self, text: &str) -> Result<Name> {
        let forced = text.split_once(':').and_then(|(level, name)| {
            let level = level.parse::<Level>().ok()?;
            Some((level, name))
        });
        if let Some((level, name)) = forced {
            return Ok(Name::parse(name, Some(level))?);
        }
        let likely = Name::parse(text, None)?;
        if self.is_known(&likely)? {
            return Ok(likely);
        }
        for level in [
            Level::Category,
            Level::Branch,
            Level::Version,
            Level::Revision,
        ] {
            if let Ok(name) = Name::parse(text, Some(level))
                && name.level() != likely.level()
                && self.is_known(&name)?
            {
                return Ok(name);
            }
        }
        Ok(likely)
    }

    /// Whether it was detected, or a rule named it.
    pub fn is_known(&self, name: &Name) -> Result<bool> {
        if self.store.subject(name)?.is_some() {
            return Ok(true);
        }
        let Some(parent) = name.parent() else {
            return Ok(false);
        };
        if let Some(parent) = self.store.subject(&parent)?
            && self.store.item(parent.id, name.part())?.is_some()
        {
            return Ok(true);
        }
        Ok(self.is_of_history(name)? && self.store.detected_in_category(name)?.is_some())
    }

    /// The known names that `text` means with an archive in front of it.
    pub fn with_archive(&self, text: &str) -> Result<Vec<Name>> {
        let mut found = Vec::new();
        for archive in self.store.archive_summaries()? {
            let name = self.resolve(&format!("{}/{text}", archive.row.name));
            if let Ok(name) = name
                && self.is_known(&name)?
            {
                found.push(name);
            }
        }
        Ok(found)
    }

    /// The actions that rules name, or named.
    pub fn actions(&self) -> Result<BTreeSet<String>> {
        let mut actions = BTreeSet::new();
        for level in Level::SUBJECTS {
            for stored in self.store.rules(level)? {
                let rule = stored.rule;
                let named = std::iter::once(&rule.action).chain(&rule.children);
                actions.extend(named.map(|action| action.as_str().to_owned()));
            }
        }
        Ok(actions)
    }

    /// A known subject.
    pub(super) fn known(&self, name: &Name) -> Result<SubjectRecord> {
        match self.store.subject(name)? {
            Some(subject) => Ok(subject),
            None => Err(self.unknown(name)?),
        }
    }

    /// The error that nothing is known of a name, with what is known beside it.
    pub fn unknown(&self, name: &Name) -> Result<OperateError> {
        let (missing, beside) = self.beside(name)?;
        Ok(OperateError::Unknown {
            name: name.clone(),
            missing,
            beside,
        })
    }

    /// The first part of `name`, from the left, of which nothing is known, and what is known beside
    /// that: what may have been meant.
    pub(super) fn beside(&self, name: &Name) -> Result<(Name, Vec<Name>)> {
        let mut missing = name.clone();
        while let Some(parent) = missing.parent() {
            if let Some(known) = self.store.subject(&parent)? {
                let mut parts: Vec<String> =
                    self.store.known_parts(known.id)?.into_iter().collect();
                parts.sort();
                let beside = parts.iter().filter_map(|part| parent.child(part).ok());
                return Ok((missing, beside.collect()));
            }
            missing = parent;
        }
        let archives = self.store.archive_summaries()?;
        let beside = archives
            .iter()
            .filter_map(|archive| Name::parse(&archive.row.name, Some(Level::Archive)).ok());
        Ok((missing, beside.collect()))
    }
}
