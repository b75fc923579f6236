//! Why something was told or not: the answer to `larch explain`.
//!
//! A name is looked at twice: as an item, which the rules of its parent tell, and as a subject, whose
//! own items its rules tell. A revision is only an item, an archive only a subject.

mod absent;
mod detection;
mod history;
mod sent;
mod told;

pub use absent::Absent;
pub use detection::Detection;
pub use sent::{Outlook, Sent};
pub use told::{Passed, Told, Verdict};

use super::{Line, Operator, Result, Sight};
use crate::action::Commands;
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::store::{ArchiveSummary, SubjectRecord};

/// All that bears upon whether something is told.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The name.
    pub name: Name,
    /// When the last poll ended.
    pub last_poll: Option<Nanos>,
    /// What is known of its archive.
    pub archive: Option<ArchiveSummary>,
    /// The time before which its archive is not scanned, as the settings say.
    pub next_scan: Option<Nanos>,
    /// The settings keep it from being watched.
    pub is_excluded: bool,
    /// What concerns it as an item of its parent; none for an archive.
    pub item: Option<AsItem>,
    /// What concerns its own items; none for a revision.
    pub subject: Option<AsSubject>,
    /// The first part of it, from the left, of which nothing is known and which its archive does not
    /// hold either, and what is known beside that.
    pub unknown: Option<(Name, Vec<Name>)>,
}

impl Explanation {
    /// Whether it is an archive that neither the state, nor a rule, nor a registration knows.
    pub fn is_stranger(&self) -> bool {
        let has_rules = |subject: &AsSubject| !subject.rules.is_empty();
        self.name.level() == Level::Archive
            && self.unknown.is_some()
            && self.archive.is_none()
            && !self.subject.as_ref().is_some_and(has_rules)
    }
}

/// What concerns a name as an item of its parent.
#[derive(Clone, Debug)]
pub struct AsItem {
    /// The parent.
    pub parent: Name,
    /// The lines that name the parent.
    pub rules: Vec<Line>,
    /// Why none of them counts.
    pub absent: Option<Absent>,
    /// Whether it was detected, and why not.
    pub detection: Detection,
    /// What each action was told.
    pub told: Vec<Told>,
}

/// What concerns the items of a name.
#[derive(Clone, Debug)]
pub struct AsSubject {
    /// What is known of it.
    pub record: Option<SubjectRecord>,
    /// How many items are known; of a history, how many deliveries hold.
    pub items: usize,
    /// Its items are not kept one by one, but as a history.
    pub in_history: bool,
    /// The lines that name it.
    pub rules: Vec<Line>,
    /// Why none of them counts.
    pub absent: Option<Absent>,
    /// What each action was told, and what is on its way to it.
    pub actions: Vec<ActionState>,
}

/// How far an action was told.
#[derive(Clone, Debug)]
pub struct ActionState {
    /// The action.
    pub action: String,
    /// The newest item that it was told of, or that it was not to be told of; of a history, the newest
    /// in its deliveries.
    pub told_up_to: Option<Name>,
    /// The items are not kept one by one, but as a history.
    pub in_history: bool,
    /// How many items the next poll tells it.
    pub behind: usize,
    /// Deliveries that have not ended.
    pub open: Vec<Sent>,
}

impl Operator {
    /// Explains what concerns `name`. Where it is not detected, its archive is looked at.
    pub fn explain(&self, name: &Name, sight: &Sight<'_>) -> Result<Explanation> {
        let summaries = self.store.archive_summaries()?;
        let archive = summaries
            .into_iter()
            .find(|summary| summary.row.name == name.archive());
        let settings = self.config.archives.get(name.archive());
        let item = match name.parent() {
            None => None,
            Some(parent) => Some(self.as_item(name, parent, archive.as_ref(), sight)?),
        };
        let subject = match name.level() {
            Level::Revision => None,
            _ => Some(self.as_subject(name, sight.commands)?),
        };
        let next_scan = archive
            .as_ref()
            .and_then(|archive| self.next_scan(archive, sight));
        Ok(Explanation {
            name: name.clone(),
            last_poll: self.last_poll(),
            archive,
            next_scan,
            is_excluded: settings
                .is_some_and(|settings| !settings.watches(name.level(), name.as_str())),
            item,
            subject,
            unknown: self.unknown_part(name, sight)?,
        })
    }

    fn unknown_part(&self, name: &Name, sight: &Sight<'_>) -> Result<Option<(Name, Vec<Name>)>> {
        if self.is_known(name)? {
            return Ok(None);
        }
        let (missing, beside) = self.beside(name)?;
        let is_new = self.is_there(&missing, sight) == Ok(true);
        Ok((!is_new).then_some((missing, beside)))
    }

    fn as_item(
        &self,
        name: &Name,
        parent: Name,
        archive: Option<&ArchiveSummary>,
        sight: &Sight<'_>,
    ) -> Result<AsItem> {
        let rules = self.lines_for(&parent)?;
        let record = self.store.subject(&parent)?;
        let (detection, told) = if self.is_of_history(name)? {
            self.of_history(name, &parent, record.as_ref(), &rules, archive, sight)?
        } else {
            let detection = self.detection(name, record.as_ref(), archive, sight)?;
            let told = match &record {
                None => Vec::new(),
                Some(record) => self.told(name, record, &rules, &detection, sight)?,
            };
            (detection, told)
        };
        Ok(AsItem {
            absent: self.absent(&parent, &rules)?,
            parent,
            rules,
            detection,
            told,
        })
    }

    fn as_subject(&self, name: &Name, commands: &Commands) -> Result<AsSubject> {
        let rules = self.lines_for(name)?;
        let record = self.store.subject(name)?;
        let mut actions = Vec::new();
        let mut items = 0;
        let mut in_history = false;
        if let Some(record) = &record {
            in_history = self.is_history(record.id)?;
            items = if in_history {
                self.store
                    .delivered(record.id, None, Nanos::MIN, None)?
                    .len()
            } else {
                self.store.items_after(record.id, 0)?
            };
            let open = self.open_deliveries(name, commands)?;
            for position in self.store.positions(record.id)? {
                let counts = rules.iter().any(|line| {
                    line.state.counts() && line.rule.action.as_str() == position.action
                });
                let newest = if in_history {
                    let action = Some(position.action.as_str());
                    self.store
                        .delivered(record.id, action, Nanos::MIN, None)?
                        .pop()
                } else {
                    self.store.item_at(record.id, position.told)?
                };
                actions.push(ActionState {
                    in_history,
                    told_up_to: newest.and_then(|part| name.child(&part).ok()),
                    behind: if counts {
                        self.store.items_after(record.id, position.told)?
                    } else {
                        0
                    },
                    open: open
                        .iter()
                        .filter(|sent| sent.delivery.action == position.action)
                        .cloned()
                        .collect(),
                    action: position.action,
                });
            }
        }
        Ok(AsSubject {
            absent: self.absent(name, &rules)?,
            record,
            items,
            in_history,
            rules,
            actions,
        })
    }

    /// The lines that name a subject, those that stand in the file first.
    fn lines_for(&self, subject: &Name) -> Result<Vec<Line>> {
        let mut lines = self.lines(subject.level())?;
        lines.retain(|line| line.rule.subject == *subject);
        Ok(lines)
    }
}
