//! What went wrong, said once when it starts, once a day while it lasts, and when it is over.
//!
//! The memory of what was said is a small file beside the database, so that a damaged database is
//! not reported at every poll either.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::memory::{Fate, Memory};
use crate::clock::Nanos;

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

    /// Adds what else is to be said.
    pub(super) fn append(&mut self, more: Self) {
        self.started.extend(more.started);
        self.lasting.extend(more.lasting);
        self.over.extend(more.over);
        self.events.extend(more.events);
    }
}

/// The memory of what was said, in one file.
#[derive(Clone, Debug)]
pub(super) struct ReportBook {
    path: PathBuf,
}

/// The memory as it was read, and as it was written last.
pub(super) struct OpenBook<'a> {
    path: &'a Path,
    written: Memory,
}

impl ReportBook {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads the memory. One that cannot be read is no reason to be silent: then everything is said.
    pub(super) fn open(&self) -> (OpenBook<'_>, Memory) {
        let read = std::fs::read(&self.path).ok();
        let memory: Memory = read
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let book = OpenBook {
            path: &self.path,
            written: memory.clone(),
        };
        (book, memory)
    }

    /// Compares the problems that stand now with what was said, and remembers what is said now.
    ///
    /// `fate` tells what became of a problem, said at some time, that does not stand now.
    pub(super) fn compare(
        &self,
        problems: Vec<Problem>,
        fate: &dyn Fn(&str, Nanos) -> Fate,
        now: Nanos,
    ) -> Report {
        let (mut book, mut memory) = self.open();
        let report = memory.update(problems, fate, 0, now);
        // Failing to remember costs a repetition of what is said, and nothing else.
        let _kept = book.keep(&memory);
        report
    }

    /// What stands, in the order of the keys; details are not remembered.
    pub(super) fn standing(&self) -> Vec<Standing> {
        self.open().1.standing()
    }

    /// Whether there may be anything to compare with.
    pub(super) fn is_blank(&self) -> bool {
        exists(&self.path).is_ok_and(|exists| !exists)
    }
}

impl OpenBook<'_> {
    /// Writes the memory, where it is another than that which was written.
    pub(super) fn keep(&mut self, memory: &Memory) -> io::Result<()> {
        if self.written == *memory {
            return Ok(());
        }
        if memory.is_empty() {
            std::fs::remove_file(self.path)?;
        } else {
            let bytes = serde_json::to_vec_pretty(memory)?;
            crate::fsx::write_atomic(self.path, &bytes, 0o600)?;
        }
        self.written = memory.clone();
        Ok(())
    }
}

fn exists(path: &Path) -> io::Result<bool> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::memory::DAY;
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
