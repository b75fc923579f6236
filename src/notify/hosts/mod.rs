//! The hosts that a poll asks: how many at once, and which not to ask for now.
//!
//! One that fails is not asked again by this poll, and by later ones the more seldom the longer it
//! fails. However many archives are on it, that is one problem.

mod lanes;
mod trouble;
mod visit;

pub(super) use lanes::Lanes;
pub(super) use visit::Visit;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::report::Problem;
use crate::clock::Clock;
use crate::store::{HostTrouble, Result, Store};
use trouble::{next_try, problem};

/// How many archives of one host are scanned at once.
const PER_HOST: usize = 4;

/// What one poll knows of the hosts that its archives are on.
pub(super) struct Hosts {
    clock: Clock,
    /// A host is asked whatever it did before: the archives were asked for by name.
    insist: bool,
    known: Mutex<HashMap<String, Known>>,
}

#[derive(Default)]
struct Known {
    trouble: Option<HostTrouble>,
    /// How it is in this poll.
    seen: Option<Seen>,
    /// The trouble is not in the store yet.
    is_unsaved: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Answered,
    Failed,
}

impl Hosts {
    pub(super) fn new(troubles: Vec<HostTrouble>, clock: Clock, insist: bool) -> Self {
        let known = troubles.into_iter().map(|trouble| {
            let host = trouble.name.clone();
            let trouble = Some(trouble);
            let known = Known {
                trouble,
                ..Known::default()
            };
            (host, known)
        });
        Self {
            clock,
            insist,
            known: Mutex::new(known.collect()),
        }
    }

    /// How many archives of the host may be scanned at once now: none while it is left alone, and one
    /// until a host that failed has answered.
    pub(super) fn limit(&self, host: &str) -> usize {
        let known = self.known();
        let Some(known) = known.get(host) else {
            return PER_HOST;
        };
        match (known.seen, &known.trouble) {
            (Some(Seen::Failed), _) => 0,
            (Some(Seen::Answered), _) | (None, None) => PER_HOST,
            (None, Some(trouble)) => {
                let now = self.clock.now();
                let waits = trouble.tried_at <= now && now < next_try(trouble);
                usize::from(self.insist || !waits)
            }
        }
    }

    /// Whether the host failed when it was asked last.
    pub(super) fn is_failing(&self, host: &str) -> bool {
        self.known()
            .get(host)
            .is_some_and(|known| known.trouble.is_some())
    }

    /// The hosts that answered in this poll.
    pub(super) fn answered(&self) -> HashSet<String> {
        let known = self.known();
        let answered = known
            .iter()
            .filter(|(_, known)| known.seen == Some(Seen::Answered));
        answered.map(|(host, _)| host.clone()).collect()
    }

    /// What `host` failed with in this poll.
    pub(super) fn failure(&self, host: &str) -> Option<String> {
        let known = self.known();
        let known = known
            .get(host)
            .filter(|known| known.seen == Some(Seen::Failed))?;
        known.trouble.as_ref().map(|trouble| trouble.said.clone())
    }

    /// The host failed: from now on this poll leaves it alone.
    fn fail(&self, host: &str, said: &str) {
        let now = self.clock.now();
        let mut all = self.known();
        let known = all.entry(host.to_owned()).or_default();
        if known.seen == Some(Seen::Failed) {
            return;
        }
        known.seen = Some(Seen::Failed);
        known.is_unsaved = true;
        let since = known
            .trouble
            .as_ref()
            .map_or(now, |trouble| trouble.since.min(now));
        known.trouble = Some(HostTrouble {
            name: host.to_owned(),
            since,
            tried_at: now,
            said: said.to_owned(),
        });
    }

    /// Remembers how a visit ended, where that is news.
    fn settle(&self, store: &mut dyn Store, host: &str, answered: bool) -> Result<()> {
        let mut all = self.known();
        let known = all.entry(host.to_owned()).or_default();
        if known.seen == Some(Seen::Failed) {
            let news = std::mem::take(&mut known.is_unsaved).then(|| known.trouble.clone());
            drop(all);
            return match news.flatten() {
                Some(trouble) => store.set_host_trouble(&trouble),
                None => Ok(()),
            };
        }
        if !answered {
            return Ok(());
        }
        known.seen = Some(Seen::Answered);
        let was_failing = known.trouble.take().is_some();
        drop(all);
        if was_failing {
            store.clear_host(host)?;
        }
        Ok(())
    }

    /// A problem for each host that fails, of those that `archives` are on: pairs of a host and a name.
    pub(super) fn problems<'a>(
        &self,
        dir: &Path,
        archives: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Vec<Problem> {
        let mut by_host: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (host, archive) in archives {
            by_host.entry(host).or_default().push(archive);
        }
        let known = self.known();
        let failing = by_host.into_iter().filter_map(|(host, archives)| {
            let trouble = known.get(host)?.trouble.as_ref()?;
            Some(problem(dir, trouble, &archives))
        });
        failing.collect()
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::trouble::tests::trouble;
    use super::*;
    use crate::clock::SECOND;

    #[test]
    fn a_host_that_failed_is_tried_by_one_archive_first() {
        let clock = Clock::default();
        let hosts = Hosts::new(vec![trouble(0, 0)], clock, false);
        assert_eq!((hosts.limit("h"), hosts.limit("other")), (1, PER_HOST));
        hosts.fail("h", "no");
        assert_eq!(hosts.limit("h"), 0);
        let now = clock.now() / SECOND;
        let waits = || vec![trouble(now - 10, now)];
        assert_eq!(Hosts::new(waits(), clock, false).limit("h"), 0);
        assert_eq!(Hosts::new(waits(), clock, true).limit("h"), 1);
        // The clock was set back.
        let ahead = vec![trouble(now + 9000, now + 9000)];
        assert_eq!(Hosts::new(ahead, clock, false).limit("h"), 1);
    }

    #[test]
    fn many_archives_of_a_host_are_one_problem() {
        let hosts = Hosts::new(vec![trouble(0, 0)], Clock::default(), false);
        let archives = ["a", "b", "c", "d", "e"].map(|name| ("h", name));
        let problems = hosts.problems(Path::new("n"), archives.into_iter());
        assert_eq!(problems.len(), 1);
        assert_eq!(
            problems[0].details[0],
            "5 archives on it: a, b, c and 2 more"
        );
    }
}
