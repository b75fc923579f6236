//! What only the state can tell: that it is damaged, and which lines were left behind by an edit.

use std::collections::HashMap;

use super::finding::{Finding, Place};
use super::rules::File;
use crate::name::Level;
use crate::rules::Rule;
use crate::store::sqlite::Sqlite;
use crate::store::{Engine as _, Result, RuleState, StateDir, StoreError};

/// Reports lines that larch added, that nobody edited, and that nothing above hands down any more,
/// although something else is handed down to their subjects.
pub(super) fn check(state: StateDir, files: &[File], findings: &mut Vec<Finding>) {
    match parents(state) {
        Ok(parents) => left_behind(&parents, files, findings),
        Err(StoreError::Absent { .. }) => {}
        Err(error) => findings.push(Finding::State(error)),
    }
}

/// The lines that larch added, and the subject that each was added for.
fn parents(state: StateDir) -> Result<HashMap<Rule, String>> {
    let store = Sqlite::open_existing(state)?.connect()?;
    let mut parents = HashMap::new();
    for level in Level::SUBJECTS {
        for stored in store.rules(level)? {
            if stored.state == RuleState::Active
                && let Some(parent) = stored.parent
            {
                parents.insert(stored.rule, parent);
            }
        }
    }
    Ok(parents)
}

fn left_behind(parents: &HashMap<Rule, String>, files: &[File], findings: &mut Vec<Finding>) {
    let mut found: Vec<(Place, String, usize)> = Vec::new();
    let mut above: HashMap<&str, Vec<&Rule>> = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        if index > 0 {
            for line in &file.rules {
                let rule = &line.rule;
                let Some(handing) = parents.get(rule).and_then(|parent| above.get(&**parent))
                else {
                    continue;
                };
                let mut handed = handing
                    .iter()
                    .filter_map(|above| above.child(&rule.subject));
                if handed.any(|handed| handed == *rule) {
                    continue;
                }
                let actions = rule.text().split_off(rule.subject.as_str().len() + 1);
                let known = found
                    .iter_mut()
                    .find(|(place, known, _)| place.path == file.path && *known == actions);
                match known {
                    Some((_, _, lines)) => *lines += 1,
                    None => found.push((file.place(line.line), actions, 1)),
                }
            }
        }
        above.clear();
        for line in &file.rules {
            let subject = line.rule.subject.as_str();
            above.entry(subject).or_default().push(&line.rule);
        }
    }
    let finding = |(place, actions, lines)| Finding::LeftBehind {
        place,
        actions,
        lines,
    };
    findings.extend(found.into_iter().map(finding));
}
