//! Bringing the memory of the rules up to date with the files.

use std::collections::{BTreeSet, HashSet};
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::RulesFindings;
use super::append::append_locked;
use super::mark::{is_settled, mark};
use crate::action::Commands;
use crate::clock::Nanos;
use crate::fault;
use crate::fsx::others_can_write;
use crate::name::Level;
use crate::notify::directory::Directory;
use crate::notify::reconcile::{Reconciled, reconcile};
use crate::notify::report::Problem;
use crate::notify::words::plural;
use crate::rules::{self, ActionName, Diagnostic, Parsed, Rule};
use crate::store::{Condition, Engine, Lock, Result, RuleState, RulesFile, Store, StoredRule};

/// Why the rules files are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::notify) enum Reading {
    /// A poll begins.
    First,
    /// The poll goes on, and what it read may be old by now.
    Again,
    /// Nothing may be changed, and no lock be taken.
    Dry,
}

/// Reads the rules files of one directory.
pub(in crate::notify) struct RulesReader<'a> {
    pub(in crate::notify) dir: &'a Directory,
    pub(in crate::notify) engine: &'a dyn Engine,
    pub(in crate::notify) commands: &'a Commands,
    pub(in crate::notify) now: Nanos,
    pub(in crate::notify) reading: Reading,
}

impl RulesReader<'_> {
    /// Reads what changed. Costs four looks when nothing did.
    pub(in crate::notify) fn read(&self, store: &mut dyn Store) -> Result<RulesFindings> {
        let mut findings = RulesFindings::default();
        let files = store.rules_files()?;
        let pending = self.pending_levels(store)?;
        let is_current = Level::SUBJECTS
            .iter()
            .zip(&files)
            .all(|(level, file)| !self.is_changed(*level, file));
        if pending.is_empty() && is_current {
            findings.commands = commands_of(files);
            return Ok(findings);
        }
        // Readers take the lock too, so that nobody reads a line that is being appended.
        let is_dry = self.reading == Reading::Dry;
        let _guard = if is_dry {
            None
        } else {
            Some(self.engine.lock(&Lock::Rules)?)
        };
        for level in pending {
            append_locked(self.dir, store, level, &mut findings)?;
        }
        for (level, file) in Level::SUBJECTS.into_iter().zip(store.rules_files()?) {
            if self.is_changed(level, &file) {
                self.read_level(store, level, &file, &mut findings)?;
            }
        }
        findings.commands = commands_of(store.rules_files()?);
        Ok(findings)
    }

    /// The levels whose files lack lines, after a kill.
    fn pending_levels(&self, store: &dyn Store) -> Result<Vec<Level>> {
        let mut levels = Vec::new();
        if self.reading != Reading::Dry {
            for level in Level::SUBJECTS {
                if !store.pending_lines(level)?.is_empty() {
                    levels.push(level);
                }
            }
        }
        Ok(levels)
    }

    fn is_changed(&self, level: Level, file: &RulesFile) -> bool {
        file.mark.is_none() || file.mark != Some(mark(&self.dir.rules(level).metadata()))
    }

    fn read_level(
        &self,
        store: &mut dyn Store,
        level: Level,
        before: &RulesFile,
        findings: &mut RulesFindings,
    ) -> Result<()> {
        let path = self.dir.rules(level);
        // The look is taken before the reading: what changes in between differs from it.
        let look = path.metadata();
        let parsed = parse(level, &path, findings);
        let condition = condition(&parsed);
        let stored = store.rules(level)?;
        let in_doubt = self.is_in_doubt(condition, before, &stored);
        let parsed = parsed.unwrap_or_default();
        let present: Vec<(Rule, i64)> = parsed
            .rules
            .iter()
            .map(|found| {
                (
                    found.rule.clone(),
                    i64::try_from(found.line).unwrap_or(i64::MAX),
                )
            })
            .collect();
        let commented = parsed.commented.iter().map(Rule::text).collect();
        let reconciled = reconcile(&stored, &present, &commented, !in_doubt);
        findings
            .events
            .extend(removed(self.dir, &path, condition, &reconciled));
        let is_quiet = !in_doubt && parsed.diagnostics.is_empty() && is_settled(&look, self.now);
        let file = RulesFile {
            mark: is_quiet.then(|| mark(&look)),
            condition,
            commands: commands(&present, &stored, in_doubt),
        };
        if !reconciled.changes.is_empty() || file != *before {
            let heirs = |old: &ActionName, new: &ActionName| self.commands.heirs(old, new);
            store.change_rules(level, &reconciled.changes, &file, &heirs)?;
            fault::point("after-rules");
        }
        Ok(())
    }

    /// A file that is suddenly missing or empty may be half of somebody's save: its rules count until
    /// the next poll finds it so too. One with a bad line may hold the very rule that seems gone.
    fn is_in_doubt(&self, now: Condition, before: &RulesFile, stored: &[StoredRule]) -> bool {
        match now {
            Condition::Sound => false,
            Condition::Bad => true,
            Condition::Missing | Condition::Empty => {
                let is_new = before.condition != now || self.reading == Reading::Again;
                is_new
                    && stored
                        .iter()
                        .any(|rule| rule.state == RuleState::Active && rule.written)
            }
        }
    }
}

fn parse(level: Level, path: &Path, findings: &mut RulesFindings) -> io::Result<Parsed> {
    let read = path
        .metadata()
        .and_then(|look| refuse(&look))
        .and_then(|()| std::fs::read(path));
    match read {
        Ok(bytes) => {
            let parsed = rules::parse(level, path, &bytes);
            findings
                .problems
                .extend(parsed.diagnostics.iter().map(bad_line));
            Ok(parsed)
        }
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                findings.problems.push(Problem {
                    key: format!("rules/{}", file_name(path)),
                    title: format!("cannot read {}: {error}", path.display()),
                    details: vec!["Its rules stay as they were until it can be read.".to_owned()],
                    warning: false,
                });
            }
            Err(error)
        }
    }
}

/// Refuses what would hold up the poll for ever, and what root must not follow.
fn refuse(look: &Metadata) -> io::Result<()> {
    let why = if !look.is_file() {
        "it is not a regular file"
    } else if others_can_write(look) {
        "others than root can write to it: chown root and chmod go-w it"
    } else {
        return Ok(());
    };
    Err(io::Error::other(why))
}

fn condition(parsed: &io::Result<Parsed>) -> Condition {
    match parsed {
        Err(error) if error.kind() == ErrorKind::NotFound => Condition::Missing,
        Err(_) => Condition::Bad,
        Ok(parsed) if parsed.diagnostics.iter().any(Diagnostic::is_error) => Condition::Bad,
        Ok(parsed) if parsed.rules.is_empty() => Condition::Empty,
        Ok(_) => Condition::Sound,
    }
}

/// Every command that the rules of a file name, for what is handed down too.
fn commands(present: &[(Rule, i64)], stored: &[StoredRule], in_doubt: bool) -> Vec<String> {
    let kept = stored
        .iter()
        .filter(|rule| rule.state == RuleState::Active && (in_doubt || !rule.written))
        .map(|stored| &stored.rule);
    let rules = present.iter().map(|(rule, _)| rule).chain(kept);
    let actions = rules.flat_map(|rule| std::iter::once(&rule.action).chain(&rule.children));
    let commands: BTreeSet<&str> = actions.map(ActionName::command).collect();
    commands.into_iter().map(str::to_owned).collect()
}

fn commands_of(files: [RulesFile; 4]) -> HashSet<String> {
    files.into_iter().flat_map(|file| file.commands).collect()
}

/// What names a rules file also after its directory was moved.
fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The problem of a bad line, known again by its text.
pub(in crate::notify) fn bad_line(diagnostic: &Diagnostic) -> Problem {
    let Diagnostic {
        path,
        line,
        text,
        message,
        ..
    } = diagnostic;
    Problem {
        key: format!("rules/{}/{text}", file_name(path)),
        title: format!("{}:{line}: {message}", path.display()),
        // Without the first line, which is the title.
        details: diagnostic
            .render(false)
            .lines()
            .skip(1)
            .map(str::to_owned)
            .collect(),
        warning: !diagnostic.is_error(),
    }
}

/// What is said of rules that count no more: those of a file that is no more, and those that larch
/// added. A person who takes out a line of a person's knows.
fn removed(
    dir: &Directory,
    path: &Path,
    condition: Condition,
    reconciled: &Reconciled,
) -> Option<Problem> {
    let (lost, removed) = (reconciled.lost.len(), reconciled.changes.removed.len());
    let path = path.display();
    let title = match condition {
        Condition::Missing if removed > 0 => {
            format!(
                "{path} is missing, and its {} with it",
                plural(removed, "rule")
            )
        }
        Condition::Empty if removed > 0 => {
            format!("{path} has no rules any more; it had {removed}")
        }
        _ if lost > 0 => {
            let have = if lost == 1 { "has" } else { "have" };
            format!(
                "{} that larch added {have} disappeared from {path}",
                plural(lost, "line")
            )
        }
        _ => return None,
    };
    let dir = dir.path().display();
    let way_out = match lost {
        0 => "Put it back if that was not meant; what comes meanwhile is told then.".to_owned(),
        1 => format!(
            "If that was not meant, put back the line that larch added with: larch rules restore {dir}"
        ),
        _ => format!(
            "If that was not meant, put back the {lost} lines that larch added with: larch rules restore {dir}"
        ),
    };
    Some(Problem {
        key: format!("lost/{path}"),
        title,
        details: vec![way_out],
        warning: true,
    })
}
