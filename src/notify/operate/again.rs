//! Telling again: positions are moved back, or things forgotten, so that the next poll finds them.

use super::{OperateError, Operator, Result};
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
    /// Moves back what was told of `name`, or with `below` of everything at and below it.
    pub fn replay(
        &mut self,
        name: &Name,
        below: bool,
        whence: &Whence,
        action: Option<&str>,
    ) -> Result<Vec<Replayed>> {
        let subject = self.known(name)?;
        let (from, delivery_action) = self.whence(name, whence)?;
        let action = action.or(delivery_action.as_deref());
        let _scan = self.hold_scan(name)?;
        let subjects = if below {
            self.store.below(name)?
        } else {
            vec![subject]
        };
        let mut watched = false;
        let mut replayed = Vec::new();
        for subject in subjects {
            if !self.has_rule(&subject.name, action)? {
                continue;
            }
            watched = true;
            let before = self.store.positions(subject.id)?;
            let told = self.store.replay(subject.id, action, &from)?;
            if told == 0 {
                continue;
            }
            let after = self.store.positions(subject.id)?;
            let moved = |position: &&PositionRecord| {
                let same = before.iter().find(|old| old.action == position.action);
                same.is_some_and(|old| old.told > position.told)
            };
            let actions = after.iter().filter(moved).count().max(1);
            replayed.push(Replayed {
                subject,
                items: told / actions,
                actions,
            });
        }
        if watched {
            Ok(replayed)
        } else {
            Err(OperateError::NoRule {
                name: name.clone(),
                action: action.map(str::to_owned),
            })
        }
    }

    /// Forgets what is known of `name` and of everything below it, and that it was seen itself.
    pub fn forget(&mut self, name: &Name, at: Nanos) -> Result<Vec<Lost>> {
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

    fn whence(&self, name: &Name, whence: &Whence) -> Result<(ReplayFrom, Option<String>)> {
        Ok(match whence {
            Whence::Start => (ReplayFrom::Start, None),
            Whence::Since(at) => (ReplayFrom::Since(*at), None),
            Whence::After(text) => {
                let prefix = format!("{name}--");
                let part = text
                    .strip_prefix(&prefix)
                    .or_else(|| text.strip_prefix(&format!("{name}/")))
                    .unwrap_or(text);
                let item = name.child(part)?;
                let subject = self.known(name)?;
                if self.store.item(subject.id, part)?.is_none() {
                    return Err(self.unknown(&item)?);
                }
                (ReplayFrom::After(item), None)
            }
            Whence::Delivery(id) => {
                let delivery = self.delivery(id)?;
                if delivery.subject != *name {
                    return Err(OperateError::OtherSubject {
                        uid: delivery.uid,
                        subject: delivery.subject,
                    });
                }
                (ReplayFrom::Delivery(delivery.uid), Some(delivery.action))
            }
        })
    }

    fn has_rule(&self, subject: &Name, action: Option<&str>) -> Result<bool> {
        let rules = self.store.rules(subject.level())?;
        Ok(rules.iter().any(|stored| {
            stored.state == RuleState::Active
                && stored.rule.subject == *subject
                && action.is_none_or(|action| stored.rule.action.as_str() == action)
        }))
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
