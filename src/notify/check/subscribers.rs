//! The file of the subscribers, and whether a rule sends to them.

use std::collections::HashSet;
use std::path::Path;

use super::finding::{Finding, Place};
use super::permissions;
use super::rules::File;
use crate::action::mail::subscribers::{COMMAND, FILE_NAME, ReadError, Subscribers};
use crate::config::Glob;
use crate::name::Level;

/// Reports bad lines, globs that match nothing that is watched, subscribers that nothing is sent to, and a rule that sends to nobody.
pub(super) fn check(dir: &Path, files: &[File], findings: &mut Vec<Finding>) {
    let mut rules = files.iter().flat_map(|file| {
        let lines = file.rules.iter();
        lines.map(move |line| (file.place(line.line), &line.rule))
    });
    let sends = rules.find(|(_, rule)| {
        let mut actions = std::iter::once(&rule.action).chain(&rule.children);
        actions.any(|action| action.command() == COMMAND)
    });
    let path = dir.join(FILE_NAME);
    let read = match Subscribers::read(dir) {
        Ok(read) => read,
        Err(ReadError { path, source }) => {
            findings.push(Finding::Unreadable { path, source });
            return;
        }
    };
    if read.is_some() {
        permissions::open_to_all(&path, findings);
    }
    let has_file = read.is_some();
    let Subscribers { list, diagnostics } = read.unwrap_or_default();
    let is_bad = !diagnostics.is_empty();
    findings.extend(diagnostics.into_iter().map(Finding::Rule));
    let archives: HashSet<&str> = files
        .iter()
        .flat_map(|file| &file.rules)
        .map(|line| line.rule.subject.archive())
        .collect();
    let can_match = |glob: &Glob| {
        archives.is_empty()
            || archives.iter().any(|archive| {
                glob.matches(Level::Archive, archive)
                    || glob.may_match_below(Level::Archive, archive)
            })
    };
    for subscription in &list {
        if let Some(glob) = subscription.glob.as_ref().filter(|glob| !can_match(glob)) {
            let (path, line) = (path.clone(), subscription.line);
            findings.push(Finding::IdleSubscription {
                place: Place { path, line },
                glob: glob.as_str().to_owned(),
            });
        }
    }
    match sends {
        Some((place, _)) if list.is_empty() && !is_bad => {
            findings.push(Finding::NoSubscribers { place, path });
        }
        None if has_file && !list.is_empty() => findings.push(Finding::UnusedSubscribers { path }),
        _ => {}
    }
}
