//! Which open part may run next.
//!
//! Parts of one lane run in order, and what waits holds back its lane. A part is held back too while
//! something that is due announces its subject, or what is above it: a category is announced before
//! its revisions. A plain data structure over a snapshot of the open parts; the claim decides.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use crate::clock::Nanos;
use crate::name::Name;
use crate::store::{LaneId, OpenPart, PartId, PartState};

/// The open parts of a directory, and what of them may run.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lanes: HashMap<LaneId, VecDeque<OpenPart>>,
    lane_of: HashMap<PartId, LaneId>,
    /// How many parts that are due announce a name.
    announced: HashMap<Name, usize>,
    /// Heads of lanes that nothing holds back.
    ready: BTreeSet<PartId>,
    /// Heads of lanes that wait for an announcement of the name.
    held_back: HashMap<Name, Vec<LaneId>>,
}

impl Queue {
    /// Arranges `parts`, in the order of delivery. Due is what may be tried at `now`; what `skip`
    /// picks is not tried in this poll.
    pub(super) fn new(parts: Vec<OpenPart>, now: Nanos, skip: &dyn Fn(&OpenPart) -> bool) -> Self {
        let mut queue = Self::default();
        let mut stopped = HashSet::new();
        for part in parts {
            // What comes after it need not wait for the person who decides.
            if part.state == PartState::Held {
                continue;
            }
            let running = part.state == PartState::Running;
            let startable = matches!(part.state, PartState::Owed | PartState::Waiting);
            let due = running || (startable && part.due_at <= now && !skip(&part));
            if !due {
                stopped.insert(part.lane);
            }
            if stopped.contains(&part.lane) {
                continue;
            }
            for name in &part.announces {
                *queue.announced.entry(name.clone()).or_default() += 1;
            }
            queue.lane_of.insert(part.id, part.lane);
            queue.lanes.entry(part.lane).or_default().push_back(part);
        }
        let lanes: Vec<LaneId> = queue.lanes.keys().copied().collect();
        for lane in lanes {
            queue.look_at(lane);
        }
        queue
    }

    /// Takes the next part that may run, in the order of delivery.
    pub(super) fn take(&mut self) -> Option<PartId> {
        self.ready.pop_first()
    }

    /// A part that was taken has ended. Its lane goes on, unless `stop` (it failed, say).
    pub(super) fn ended(&mut self, part: PartId, stop: bool) {
        let Some(lane) = self.lane_of.remove(&part) else {
            return;
        };
        let Some(parts) = self.lanes.get_mut(&lane) else {
            return;
        };
        let ended: Vec<OpenPart> = if stop {
            parts.drain(..).collect()
        } else {
            parts.pop_front().into_iter().collect()
        };
        for part in ended {
            for name in part.announces {
                self.announcement_ended(&name);
            }
        }
        self.look_at(lane);
    }

    fn announcement_ended(&mut self, name: &Name) {
        let Some(count) = self.announced.get_mut(name) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.announced.remove(name);
            for lane in self.held_back.remove(name).unwrap_or_default() {
                self.look_at(lane);
            }
        }
    }

    /// Finds out whether the head of a lane may run, or what it waits for.
    fn look_at(&mut self, lane: LaneId) {
        let Some(head) = self.lanes.get(&lane).and_then(VecDeque::front) else {
            return;
        };
        if head.state == PartState::Running {
            return;
        }
        let mut above = Some(head.subject.clone());
        while let Some(name) = above {
            if self.announced.contains_key(&name) {
                self.held_back.entry(name).or_default().push(lane);
                return;
            }
            above = name.parent();
        }
        self.ready.insert(head.id);
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
            state: PartState::Owed,
            due_at: 0,
            claim: None,
        }
    }

    fn all(queue: &mut Queue) -> Vec<i64> {
        std::iter::from_fn(|| queue.take())
            .map(|part| part.0)
            .collect()
    }

    #[test]
    fn a_lane_runs_in_order_one_at_a_time() {
        let subject = name(Level::Version, "a@x/c--b--1");
        let parts = vec![part(1, 1, subject.clone(), &[]), part(2, 1, subject, &[])];
        let mut queue = Queue::new(parts, 0, &|_| false);
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
        let mut queue = Queue::new(parts, 0, &|_| false);
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
        let mut queue = Queue::new(parts, 0, &|_| false);
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
        let mut queue = Queue::new(vec![later, skipped, below], 0, &|part| part.id.0 == 2);
        assert_eq!(all(&mut queue), [3]);
    }

    #[test]
    fn what_another_process_runs_holds_back_what_is_below() {
        let mut running = part(1, 1, name(Level::Archive, "a@x"), &["a@x/c"]);
        running.state = PartState::Running;
        let below = part(2, 2, name(Level::Category, "a@x/c"), &["a@x/c--b"]);
        let mut queue = Queue::new(vec![running, below], 0, &|_| false);
        assert_eq!(queue.take(), None);
    }
}
