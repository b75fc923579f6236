//! What went wrong, said once when it starts, once a day while it lasts, and when it is over.
//!
//! The memory of what was said is a small file beside the database, so that a damaged database is
//! not reported at every poll either.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::{Nanos, SECOND};

const DAY: Nanos = 24 * 60 * 60 * SECOND;

/// Something that stands until it is mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What makes it the same problem in the next poll: `kind/what`.
    pub key: String,
    /// One line that names it.
    pub title: String,
    /// More lines: the caret, the last lines of the output, the way out.
    pub details: Vec<String>,
    /// It only may be a mistake: it is said once, and the exit code does not tell of it.
    pub warning: bool,
}

/// A problem and since when it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The problem.
    pub problem: Problem,
    /// When it started.
    pub since: Nanos,
}

/// What is to be said after a poll.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Problems that started.
    pub started: Vec<Problem>,
    /// Problems that lasted for another day.
    pub lasting: Vec<Standing>,
    /// Titles of problems that are over.
    pub over: Vec<String>,
    /// What happened and is said once: a delivery was given up, lines were lost.
    pub events: Vec<Problem>,
}

impl Report {
    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.started.is_empty()
            && self.lasting.is_empty()
            && self.over.is_empty()
            && self.events.is_empty()
    }
}

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

/// What was said and is not over.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    standing: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    title: String,
    since: Nanos,
    said: Nanos,
    warning: bool,
}

/// The memory of what was said, in one file.
#[derive(Clone, Debug)]
pub(super) struct ReportBook {
    path: PathBuf,
}

impl ReportBook {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Compares the problems that stand now with what was said, and remembers what is said now.
    ///
    /// `fate` tells what became of a problem, said at some time, that does not stand now. A memory
    /// that cannot be read or written is no reason to be silent: then everything is said.
    pub(super) fn compare(
        &self,
        problems: Vec<Problem>,
        fate: &dyn Fn(&str, Nanos) -> Fate,
        now: Nanos,
    ) -> Report {
        let before = self.read();
        if problems.is_empty() && before.standing.is_empty() {
            return Report::default();
        }
        let mut after = before.standing.clone();
        let mut report = Report::default();
        let keys: BTreeSet<String> = problems.iter().map(|problem| problem.key.clone()).collect();
        after.retain(|key, entry| {
            if keys.contains(key) {
                return true;
            }
            let fate = fate(key, entry.since);
            if fate == Fate::Over && !entry.warning {
                report.over.push(entry.title.clone());
            }
            fate == Fate::Unknown
        });
        for problem in problems {
            let entry = after.entry(problem.key.clone()).or_insert(Entry {
                title: problem.title.clone(),
                since: now,
                said: Nanos::MIN,
                warning: problem.warning,
            });
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
        if after != before.standing {
            self.write(&Said { standing: after });
        }
        report
    }

    /// What stands, in the order of the keys; details are not remembered.
    pub(super) fn standing(&self) -> Vec<Standing> {
        let entries = self.read().standing.into_iter();
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

    fn read(&self) -> Said {
        match std::fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(_) => Said::default(),
        }
    }

    /// Failing to remember costs a repetition of what is said, and nothing else.
    fn write(&self, said: &Said) {
        let Ok(bytes) = serde_json::to_vec_pretty(said) else {
            return;
        };
        if said.standing.is_empty() {
            let _gone = std::fs::remove_file(&self.path);
        } else {
            let _written = crate::fsx::write_atomic(&self.path, &bytes, 0o600);
        }
    }

    /// Whether there may be anything to compare with.
    pub(super) fn is_blank(&self) -> bool {
        exists(&self.path).is_ok_and(|exists| !exists)
    }
}

fn exists(path: &Path) -> std::io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(key: &str) -> Problem {
        Problem {
            key: key.to_owned(),
            title: key.to_owned(),
            details: Vec::new(),
            warning: false,
        }
    }

    #[test]
    fn a_problem_is_said_when_it_starts_once_a_day_and_when_it_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let book = ReportBook::new(dir.path().join("reports.json"));
        let all = |_: &str, _| Fate::Over;
        assert!(book.is_blank());
        assert_eq!(
            book.compare(vec![problem("a")], &all, 0).started,
            [problem("a")]
        );
        assert!(book.compare(vec![problem("a")], &all, DAY - 1).is_empty());
        let daily = book.compare(vec![problem("a")], &all, DAY);
        assert_eq!(
            daily.lasting,
            [Standing {
                problem: problem("a"),
                since: 0
            }]
        );
        assert!(book.compare(vec![problem("a")], &all, DAY + 1).is_empty());
        assert_eq!(book.standing(), daily.lasting);
        assert_eq!(book.compare(vec![], &all, DAY + 2).over, ["a"]);
        assert!(book.is_blank());
    }

    #[test]
    fn what_a_poll_did_not_look_at_is_not_over() {
        let dir = tempfile::tempdir().unwrap();
        let book = ReportBook::new(dir.path().join("reports.json"));
        book.compare(
            vec![problem("scan/a"), problem("scan/b")],
            &|_, _| Fate::Over,
            0,
        );
        let report = book.compare(
            vec![],
            &|key, _| {
                if key == "scan/a" {
                    Fate::Over
                } else {
                    Fate::Unknown
                }
            },
            1,
        );
        assert_eq!(report.over, ["scan/a"]);
        assert!(
            book.compare(vec![problem("scan/b")], &|_, _| Fate::Over, 2)
                .is_empty()
        );
    }
}
