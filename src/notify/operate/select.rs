//! Retrying and dropping: which deliveries are meant, and the change.

use super::{OperateError, Operator, Result};
use crate::clock::Nanos;
use crate::store::{DeliveryRecord, Filter, PartRecord, PartState};

/// Which deliveries an operator means.
#[derive(Clone, Debug)]
pub enum Selection {
    /// Those with these ids, or beginnings of ids; of deliveries or of parts.
    Ids(Vec<String>),
    /// Those in one of these states, of this action or of all, to this recipient or to all.
    States {
        /// The states.
        states: Vec<PartState>,
        /// The action.
        action: Option<String>,
        /// The recipient.
        recipient: Option<String>,
    },
}

/// What is to be done with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Make them due at once.
    Retry,
    /// Drop them.
    Drop,
}

/// A delivery, and which of its parts are meant.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The delivery.
    pub delivery: DeliveryRecord,
    /// The parts as they were before the change.
    pub parts: Vec<PartRecord>,
}

impl Verb {
    /// The states from which it leads elsewhere.
    pub fn states(self) -> &'static [PartState] {
        match self {
            Self::Retry => &[
                PartState::Owed,
                PartState::Waiting,
                PartState::Held,
                PartState::Dead,
                PartState::Dropped,
            ],
            Self::Drop => &[
                PartState::Owed,
                PartState::Waiting,
                PartState::Held,
                PartState::Dead,
            ],
        }
    }
}

impl Operator {
    /// The deliveries that are meant. An id that names none, several, or one with which nothing can
    /// be done, is an error; states that nothing is in are not.
    pub fn select(&self, selection: &Selection, verb: Verb) -> Result<Vec<Chosen>> {
        match selection {
            Selection::Ids(ids) => {
                let mut chosen: Vec<Chosen> = Vec::new();
                for id in ids {
                    let found = self.select_one(id, verb)?;
                    if !chosen.iter().any(|one| {
                        one.delivery.uid == found.delivery.uid && one.parts == found.parts
                    }) {
                        chosen.push(found);
                    }
                }
                Ok(chosen)
            }
            Selection::States {
                states,
                action,
                recipient,
            } => {
                let filter = Filter {
                    action: action.clone(),
                    recipient: recipient.clone(),
                    states: states.clone(),
                    ..Filter::default()
                };
                let is_meant = |part: &PartRecord| {
                    let is_to = |recipient: &String| part.is_to(recipient);
                    states.contains(&part.state) && recipient.as_ref().is_none_or(is_to)
                };
                let found = self.store.deliveries(&filter)?.into_iter();
                Ok(found
                    .map(|delivery| Chosen {
                        parts: parts(&delivery, is_meant),
                        delivery,
                    })
                    .collect())
            }
        }
    }

    fn select_one(&self, id: &str, verb: Verb) -> Result<Chosen> {
        let delivery = self.delivery(id)?;
        let whole = delivery.uid.starts_with(id);
        let meant = parts(&delivery, |part| whole || part.uid.starts_with(id));
        let parts = parts(&delivery, |part| {
            let is_due = part.state == PartState::Owed && part.due_at == 0;
            let changes = verb == Verb::Drop || !is_due;
            meant.contains(part) && verb.states().contains(&part.state) && changes
        });
        if parts.is_empty() {
            return Err(OperateError::NotInState {
                uid: delivery.uid,
                subject: delivery.subject,
                state: meant.first().map_or(PartState::Done, |part| part.state),
                verb,
            });
        }
        Ok(Chosen { delivery, parts })
    }

    /// Does it. Returns how many parts were changed: one that began to run in the meantime is not.
    pub fn change(&mut self, chosen: &[Chosen], verb: Verb, at: Nanos) -> Result<usize> {
        let parts: Vec<_> = chosen
            .iter()
            .flat_map(|chosen| &chosen.parts)
            .map(|part| part.id)
            .collect();
        Ok(match verb {
            Verb::Retry => self.store.retry(&parts)?,
            Verb::Drop => self.store.drop_parts(&parts, at)?,
        })
    }
}

fn parts(delivery: &DeliveryRecord, pick: impl Fn(&PartRecord) -> bool) -> Vec<PartRecord> {
    let picked = delivery.parts.iter().filter(|part| pick(part));
    picked.cloned().collect()
}
