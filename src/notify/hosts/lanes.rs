//! The order in which remote archives are scanned: a lane for each host.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::Hosts;

/// How many hosts are asked at once.
const AT_ONCE: usize = 16;

/// Work on hosts that waits for its turn.
pub(in crate::notify) struct Lanes<'a, T> {
    hosts: &'a Hosts,
    all: Mutex<Vec<Lane<'a, T>>>,
    ended: Condvar,
}

struct Lane<'a, T> {
    /// `None` for what is on no host that is known.
    host: Option<&'a str>,
    waiting: VecDeque<T>,
    running: usize,
}

/// The leave to do some work; dropping it says that the work has ended.
pub(in crate::notify) struct Turn<'l, 'a, T> {
    pub(in crate::notify) work: T,
    lanes: &'l Lanes<'a, T>,
    lane: usize,
}

impl<'a, T> Lanes<'a, T> {
    /// Lines up `work`, each with its host. Hosts that fail come last.
    pub(in crate::notify) fn new(
        hosts: &'a Hosts,
        work: impl Iterator<Item = (Option<&'a str>, T)>,
    ) -> Self {
        let mut by_host: BTreeMap<(bool, Option<&str>), VecDeque<T>> = BTreeMap::new();
        for (host, work) in work {
            let is_failing = host.is_some_and(|host| hosts.is_failing(host));
            by_host
                .entry((is_failing, host))
                .or_default()
                .push_back(work);
        }
        let lanes = by_host.into_iter().map(|((_, host), waiting)| Lane {
            host,
            waiting,
            running: 0,
        });
        Self {
            hosts,
            all: Mutex::new(lanes.collect()),
            ended: Condvar::new(),
        }
    }

    /// Waits for leave to do some work. `None` when none is left: what waited for a host that failed
    /// meanwhile is not done.
    pub(in crate::notify) fn take(&self) -> Option<Turn<'_, 'a, T>> {
        let mut lanes = self.lock();
        loop {
            if let Some((lane, work)) = next(&mut lanes, self.hosts) {
                return Some(Turn {
                    work,
                    lanes: self,
                    lane,
                });
            }
            // What still waits gets its turn when something ends.
            if lanes.iter().all(|lane| lane.waiting.is_empty()) {
                return None;
            }
            lanes = self
                .ended
                .wait(lanes)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Lane<'a, T>>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes from the lane where the least is going on, of those that may go on.
fn next<T>(lanes: &mut [Lane<'_, T>], hosts: &Hosts) -> Option<(usize, T)> {
    let is_asked = |lane: &&Lane<'_, T>| lane.host.is_some() && lane.running > 0;
    let is_full = lanes.iter().filter(is_asked).count() >= AT_ONCE;
    let mut best: Option<(usize, usize)> = None;
    for (index, lane) in lanes.iter_mut().enumerate() {
        if lane.waiting.is_empty() {
            continue;
        }
        let limit = lane.host.map_or(usize::MAX, |host| hosts.limit(host));
        if limit == 0 {
            lane.waiting.clear();
            continue;
        }
        let may_begin = lane.running > 0 || lane.host.is_none() || !is_full;
        if lane.running < limit && may_begin && best.is_none_or(|(least, _)| lane.running < least) {
            best = Some((lane.running, index));
        }
    }
    let (_, index) = best?;
    let lane = lanes.get_mut(index)?;
    lane.running += 1;
    Some((index, lane.waiting.pop_front()?))
}

impl<T> Drop for Turn<'_, '_, T> {
    fn drop(&mut self) {
        if let Some(lane) = self.lanes.lock().get_mut(self.lane) {
            lane.running -= 1;
        }
        self.lanes.ended.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::super::PER_HOST;
    use super::*;
    use crate::clock::Clock;

    fn hosts() -> Hosts {
        Hosts::new(Vec::new(), Clock::default(), false)
    }

    #[test]
    fn a_host_is_asked_by_few_at_once_and_few_hosts_are() {
        let hosts = hosts();
        let names: Vec<String> = (0..20).map(|number| format!("h{number}")).collect();
        let work = names
            .iter()
            .flat_map(|host| (0..10).map(move |_| (Some(host.as_str()), host.as_str())));
        let lanes = Lanes::new(&hosts, work);
        let turns: Vec<_> = (0..AT_ONCE * PER_HOST)
            .filter_map(|_| lanes.take())
            .collect();
        let mut asked: Vec<&str> = turns.iter().map(|turn| turn.work).collect();
        // Every host got one before any got two.
        asked[..AT_ONCE].sort_unstable();
        assert!(asked[..AT_ONCE].windows(2).all(|pair| pair[0] != pair[1]));
        assert!(next(&mut lanes.lock(), &hosts).is_none());
        drop(turns);
        assert!(next(&mut lanes.lock(), &hosts).is_some());
    }

    #[test]
    fn what_waits_for_a_host_that_failed_is_not_done() {
        let hosts = hosts();
        let lanes = Lanes::new(&hosts, (0..10).map(|number| (Some("h"), number)));
        let turn = lanes.take();
        hosts.fail("h", "no");
        assert!(lanes.take().is_none());
        drop(turn);
    }

    #[test]
    fn what_is_on_no_known_host_waits_for_nobody() {
        let hosts = hosts();
        let lanes = Lanes::new(&hosts, (0..100).map(|number| (None, number)));
        let turns: Vec<_> = std::iter::from_fn(|| lanes.take()).collect();
        assert_eq!(turns.len(), 100);
    }
}
