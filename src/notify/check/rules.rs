//! The four rules files, and what they name: actions, archives, subjects.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::finding::{Finding, Place};
use super::looked::{Looked, Seen};
use super::{Checked, permissions};
use crate::action::{Commands, FindError};
use crate::archive::{self, Access};
use crate::config::{ArchiveSettings, Config};
use crate::name::{Level, Name};
use crate::params::{Params, ParamsError};
use crate::rules::{self, ActionName, ParsedRule, Rule};

/// What a rules file says, as far as it can be used.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) rules: Vec<ParsedRule>,
}

impl File {
    pub(super) fn place(&self, line: usize) -> Place {
        let path = self.path.clone();
        Place { path, line }
    }
}

/// The archives that rules name; `None` for one that was reported.
type Archives<'a> = HashMap<String, Option<Looked<'a>>>;

/// Reports what is wrong with the files and with what they name. Returns them, from the archives' down.
/// Where the settings cannot be used, there is no `config`, and nothing is said of what depends on them.
pub(super) fn check(
    dir: &Path,
    params: &Params,
    access: &Access<'_>,
    config: Option<&Config>,
    commands: &Commands,
    checked: &mut Checked,
) -> Vec<File> {
    let mut files = Vec::new();
    let mut archives = Archives::new();
    let mut known_commands = HashSet::new();
    let judge = |action: &ActionName, level: Level| match config {
        Some(_) => {
            commands.check(action)?;
            commands.try_out(action, level)
        }
        None => match commands.find(action.command()) {
            Ok(_) | Err(FindError::NotReady { .. }) => Ok(()),
            Err(error) => Err(error),
        },
    };
    let before = checked.findings.len();
    for level in Level::SUBJECTS {
        let Some(path) = rules::file_name(level).map(|name| dir.join(name)) else {
            continue;
        };
        let file = read(level, path, &mut checked.findings);
        checked.rules += file.rules.len();
        let mut subjects = HashSet::new();
        for found in &file.rules {
            let place = || file.place(found.line);
            check_commands(&found.rule, judge, &mut known_commands, place, checked);
            let subject = &found.rule.subject;
            let access = || {
                let settings = config.and_then(|config| config.archives.get(subject.archive()));
                Access {
                    options: settings.map_or_else(Default::default, ArchiveSettings::options),
                    ..access.clone()
                }
            };
            if subjects.insert(subject.clone()) {
                check_subject(subject, params, access, &mut archives, place, checked);
            }
        }
        files.push(file);
    }
    if checked.rules == 0 && checked.findings.len() == before {
        let path = dir.to_owned();
        checked.findings.push(Finding::NoRules { path });
    }
    files
}

/// One file; a missing one has no rules.
fn read(level: Level, path: PathBuf, findings: &mut Vec<Finding>) -> File {
    let mut rules = Vec::new();
    // Reading a pipe would wait for ever.
    let look = path.metadata();
    let bytes = match look {
        Ok(look) if !look.is_file() && !look.is_dir() => {
            Err(io::Error::other("it is not a regular file"))
        }
        Ok(_) => std::fs::read(&path),
        Err(error) => Err(error),
    };
    match bytes {
        Ok(bytes) => {
            permissions::trusted_file(&path, findings);
            permissions::writable(&path, findings);
            let parsed = rules::parse(level, &path, &bytes);
            findings.extend(parsed.diagnostics.into_iter().map(Finding::Rule));
            rules = parsed.rules;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => {
            let path = path.clone();
            findings.push(Finding::Unreadable { path, source });
        }
    }
    File { path, rules }
}

/// Reports each command that nothing can be run for, and each bad THUNK, once. `judge` is asked about
/// an action and the level of what it is told.
fn check_commands(
    rule: &Rule,
    judge: impl Fn(&ActionName, Level) -> Result<(), FindError>,
    known: &mut HashSet<String>,
    place: impl Fn() -> Place,
    checked: &mut Checked,
) {
    let mut above = rule.subject.level();
    for action in std::iter::once(&rule.action).chain(&rule.children) {
        let Some(level) = above.child() else {
            break;
        };
        above = level;
        let Err(error) = judge(action, level) else {
            continue;
        };
        let about = match error {
            FindError::BadThunk { .. } => action.as_str(),
            // All mail waits for one program.
            FindError::NotReady { service, .. } => service,
            _ => action.command(),
        };
        if known.insert(about.to_owned()) {
            let place = place();
            checked.findings.push(Finding::Command { place, error });
        }
    }
}

/// Reports an archive that cannot be read, once, and a subject that its archive does not hold.
fn check_subject<'a>(
    subject: &Name,
    params: &Params,
    access: impl FnOnce() -> Access<'a>,
    archives: &mut Archives<'a>,
    place: impl Fn() -> Place,
    checked: &mut Checked,
) {
    let name = subject.archive();
    if !archives.contains_key(name) {
        let opened = open(name, params, access(), &place);
        let opened = opened.map_err(|finding| checked.findings.push(*finding));
        archives.insert(name.to_owned(), opened.ok());
    }
    let Some(Some(archive)) = archives.get_mut(name) else {
        return;
    };
    let found = archive.look(subject);
    checked.findings.extend(match found {
        Seen::There | Seen::Reported => None,
        Seen::Missing => Some(Finding::NoSubject {
            place: place(),
            subject: subject.clone(),
        }),
        Seen::Unlisted(category, source) => Some(Finding::Unlisted {
            place: place(),
            category,
            source,
        }),
        Seen::Unreachable(source) => {
            let archive = name.to_owned();
            archives.insert(archive.clone(), None);
            Some(Finding::Unreachable {
                place: place(),
                archive,
                source,
            })
        }
    });
}

fn open<'a>(
    name: &str,
    params: &Params,
    access: Access<'a>,
    place: impl Fn() -> Place,
) -> Result<Looked<'a>, Box<Finding>> {
    let archive = name.to_owned();
    match params.location(name) {
        Ok(Some(location)) => archive::open(name, &location, None, access)
            .map(Looked::new)
            .map_err(|source| {
                Box::new(Finding::Unreachable {
                    place: place(),
                    archive,
                    source,
                })
            }),
        Err(ParamsError::Read { path, source }) => {
            Err(Box::new(Finding::Unreadable { path, source }))
        }
        Ok(None) | Err(_) => Err(Box::new(Finding::NotRegistered {
            place: place(),
            archive,
        })),
    }
}
