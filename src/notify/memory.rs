//! What was said and is not over: on standard error, and to the operators by mail.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::report::{Problem, Report, Standing};
use crate::clock::{Nanos, SECOND};

pub(super) const DAY: Nanos = 24 * 60 * 60 * SECOND;

/// What became of a problem that does not stand now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// This poll did not look: it stands.
    Unknown,
    /// It is mended.
    Over,
    /// It came to another end, of which nobody is told by this.
    Gone,
}

/// What was said and is not over. Files without what came to it later are read too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    standing: BTreeMap<String, Entry>,
    /// What operators are to be told and were not yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    untold: Vec<Untold>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    since: Nanos,
    said: Nanos,
    warning: bool,
    /// In how many polls in a row it stood, as far as that is counted.
    #[serde(default)]
    polls: usize,
    /// The operators who were told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    alerted: BTreeSet<String>,
}

/// What is told to operators once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Untold {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) details: Vec<String>,
    /// It is the end of a problem that they were told of; else it happened.
    pub(super) is_end: bool,
    /// When that was noticed.
    pub(super) at: Nanos,
    /// Those who were not told yet.
    to: BTreeSet<String>,
}

impl Memory {
    /// Whether there is nothing to remember.
    pub(super) fn is_empty(&self) -> bool {
        self.standing.is_empty() && self.untold.is_empty()
    }

    /// Takes over the problems that stand now, and returns what is to be said of them.
    ///
    /// `fate` tells what became of a problem, said at some time, that does not stand now. The polls in
    /// a row in which a problem stands are counted up to `count_to`.
    pub(super) fn update(
        &mut self,
        problems: Vec<Problem>,
        fate: &dyn Fn(&str, Nanos) -> Fate,
        count_to: usize,
        now: Nanos,
    ) -> Report {
        let mut report = Report::default();
        let keys: BTreeSet<String> = problems.iter().map(|problem| problem.key.clone()).collect();
        let untold = &mut self.untold;
        self.standing.retain(|key, entry| {
            if keys.contains(key) {
                return true;
            }
            let fate = fate(key, entry.since);
            if fate == Fate::Over && !entry.warning {
                report.over.push(entry.title.clone());
            }
            if fate != Fate::Unknown && !entry.alerted.is_empty() {
                untold.push(Untold {
                    key: key.clone(),
                    title: entry.title.clone(),
                    details: Vec::new(),
                    is_end: true,
                    at: now,
                    to: entry.alerted.clone(),
                });
            }
            fate == Fate::Unknown
        });
        for problem in problems {
            let entry = self.standing.entry(problem.key.clone()).or_insert(Entry {
                title: problem.title.clone(),
                since: now,
                said: Nanos::MIN,
                warning: problem.warning,
                polls: 0,
                alerted: BTreeSet::new(),
            });
            if entry.polls < count_to {
                entry.polls += 1;
            }
            if entry.said == Nanos::MIN {
                entry.said = now;
                report.started.push(problem);
            } else if !problem.warning && (now - entry.said >= DAY || now < entry.said) {
                entry.said = now;
                report.lasting.push(Standing {
                    problem,
                    since: entry.since,
                });
            }
        }
        report
    }

    /// What stands, in the order of the keys; details are not remembered.
    pub(super) fn standing(self) -> Vec<Standing> {
        let entries = self.standing.into_iter();
        entries
            .map(|(key, entry)| Standing {
                problem: Problem {
                    key,
                    title: entry.title,
                    details: Vec::new(),
                    warning: entry.warning,
                },
                since: entry.since,
            })
            .collect()
    }

    /// Remembers what happened for these operators.
    pub(super) fn owe(&mut self, happened: &[Problem], operators: &[String], now: Nanos) {
        self.untold.extend(happened.iter().map(|problem| Untold {
            key: problem.key.clone(),
            title: problem.title.clone(),
            details: problem.details.clone(),
            is_end: false,
            at: now,
            to: operators.iter().cloned().collect(),
        }));
    }

    /// Forgets what is owed to anybody but these operators.
    pub(super) fn owe_only(&mut self, operators: &[String]) {
        for untold in &mut self.untold {
            untold.to.retain(|operator| operators.contains(operator));
        }
        self.untold.retain(|untold| !untold.to.is_empty());
    }

    /// Since when a problem stands that has stood in `after` polls in a row, and of which `operator`
    /// was not told.
    pub(super) fn alarms(&self, key: &str, after: usize, operator: &str) -> Option<Nanos> {
        let entry = self.standing.get(key)?;
        let is_due = !entry.warning && entry.polls >= after && !entry.alerted.contains(operator);
        is_due.then_some(entry.since)
    }

    /// What else `operator` is to be told.
    pub(super) fn owed_to(&self, operator: &str) -> Vec<&Untold> {
        let untold = self.untold.iter();
        untold
            .filter(|untold| untold.to.contains(operator))
            .collect()
    }

    /// The operator was told of these problems, and of all that was owed.
    pub(super) fn told(&mut self, operator: &str, keys: &[String]) {
        for key in keys {
            if let Some(entry) = self.standing.get_mut(key) {
                entry.alerted.insert(operator.to_owned());
            }
        }
        for untold in &mut self.untold {
            untold.to.remove(operator);
        }
        self.untold.retain(|untold| !untold.to.is_empty());
    }
}
