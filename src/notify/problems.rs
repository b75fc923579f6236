//! What stands against a directory beside its rules files and scans.

use std::collections::HashSet;
use std::path::Path;

use super::directory::Directory;
use super::report::Problem;
use super::words::plural;
use crate::action::{Commands, FindError};
use crate::name::Level;
use crate::store::{DeliveryRecord, Filter, PartRecord, PartState, Result, RuleState, Store};

/// The commands of rules that cannot be run, each with the first rule that names it.
pub(super) fn unknown_commands(
    dir: &Directory,
    store: &dyn Store,
    commands: &HashSet<String>,
    known: &Commands,
) -> Result<Vec<Problem>> {
    let mut problems = Vec::new();
    let mut commands: Vec<&String> = commands.iter().collect();
    commands.sort();
    for command in commands {
        let Err(error) = known.find(command) else {
            continue;
        };
        let place = first_rule(dir, store, command)?
            .map(|place| format!("{place}: "))
            .unwrap_or_default();
        let way_out = match error {
            FindError::Unknown { .. } => {
                format!(" Put larch-{command} on the PATH, or mend the rules.")
            }
            _ => String::new(),
        };
        // All mail waits for one program.
        let about = match error {
            FindError::NotReady { service, .. } => service,
            _ => command,
        };
        let key = format!("command/{about}");
        if problems.iter().any(|known: &Problem| known.key == key) {
            continue;
        }
        problems.push(Problem {
            key,
            title: format!("{place}{error}"),
            details: vec![format!("What is owed to it waits.{way_out}")],
            warning: false,
        });
    }
    Ok(problems)
}

/// The file, and where it is known the line, of the first active rule that names a command.
fn first_rule(dir: &Directory, store: &dyn Store, command: &str) -> Result<Option<String>> {
    for level in Level::SUBJECTS {
        let found = store.rules(level)?.into_iter().find(|stored| {
            let rule = &stored.rule;
            let mut actions = std::iter::once(&rule.action).chain(&rule.children);
            stored.state == RuleState::Active && actions.any(|action| action.command() == command)
        });
        if let Some(stored) = found {
            let file = dir.rules(level).display().to_string();
            let is_placed = stored.written && stored.place < i64::MAX;
            return Ok(Some(if is_placed {
                format!("{file}:{}", stored.place)
            } else {
                file
            }));
        }
    }
    Ok(None)
}

/// What is held until a person decides.
pub(super) fn held(dir: &Path, store: &dyn Store) -> Result<Vec<Problem>> {
    let filter = Filter {
        states: vec![PartState::Held],
        ..Filter::default()
    };
    let deliveries = store.deliveries(&filter)?;
    let problems = deliveries
        .iter()
        .filter_map(|delivery| held_problem(dir, delivery));
    Ok(problems.collect())
}

fn held_problem(dir: &Path, delivery: &DeliveryRecord) -> Option<Problem> {
    let is_held = |part: &PartRecord| part.state == PartState::Held && !part.asleep;
    delivery.parts.iter().any(is_held).then(|| {
        let (uid, dir) = (&delivery.uid, dir.display());
        Problem {
            key: format!("held/{uid}"),
            title: format!(
                "{} of {} {} not sent to {}: the archive lost revisions that were known, so that these may have been sent before",
                plural(delivery.item_count, "revision"),
                delivery.subject,
                if delivery.item_count == 1 { "is" } else { "are" },
                delivery.action,
            ),
            details: vec![
                format!("To send them:         larch retry {dir} {uid}"),
                format!("To leave them unsent: larch drop {dir} {uid}"),
            ],
            warning: false,
        }
    })
}

/// Whether a delivery that was held has been sent, and not dropped.
pub(super) fn was_sent(store: &dyn Store, uid: &str) -> Result<bool> {
    let filter = Filter {
        uid: Some(uid.to_owned()),
        ..Filter::default()
    };
    let deliveries = store.deliveries(&filter)?;
    let mut parts = deliveries.iter().flat_map(|delivery| &delivery.parts);
    Ok(parts.any(|part| part.state == PartState::Done))
}

/// What was there before new rules, and is not told for that.
pub(super) fn skipped(dir: &Path, count: usize) -> Option<Problem> {
    let (was, is) = if count == 1 {
        ("was", "is")
    } else {
        ("were", "are")
    };
    (count > 0).then(|| Problem {
        key: "skipped".to_owned(),
        title: format!(
            "{} that {was} there before the new rules {is} not told",
            plural(count, "item")
        ),
        details: vec![format!(
            "To tell one of these rules of them all the same: \
             larch replay {} SUBJECT --below --from-start --action COMMAND:THUNK",
            dir.display()
        )],
        warning: true,
    })
}
