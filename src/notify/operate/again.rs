//! Telling again: positions are moved back, or things forgotten, so that the next poll finds them.

use std::collections::HashMap;

use super::{OperateError, Operator, Result, Sight};
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::store::{
    Engine as _, Forgotten, Guard, Lock, PositionRecord, ReplayFrom, RuleState, SubjectRecord,
};

/// Whence something is told again.
#[derive(Clone, Debug)]
pub enum Whence {
    /// From the start.
    Start,
    /// From what comes after this item: its name, or its last part.
    After(String),
    /// From what was detected at this time or later.
    Since(Nanos),
    /// From the first item of the delivery whose id begins so, to its action alone.
    Delivery(String),
}

/// What is told again of one subject.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The subject.
    pub subject: SubjectRecord,
    /// How many of its items the next poll sends.
    pub items: usize,
    /// To how many actions it sends them.
    pub actions: usize,
    /// The subject is gone: they are sent when it is back.
    pub waits: bool,
}

/// What was forgotten.
#[derive(Clone, Debug)]
pub enum Lost {
    /// An item, which was known to its parent.
    Item(Name),
    /// What was known of a subject.
    Subject(Name, Forgotten),
}

impl Operator {
    /// Moves back what was told of `name`, or with `below` of everything at and below it. What was told
    /// of histories is owed again at once.
    pub fn replay(
        &mut self,
        name: &Name,
        below: bool,
        whence: &Whence,
        action: Option<&str>,
        sight: &Sight<'_>,
    ) -> Result<Vec<Replayed>> {
        let subject = self.known(name)?;
        let action = match whence {
            Whence::Delivery(id) => Some(self.delivery_action(name, id)?),
            _ => action.map(str::to_owned),
        };
        let _scan = self.hold_scan(name)?;
        let subjects = if below {
            self.store.below(name)?
        } else {
            vec![subject]
        };
        let rules = self.active_actions(action.as_deref())?;
        let watched: Vec<SubjectRecord> = subjects
            .into_iter()
            .filter(|subject| rules.contains_key(&subject.name))
            .collect();
        if watched.is_empty() {
            return Err(OperateError::NoRule {
                name: name.clone(),
                action,
            });
        }
        let mut replayed = Vec::new();
        let mut histories: Vec<(SubjectRecord, Vec<String>)> = Vec::new();
        for subject in watched {
            if self.is_history(subject.id)? {
                let actions = rules.get(&subject.name).cloned().unwrap_or_default();
                histories.push((subject, actions));
            } else {
                replayed.extend(self.move_back(subject, whence, action.as_deref())?);
            }
        }
        let category = |version: &SubjectRecord| version.name.at_level(Level::Category);
        histories.sort_by_cached_key(|(version, _)| (category(version), version.id));
        for versions in histories.chunk_by(|(a, _), (b, _)| category(a) == category(b)) {
            let is_whole = name.level() <= Level::Category;
            replayed.extend(self.retell(versions, is_whole, whence, sight)?);
        }
        Ok(replayed)
    }

    fn move_back(
        &mut self,
        subject: SubjectRecord,
        whence: &Whence,
        action: Option<&str>,
    ) -> Result<Option<Replayed>> {
        let from = self.replay_from(&subject, whence)?;
        let before = self.store.positions(subject.id)?;
        let told = self.store.replay(subject.id, action, &from)?;
        if told == 0 {
            return Ok(None);
        }
        let after = self.store.positions(subject.id)?;
        let moved = |position: &&PositionRecord| {
            let same = before.iter().find(|old| old.action == position.action);
            same.is_some_and(|old| old.told > position.told)
        };
        let actions = after.iter().filter(moved).count().max(1);
        Ok(Some(Replayed {
            items: told / actions,
            actions,
            waits: subject.gone,
            subject,
        }))
    }

    /// Forgets what is known of `name` and of everything below it, and that it was seen itself.
    ///
    /// What is remembered of a history is remembered for its whole category: nothing below that can be
    /// forgotten alone.
    pub fn forget(&mut self, name: &Name, at: Nanos) -> Result<Vec<Lost>> {
        if name.level() > Level::Category
            && let Some(category) = name.at_level(Level::Category)
            && self.store.has_history(&category)?
            && self.is_known(name)?
        {
            return Err(OperateError::OfHistory {
                name: name.clone(),
                category,
            });
        }
        let _scan = self.hold_scan(name)?;
        let mut lost = Vec::new();
        if let Some(parent) = name.parent()
            && let Some(parent) = self.store.subject(&parent)?
            && self.store.forget_item(parent.id, name.part())?
        {
            lost.push(Lost::Item(name.clone()));
        }
        if name.level() != Level::Revision {
            for subject in self.store.below(name)? {
                let forgotten = self.store.forget_subject(subject.id, at)?;
                if forgotten != Forgotten::default() {
                    lost.push(Lost::Subject(subject.name, forgotten));
                }
            }
        }
        if lost.is_empty() {
            return Err(self.unknown(name)?);
        }
        Ok(lost)
    }

    fn replay_from(&self, subject: &SubjectRecord, whence: &Whence) -> Result<ReplayFrom> {
        Ok(match whence {
            Whence::Start => ReplayFrom::Start,
            Whence::Since(at) => ReplayFrom::Since(*at),
            Whence::After(text) => {
                let item = item_of(&subject.name, text)?;
                if self.store.item(subject.id, item.part())?.is_none() {
                    return Err(self.unknown(&item)?);
                }
                ReplayFrom::After(item)
            }
            Whence::Delivery(id) => ReplayFrom::Delivery(self.delivery(id)?.uid),
        })
    }

    /// The action of a delivery, which must be of the subject `name`.
    fn delivery_action(&self, name: &Name, id: &str) -> Result<String> {
        let delivery = self.delivery(id)?;
        if delivery.subject != *name {
            return Err(OperateError::OtherSubject {
                uid: delivery.uid,
                subject: delivery.subject,
            });
        }
        Ok(delivery.action)
    }

    /// The subjects of active rules with their actions, each once; of `action` alone, if it is given.
    fn active_actions(&self, action: Option<&str>) -> Result<HashMap<Name, Vec<String>>> {
        let mut found: HashMap<Name, Vec<String>> = HashMap::new();
        for level in Level::SUBJECTS {
            for stored in self.store.rules(level)? {
                let own = stored.rule.action.as_str();
                if stored.state != RuleState::Active || action.is_some_and(|action| action != own) {
                    continue;
                }
                let actions = found.entry(stored.rule.subject.clone()).or_default();
                if !actions.iter().any(|known| known == own) {
                    actions.push(own.to_owned());
                }
            }
        }
        Ok(found)
    }

    /// Keeps polls from scanning the archive of `name`.
    fn hold_scan(&self, name: &Name) -> Result<Option<Box<dyn Guard>>> {
        if self.rehearsal {
            return Ok(None);
        }
        let lock = Lock::Scan(name.archive().to_owned());
        Ok(Some(self.engine.lock(&lock)?))
    }
}

/// The item of `subject` that a person means: its name, or its last part.
pub(super) fn item_of(subject: &Name, text: &str) -> Result<Name> {
    let prefix = format!("{subject}--");
    let part = text
        .strip_prefix(&prefix)
        .or_else(|| text.strip_prefix(&format!("{subject}/")))
        .unwrap_or(text);
    Ok(subject.child(part)?)
}
