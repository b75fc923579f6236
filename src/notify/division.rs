//! Dividing what is owed: a whole delivery whose action has recipients becomes a part for each of them
//! and each message, before anything of it is tried.
//!
//! Workers divide what is whole and due in batches, one for each archive, outside of the lock, so that
//! an archive which answers slowly keeps nobody else waiting; what a batch brings is one transaction. A
//! kill before that leaves the deliveries whole, and nothing of them was told; a kill after it leaves
//! their parts.
//!
//! What cannot be divided now stays whole, holds back what comes after it in its lane, and is claimed as
//! any part is: its attempt fails with what the action said. Within a claim the action is asked only
//! where it was not in this poll: what was before it in its lane has just ended, or its rule was edited
//! meanwhile. Should it be divided then, the attempt never was.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::deliver::Deliverer;
use super::nature::{self, Natures};
use super::queue::Nature;
use crate::action::{BuiltIn, Item, Outcome, Share, Whole};
use crate::clock::Nanos;
use crate::fault;
use crate::name::Name;
use crate::rules::ActionName;
use crate::store::{Claimed, Division, LaneId, OpenPart, PartId, PartState, Result, Store};

/// What became of asking for the shares of a delivery that is whole still.
#[derive(Clone, Debug)]
pub(super) enum Undivided {
    /// It is told whole.
    Whole,
    /// It cannot be divided now.
    Failed(Outcome),
}

/// The deliveries that are still whole in this poll, with the actions that were asked.
pub(super) type AllUndivided = HashMap<PartId, (ActionName, Undivided)>;

/// Which of `parts` are to be divided, by archive: none of which the action is asked already, or was.
pub(super) fn to_divide(
    parts: &[OpenPart],
    natures: &Natures<'_>,
    is_asked: &dyn Fn(&OpenPart) -> bool,
    now: Nanos,
) -> Vec<Vec<OpenPart>> {
    let mut batches: HashMap<&str, Vec<OpenPart>> = HashMap::new();
    let mut blocked: HashSet<LaneId> = HashSet::new();
    for part in parts {
        if !part.recipient.is_empty() || part.state == PartState::Held {
            continue;
        }
        let is_startable = matches!(part.state, PartState::Owed | PartState::Waiting);
        let may_divide = is_startable
            && part.due_at <= now
            && !is_asked(part)
            && natures.divider(part).is_some()
            && !blocked.contains(&part.lane);
        if may_divide {
            let batch = batches.entry(part.subject.archive()).or_default();
            batch.push(part.clone());
        } else if !natures.of(part).is_unordered {
            blocked.insert(part.lane);
        }
    }
    batches.into_values().collect()
}

/// As [`Natures::of`], for parts of which some are being divided.
pub(super) fn nature_of(
    part: &OpenPart,
    natures: &Natures<'_>,
    dividing: &HashSet<PartId>,
) -> Nature {
    Nature {
        is_dividing: dividing.contains(&part.id),
        ..natures.of(part)
    }
}

impl Deliverer<'_> {
    /// Divides what can be divided of a batch of whole deliveries, in one transaction. Returns the others.
    pub(super) fn divide(
        &self,
        store: &mut dyn Store,
        batch: Vec<OpenPart>,
    ) -> Result<AllUndivided> {
        let natures = Natures::new(self.commands);
        let mut undivided = AllUndivided::new();
        let mut blocked: HashSet<LaneId> = HashSet::new();
        let mut divisions = Vec::new();
        for part in batch {
            if self.is_stopped() {
                break;
            }
            let Some(built_in) = natures
                .divider(&part)
                .filter(|_| !blocked.contains(&part.lane))
            else {
                continue;
            };
            // Another poll may have divided it meanwhile.
            let Some(items) = store.part_items(part.id)? else {
                continue;
            };
            let left = match self.ask(&built_in, &part.action, &part.subject, &items) {
                Ok(Some(shares)) => {
                    divisions.push(Division {
                        whole: part.id,
                        lane: part.lane,
                        shares,
                    });
                    continue;
                }
                Ok(None) => Undivided::Whole,
                Err(outcome) => Undivided::Failed(outcome),
            };
            if built_in.is_ordered(&part.action) {
                blocked.insert(part.lane);
            }
            undivided.insert(part.id, (part.action, left));
        }
        self.put_in_place(store, &divisions)?;
        Ok(undivided)
    }

    /// Asks for the shares of a claimed part, if it is a whole delivery that has to be divided.
    pub(super) fn shares_of(
        &self,
        claimed: &Claimed,
    ) -> Option<std::result::Result<Vec<Share>, Outcome>> {
        if !claimed.recipient.is_empty() {
            return None;
        }
        let built_in = self.commands.built_in(&claimed.action)?;
        if !nature::divides(&built_in, &claimed.action) {
            return None;
        }
        match self.undivided(claimed.own.part, &claimed.action) {
            Some(Undivided::Whole) => None,
            Some(Undivided::Failed(outcome)) => Some(Err(outcome)),
            None => self
                .ask(&built_in, &claimed.action, &claimed.subject, &claimed.items)
                .transpose(),
        }
    }

    /// Puts the shares of whole deliveries in their place.
    pub(super) fn put_in_place(&self, store: &mut dyn Store, divisions: &[Division]) -> Result<()> {
        if divisions.is_empty() {
            return Ok(());
        }
        fault::point("before-divide");
        store.divide(divisions, self.owner(), self.now())?;
        fault::point("after-divide");
        Ok(())
    }

    fn ask(
        &self,
        built_in: &Arc<dyn BuiltIn>,
        action: &ActionName,
        subject: &Name,
        items: &[Item],
    ) -> std::result::Result<Option<Vec<Share>>, Outcome> {
        built_in.divide(&Whole {
            action,
            subject,
            items,
            now: self.now(),
            tell: &|revisions, wanted| self.runner.tell(revisions, wanted),
        })
    }
}
