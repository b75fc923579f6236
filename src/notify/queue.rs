//! Which open part may run next.
//!
//! Parts of one lane run in order, and what waits holds back its lane; where an action is not ordered
//! each part is a lane by itself. Digests and summaries have an order of their own within a lane. A part
//! is held back too while something that is due announces its subject, or what is above it: a category
//! is announced before its revisions. What is gathered announces nothing, and comes last. A plain data
//! structure over a snapshot of the open parts; the claim decides.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crate::action::Style;
use crate::clock::Nanos;
use crate::name::Name;
use crate::store::{Bid, LaneId, OpenPart, PartId, PartState};

/// The most parts that are told together.
const MOST_GATHERED: usize = 1000;

/// What the queue has to know of a part's action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Nature {
    /// It is not tried in this poll.
    pub(super) is_skipped: bool,
    /// It is being divided: until then it holds back what comes after it.
    pub(super) is_dividing: bool,
    /// Parts of a lane need not be told in their order.
    pub(super) is_unordered: bool,
    /// What its parts are gathered with, if they are.
    pub(super) family: String,
}

/// The open parts of a directory, and what of them may run.
#[derive(Debug, Default)]
pub(super) struct Queue {
    rows: HashMap<Row, VecDeque<Entry>>,
    row_of: HashMap<PartId, Row>,
    /// How many parts that are due announce a name.
    announced: HashMap<Name, usize>,
    /// Heads of rows that nothing holds back.
    ready: BTreeSet<PartId>,
    /// The same for what is gathered, by what it is told with.
    gathering: BTreeMap<Group, BTreeSet<PartId>>,
    /// Heads of rows that wait for an announcement of the name.
    held_back: HashMap<Name, Vec<Row>>,
}

/// What runs one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Row {
    /// The parts of a lane, or its digests, or its summaries.
    Lane(LaneId, Style),
    /// One part of a lane that is not ordered.
    Alone(PartId),
}

/// What is told together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    family: String,
    recipient: String,
    style: u8,
}

#[derive(Debug)]
struct Entry {
    id: PartId,
    subject: Name,
    announces: Vec<Name>,
    /// It runs, or is being divided.
    is_busy: bool,
    group: Option<Group>,
}

impl Queue {
    /// Arranges `parts`, in the order of delivery. Due is what may be tried at `now`.
    pub(super) fn new(
        parts: Vec<OpenPart>,
        now: Nanos,
        nature: &dyn Fn(&OpenPart) -> Nature,
    ) -> Self {
        let mut queue = Self::default();
        let mut stopped = HashSet::new();
        for part in parts {
            // What comes after it need not wait for the person who decides.
            if part.state == PartState::Held {
                continue;
            }
            let nature = nature(&part);
            let gathers = part.style.gathers();
            let row = match part.style {
                _ if nature.is_unordered => Row::Alone(part.id),
                style if gathers => Row::Lane(part.lane, style),
                _ => Row::Lane(part.lane, Style::Batch),
            };
            let is_busy = part.state == PartState::Running || nature.is_dividing;
            let startable = matches!(part.state, PartState::Owed | PartState::Waiting);
            let due = is_busy || (startable && part.due_at <= now && !nature.is_skipped);
            if !due {
                stopped.insert(row);
            }
            if stopped.contains(&row) {
                continue;
            }
            let announces = if gathers { Vec::new() } else { part.announces };
            for name in &announces {
                *queue.announced.entry(name.clone()).or_default() += 1;
            }
            queue.row_of.insert(part.id, row);
            queue.rows.entry(row).or_default().push_back(Entry {
                id: part.id,
                subject: part.subject,
                announces,
                is_busy,
                group: gathers.then_some(Group {
                    family: nature.family,
                    recipient: part.recipient,
                    style: part.style as u8,
                }),
            });
        }
        let rows: Vec<Row> = queue.rows.keys().copied().collect();
        for row in rows {
            queue.look_at(row);
        }
        queue
    }

    /// Takes the next part that may run, in the order of delivery; with `gathers`, what is gathered
    /// when there is no other.
    pub(super) fn take(&mut self, gathers: bool) -> Option<Bid> {
        if let Some(part) = self.ready.pop_first() {
            return Some(Bid {
                part,
                with: Vec::new(),
                gathers: false,
                is_ordered: matches!(self.row_of.get(&part), Some(Row::Lane(..))),
            });
        }
        if gathers { self.gather() } else { None }
    }

    /// Takes all that is told to one recipient together.
    fn gather(&mut self) -> Option<Bid> {
        let (group, heads) = self.gathering.pop_first()?;
        let mut parts = Vec::new();
        let mut is_ordered = true;
        for head in heads {
            let row = self.row_of.get(&head)?;
            is_ordered &= matches!(row, Row::Lane(..));
            let entries = self.rows.get(row).into_iter().flatten();
            let same =
                entries.take_while(|entry| !entry.is_busy && entry.group.as_ref() == Some(&group));
            parts.extend(same.map(|entry| entry.id));
        }
        parts.sort();
        parts.truncate(MOST_GATHERED);
        let mut parts = parts.into_iter();
        Some(Bid {
            part: parts.next()?,
            with: parts.collect(),
            gathers: true,
            is_ordered,
        })
    }

    /// Whether something may run now.
    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// A part that was taken has ended. What comes after it goes on, unless `stop` (it failed, say).
    pub(super) fn ended(&mut self, part: PartId, stop: bool) {
        let Some(row) = self.row_of.remove(&part) else {
            return;
        };
        let Some(entries) = self.rows.get_mut(&row) else {
            return;
        };
        let ended: Vec<Entry> = if stop {
            entries.drain(..).collect()
        } else {
            entries.pop_front().into_iter().collect()
        };
        for entry in ended {
            for name in entry.announces {
                self.announcement_ended(&name);
            }
        }
        self.look_at(row);
    }

    fn announcement_ended(&mut self, name: &Name) {
        let Some(count) = self.announced.get_mut(name) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.announced.remove(name);
            for row in self.held_back.remove(name).unwrap_or_default() {
                self.look_at(row);
            }
        }
    }

    /// Finds out whether the head of a row may run, or what it waits for.
    fn look_at(&mut self, row: Row) {
        let Some(head) = self.rows.get(&row).and_then(VecDeque::front) else {
            return;
        };
        if head.is_busy {
            return;
        }
        let mut above = Some(head.subject.clone());
        while let Some(name) = above {
            if self.announced.contains_key(&name) {
                self.held_back.entry(name).or_default().push(row);
                return;
            }
            above = name.parent();
        }
        match &head.group {
            Some(group) => {
                let heads = self.gathering.entry(group.clone()).or_default();
                heads.insert(head.id);
            }
            None => {
                self.ready.insert(head.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Level;
    use crate::rules::ActionName;

    fn name(level: Level, text: &str) -> Name {
        Name::parse(text, Some(level)).unwrap()
    }

    fn part(id: i64, lane: i64, subject: Name, announces: &[&str]) -> OpenPart {
        let level = subject.level().child().unwrap();
        OpenPart {
            id: PartId(id),
            lane: LaneId(lane),
            announces: announces.iter().map(|text| name(level, text)).collect(),
            subject,
            action: ActionName::parse("noop:").unwrap(),
            recipient: String::new(),
            style: Style::Batch,
            state: PartState::Owed,
            due_at: 0,
            claim: None,
        }
    }

    fn all(queue: &mut Queue) -> Vec<i64> {
        std::iter::from_fn(|| queue.take(false))
            .map(|bid| bid.part.0)
            .collect()
    }

    #[test]
    fn a_lane_runs_in_order_one_at_a_time() {
        let subject = name(Level::Version, "a@x/c--b--1");
        let parts = vec![part(1, 1, subject.clone(), &[]), part(2, 1, subject, &[])];
        let mut queue = Queue::new(parts, 0, &|_| Nature::default());
        assert_eq!(all(&mut queue), [1]);
        queue.ended(PartId(1), false);
        assert_eq!(all(&mut queue), [2]);
    }

    #[test]
    fn what_fails_holds_back_its_lane_and_no_other() {
        let subject = name(Level::Version, "a@x/c--b--1");
        let parts = vec![
            part(1, 1, subject.clone(), &[]),
            part(2, 1, subject.clone(), &[]),
            part(3, 2, subject, &[]),
        ];
        let mut queue = Queue::new(parts, 0, &|_| Nature::default());
        assert_eq!(all(&mut queue), [1, 3]);
        queue.ended(PartId(1), true);
        assert_eq!(all(&mut queue), [0_i64; 0]);
    }

    #[test]
    fn an_item_is_announced_after_what_is_above_it_and_beside_what_is_not() {
        let parts = vec![
            part(1, 1, name(Level::Archive, "a@x"), &["a@x/c"]),
            part(2, 2, name(Level::Category, "a@x/c"), &["a@x/c--b"]),
            part(3, 3, name(Level::Version, "a@x/c--b--1"), &[]),
            part(4, 4, name(Level::Version, "a@x/d--b--1"), &[]),
        ];
        let mut queue = Queue::new(parts, 0, &|_| Nature::default());
        assert_eq!(all(&mut queue), [1, 4]);
        queue.ended(PartId(1), true);
        assert_eq!(all(&mut queue), [2]);
        queue.ended(PartId(2), false);
        assert_eq!(all(&mut queue), [3]);
    }

    #[test]
    fn what_is_not_due_or_skipped_holds_back_nothing_but_its_lane() {
        let archive = name(Level::Archive, "a@x");
        let mut later = part(1, 1, archive.clone(), &["a@x/c"]);
        later.due_at = 10;
        let skipped = part(2, 2, archive, &["a@x/c"]);
        let below = part(3, 3, name(Level::Category, "a@x/c"), &["a@x/c--b"]);
        let mut queue = Queue::new(vec![later, skipped, below], 0, &|part| Nature {
            is_skipped: part.id.0 == 2,
            ..Nature::default()
        });
        assert_eq!(all(&mut queue), [3]);
    }

    #[test]
    fn what_another_process_runs_holds_back_what_is_below() {
        let mut running = part(1, 1, name(Level::Archive, "a@x"), &["a@x/c"]);
        running.state = PartState::Running;
        let below = part(2, 2, name(Level::Category, "a@x/c"), &["a@x/c--b"]);
        let mut queue = Queue::new(vec![running, below], 0, &|_| Nature::default());
        assert_eq!(queue.take(true), None);
    }

    fn digest(id: i64, lane: i64, recipient: &str) -> OpenPart {
        OpenPart {
            recipient: recipient.to_owned(),
            style: Style::Digest,
            ..part(id, lane, name(Level::Archive, "a@x"), &["a@x/c"])
        }
    }

    #[test]
    fn what_is_gathered_comes_last_and_together() {
        let mut later = digest(6, 6, "jo");
        later.due_at = 10;
        let parts = vec![
            digest(1, 1, "jo"),
            digest(2, 1, "jo"),
            digest(3, 2, "al"),
            part(4, 1, name(Level::Category, "a@x/c"), &[]),
            digest(5, 3, "jo"),
            later,
        ];
        let mut queue = Queue::new(parts, 0, &|_| Nature::default());
        assert_eq!(all(&mut queue), [4], "it waits for no digest");
        let bids: Vec<(i64, Vec<i64>)> = std::iter::from_fn(|| queue.take(true))
            .map(|bid| (bid.part.0, bid.with.iter().map(|part| part.0).collect()))
            .collect();
        assert_eq!(bids, [(3, vec![]), (1, vec![2, 5])]);
        for part in [1, 2, 5] {
            queue.ended(PartId(part), false);
        }
        assert_eq!(queue.take(true), None);
    }

    #[test]
    fn what_waits_in_a_lane_without_order_holds_back_nothing() {
        let subject = name(Level::Version, "a@x/c--b--1");
        let mut waits = part(1, 1, subject.clone(), &[]);
        waits.due_at = 10;
        let parts = vec![
            waits,
            part(2, 1, subject.clone(), &[]),
            part(3, 1, subject, &[]),
        ];
        let mut queue = Queue::new(parts, 0, &|_| Nature {
            is_unordered: true,
            ..Nature::default()
        });
        assert_eq!(all(&mut queue), [2, 3]);
    }

    #[test]
    fn what_is_being_divided_holds_back_what_comes_after_it() {
        let archive = part(1, 1, name(Level::Archive, "a@x"), &["a@x/c"]);
        let below = part(2, 2, name(Level::Category, "a@x/c"), &[]);
        let mut queue = Queue::new(vec![archive, below], 0, &|part| Nature {
            is_dividing: part.id.0 == 1,
            ..Nature::default()
        });
        assert_eq!(queue.take(true), None);
    }
}
