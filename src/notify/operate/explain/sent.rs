//! What was sent, and what becomes of what was not.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::super::{LineState, Operator, Result};
use crate::action::{Commands, Item, Style};
use crate::clock::Nanos;
use crate::name::Name;
use crate::notify::reconcile::reconcile;
use crate::rules::{ActionName, Rule};
use crate::store::{DeliveryRecord, Filter, PartRecord, PartState, StoredRule};

/// A part of a delivery, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The delivery.
    pub delivery: DeliveryRecord,
    /// The part.
    pub part: PartRecord,
    /// What becomes of it.
    pub outlook: Outlook,
    /// It is of another version than the one in question.
    pub is_of_other: bool,
}

/// What becomes of a part of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It has ended.
    Ended,
    /// It is being tried.
    Runs,
    /// It rests until its rule returns.
    Asleep,
    /// It is held until a person decides.
    Held,
    /// There is no program for its command, and why.
    NoCommand(String),
    /// It is tried after another delivery of its lane: its id, and the word for how that is.
    Behind(String, &'static str),
    /// Its line was edited: the poll that reads that tries it with this action.
    Edited(String),
    /// It is tried again after this time.
    Waits(Nanos),
    /// It is told after this time, together with other things.
    Gathered(Nanos),
    /// The next poll tries it.
    NextPoll,
}

impl Operator {
    /// The parts of deliveries that hold an item, oldest first.
    pub(super) fn sent(
        &self,
        item: &Name,
        parent: &Name,
        commands: &Commands,
    ) -> Result<Vec<Sent>> {
        let filter = Filter {
            name: Some(item.clone()),
            ..Filter::default()
        };
        let mut sent = Vec::new();
        let mut lanes: HashMap<Name, (Vec<_>, Vec<_>)> = HashMap::new();
        for delivery in self.store.deliveries(&filter)? {
            // Another version of its category may have told a revision; nothing else holds it.
            if delivery.subject.level() != parent.level() {
                continue;
            }
            let items = self.store.delivery_items(&delivery.uid)?;
            let is_it = |held: &Item| held.name.part() == item.part();
            let Some(place) = items.iter().position(is_it) else {
                continue;
            };
            let (open, edited) = match lanes.entry(delivery.subject.clone()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    let open = self.open_parts(unknown.key())?;
                    let edited = self.edited_actions(unknown.key())?;
                    unknown.insert((open, edited))
                }
            };
            for part in &delivery.parts {
                if part.items.contains(&place) {
                    sent.push(Sent {
                        outlook: outlook(&delivery, part, open, edited, commands),
                        part: part.clone(),
                        is_of_other: delivery.subject != *parent,
                        delivery: delivery.clone(),
                    });
                }
            }
        }
        Ok(sent)
    }

    /// The parts of a subject's deliveries that have not ended, oldest first.
    pub(super) fn open_deliveries(&self, subject: &Name, commands: &Commands) -> Result<Vec<Sent>> {
        let open = self.open_parts(subject)?;
        let edited = self.edited_actions(subject)?;
        let sent = open.iter().map(|(delivery, part)| Sent {
            delivery: delivery.clone(),
            part: part.clone(),
            outlook: outlook(delivery, part, &open, &edited, commands),
            is_of_other: false,
        });
        Ok(sent.collect())
    }

    /// The actions of lines for `subject` that were edited since a poll read them, with what they
    /// became. One that another line still has keeps what is owed to it.
    fn edited_actions(&self, subject: &Name) -> Result<Vec<(String, String)>> {
        let lines = self.lines(subject.level())?;
        let is_kept = |action: &str| {
            lines.iter().any(|line| {
                line.rule.subject == *subject
                    && line.rule.action.as_str() == action
                    && matches!(line.state, LineState::Active | LineState::Pending)
            })
        };
        let stored: Vec<StoredRule> = lines
            .iter()
            .filter_map(|line| line.stored.clone())
            .collect();
        let present: Vec<(Rule, i64)> = lines
            .iter()
            .filter(|line| line.number.is_some())
            .map(|line| (line.rule.clone(), 0))
            .collect();
        let edits = reconcile(&stored, &present, &HashSet::new(), false)
            .changes
            .edited;
        Ok(edits
            .into_iter()
            .filter_map(|(old, new, _)| {
                let old = stored.iter().find(|stored| stored.id == old)?;
                let (from, to) = (old.rule.action.as_str(), new.action.as_str());
                let moves = new.subject == *subject && from != to && !is_kept(from);
                moves.then(|| (from.to_owned(), to.to_owned()))
            })
            .collect())
    }

    fn open_parts(&self, subject: &Name) -> Result<Vec<(DeliveryRecord, PartRecord)>> {
        let filter = Filter {
            name: Some(subject.clone()),
            states: vec![
                PartState::Owed,
                PartState::Running,
                PartState::Waiting,
                PartState::Held,
            ],
            asleep: true,
            ..Filter::default()
        };
        let mut open = Vec::new();
        for delivery in self.store.deliveries(&filter)? {
            if delivery.subject != *subject {
                continue;
            }
            let parts = delivery.parts.iter().filter(|part| part.state.is_open());
            open.extend(parts.map(|part| (delivery.clone(), part.clone())));
        }
        open.sort_by_key(|(_, part)| part.id);
        Ok(open)
    }
}

fn outlook(
    delivery: &DeliveryRecord,
    part: &PartRecord,
    open: &[(DeliveryRecord, PartRecord)],
    edited: &[(String, String)],
    commands: &Commands,
) -> Outlook {
    if !part.state.is_open() {
        return Outlook::Ended;
    }
    if part.state == PartState::Running {
        return Outlook::Runs;
    }
    if part.asleep {
        return Outlook::Asleep;
    }
    if let Some((_, action)) = edited.iter().find(|(old, _)| *old == delivery.action)
        && part.state != PartState::Held
    {
        return Outlook::Edited(action.clone());
    }
    let command = ActionName::parse(&delivery.action);
    if let Ok(action) = &command
        && let Err(error) = commands.find(action.command())
    {
        return Outlook::NoCommand(error.to_string());
    }
    let has_order = |style: Style| if style.gathers() { style } else { Style::Batch };
    let same_lane = |(other, head): &&(DeliveryRecord, PartRecord)| {
        other.action == delivery.action
            && head.recipient == part.recipient
            && has_order(head.style) == has_order(part.style)
            && (head.state != PartState::Held || head.id == part.id)
    };
    let is_ordered = command.ok().is_none_or(|action| {
        let built_in = commands.built_in(&action);
        built_in.is_none_or(|built_in| built_in.is_ordered(&action))
    });
    if let Some((first, head)) = open.iter().find(same_lane)
        && head.id != part.id
        && is_ordered
    {
        return Outlook::Behind(first.uid.clone(), head.state.word());
    }
    match part.state {
        PartState::Held => Outlook::Held,
        PartState::Waiting => Outlook::Waits(part.due_at),
        PartState::Owed if part.due_at > 0 => Outlook::Gathered(part.due_at),
        _ => Outlook::NextPoll,
    }
}
