//! What is known of a revision of a history: only deliveries hold such revisions, and any version of
//! its category may have told it.

use super::super::retell::Coming;
use super::super::{Line, OperateError, Operator, Result, Sight};
use super::{Detection, Passed, Sent, Told, Verdict};
use crate::archive::Revisions;
use crate::name::{Level, Name};
use crate::store::{ArchiveSummary, SubjectRecord};

/// What the archive says of a revision that some action was not told of.
struct Glimpse {
    /// What is new to actions now.
    coming: Coming,
    /// The revision before it in its version.
    before: Option<String>,
}

impl Operator {
    /// Whether a revision of a history was detected, and what each action was told of it.
    pub(super) fn of_history(
        &self,
        item: &Name,
        parent: &Name,
        record: Option<&SubjectRecord>,
        rules: &[Line],
        archive: Option<&ArchiveSummary>,
        sight: &Sight<'_>,
    ) -> Result<(Detection, Vec<Told>)> {
        let sent = self.sent(item, parent, sight.commands)?;
        let owed = rules.iter().filter(|line| line.state.counts());
        let is_sent = |action: &str| sent.iter().any(|sent| sent.delivery.action == action);
        let detected_at = self.store.detected_in_category(item)?;
        let mut detection = match detected_at {
            Some(at) => Detection::Told(at, elsewhere(item, &sent)),
            None => self.detection(item, record, archive, sight)?,
        };
        let is_seen = matches!(detection, Detection::Told(..) | Detection::NextPoll);
        let is_owed = owed.clone().any(|line| !is_sent(line.rule.action.as_str()));
        let glimpse = if is_seen && is_owed {
            self.glimpse(item, sight)?
        } else {
            None
        };
        let is_coming = |action: &str| {
            let coming = glimpse
                .as_ref()
                .and_then(|glimpse| glimpse.coming.get(action));
            coming.is_some_and(|coming| coming.contains_key(item.part()))
        };
        if let (Detection::NextPoll, Some(_)) = (&detection, &glimpse)
            && !owed
                .clone()
                .any(|line| is_coming(line.rule.action.as_str()))
        {
            detection = Detection::Covered;
        }
        let mut actions: Vec<&str> = Vec::new();
        let owed = owed.map(|line| line.rule.action.as_str());
        for action in owed
            .clone()
            .chain(sent.iter().map(|sent| &*sent.delivery.action))
        {
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
        let mut told = Vec::new();
        for action in actions {
            let counts = owed.clone().any(|own| own == action);
            let verdict = if !counts || is_sent(action) {
                None
            } else if is_coming(action) {
                Some(Verdict::NextPoll)
            } else if let Some(glimpse) = &glimpse {
                let (limit, added) = match record {
                    Some(record) => self.owed(record.id, rules, action)?,
                    None => (None, false),
                };
                Some(Verdict::Passed(Passed {
                    limit,
                    added,
                    taken_over: super::told::taken_over(&sent, rules),
                    before: glimpse.before.clone(),
                    may_be_pruned: detected_at.is_none(),
                    by_mode: self.leaves_out(item.archive()),
                }))
            } else {
                None
            };
            let own = sent.iter().filter(|sent| sent.delivery.action == action);
            let told_of = Told {
                action: action.to_owned(),
                counts,
                sent: own.cloned().collect(),
                verdict,
            };
            if !told_of.sent.is_empty() || told_of.verdict.is_some() {
                told.push(told_of);
            }
        }
        Ok((detection, told))
    }

    /// Looks into the archive, if that can be.
    fn glimpse(&self, item: &Name, sight: &Sight<'_>) -> Result<Option<Glimpse>> {
        let (Some(category), Some(version)) = (item.at_level(Level::Category), item.parent())
        else {
            return Ok(None);
        };
        let Ok(archive) = self.archive(item.archive(), sight) else {
            return Ok(None);
        };
        let coming = match self.coming(archive.as_ref(), &category) {
            Err(OperateError::Archive { .. }) => return Ok(None),
            coming => coming?,
        };
        let listing = archive.list(&version, None, &|_| false);
        let parts = listing.map(|listing| listing.parts).unwrap_or_default();
        let place = parts.iter().position(|part| part == item.part());
        let before = place.and_then(|place| place.checked_sub(1));
        Ok(Some(Glimpse {
            coming,
            before: before.and_then(|place| parts.get(place).cloned()),
        }))
    }

    /// Whether the settings leave out revisions of a history.
    fn leaves_out(&self, archive: &str) -> bool {
        let mode = self.settings(archive).revisions;
        matches!(mode, Revisions::Tip | Revisions::FirstParent)
    }
}

/// The names under which deliveries hold a revision, if none holds it under its own.
fn elsewhere(item: &Name, sent: &[Sent]) -> Vec<Name> {
    let mut names: Vec<Name> = sent
        .iter()
        .filter_map(|sent| sent.delivery.subject.child(item.part()).ok())
        .collect();
    names.sort();
    names.dedup();
    if names.contains(item) {
        Vec::new()
    } else {
        names
    }
}
