//! What is said of deliveries that failed.
//!
//! What failed for the same reason is one problem, however many deliveries wait for its end: a relay
//! that is down is said once. The same reason is the same text but for its numbers, at the same action,
//! or at any of those that reach their recipients in the same way.

use std::collections::BTreeMap;
use std::path::Path;

use super::report::Problem;
use super::words::{plural, short_id};
use crate::action::{self, Commands, Ended};
use crate::clock::{Nanos, rfc3339};
use crate::name::Name;
use crate::rules::ActionName;
use crate::store::{Claimed, Engine, PartId, Result, Store, WaitingPart};

/// How many lines of a failed action's output are shown.
const LINES_SHOWN: usize = 5;

/// How many of the deliveries that failed for one reason are named.
const NAMED: usize = 3;

/// A part that was given up.
#[derive(Clone, Debug)]
pub(super) struct Death {
    /// The part; the order is the order of delivery.
    pub(super) part: PartId,
    uid: String,
    subject: Name,
    action: ActionName,
    recipient: String,
    item_count: usize,
    number: u32,
    first_attempt_at: Nanos,
    outcome: String,
    output: Vec<u8>,
}

impl Death {
    /// The death of one of the parts that were claimed together.
    pub(super) fn of(part: PartId, claimed: &Claimed, ended: &Ended) -> Option<Self> {
        let place = claimed.others.iter().position(|other| other.part == part);
        let (tried, gathered) = match place {
            None => (&claimed.own, None),
            Some(place) => (claimed.others.get(place)?, claimed.gathered.get(place)),
        };
        Some(Self {
            part,
            uid: tried.uid.clone(),
            subject: gathered
                .map_or(&claimed.subject, |one| &one.subject)
                .clone(),
            action: gathered.map_or(&claimed.action, |one| &one.action).clone(),
            recipient: claimed.recipient.clone(),
            item_count: gathered.map_or(&claimed.items, |one| &one.items).len(),
            number: claimed.number,
            first_attempt_at: tried.first_attempt_at,
            outcome: ended.outcome.to_string(),
            output: ended.output.clone(),
        })
    }

    fn what(&self) -> String {
        what(&self.action, &self.subject, &self.recipient)
    }
}

/// What waits after a failure, a problem for each reason.
pub(super) fn waiting(
    dir: &Path,
    engine: &dyn Engine,
    store: &dyn Store,
    commands: &Commands,
) -> Result<Vec<Problem>> {
    let mut by_reason: BTreeMap<String, Vec<WaitingPart>> = BTreeMap::new();
    for part in store.waiting()? {
        let scope = scope(commands, &part.action);
        let key = format!("waiting/{scope} {}", without_numbers(&part.error));
        by_reason.entry(key).or_default().push(part);
    }
    let mut problems = Vec::new();
    for (key, parts) in by_reason {
        problems.extend(waiting_problem(dir, engine, key, &parts)?);
    }
    Ok(problems)
}

fn waiting_problem(
    dir: &Path,
    engine: &dyn Engine,
    key: String,
    parts: &[WaitingPart],
) -> Result<Option<Problem>> {
    let Some(first) = parts.first() else {
        return Ok(None);
    };
    let mut details = Vec::new();
    let title = if parts.len() == 1 {
        details.push(format!(
            "{}, delivery {}, attempt {}; it is tried again after {}",
            plural(first.item_count, "item"),
            short_id(&first.delivery),
            first.attempts,
            rfc3339(first.due_at)
        ));
        let what = what(&first.action, &first.subject, &first.recipient);
        format!("{what} failed: {}", first.error)
    } else {
        let named = parts.iter().map(|part| {
            let what = what(&part.action, &part.subject, &part.recipient);
            let items = plural(part.item_count, "item");
            format!("{what}: {items}, delivery {}", short_id(&part.delivery))
        });
        details.extend(first_of(named, "waiting", dir));
        let next = parts.iter().map(|part| part.due_at).min().unwrap_or(0);
        details.push(format!("The first is tried again after {}", rfc3339(next)));
        format!(
            "{} wait: {}",
            several(parts.iter().map(|part| &*part.recipient)),
            first.error
        )
    };
    let output = match &first.said {
        Some(said) => Some(said.clone()),
        None => engine.output(&first.uid, first.attempts)?,
    };
    details.extend(shown_output(&output.unwrap_or_default()));
    Ok(Some(Problem {
        key,
        title,
        details,
        warning: false,
    }))
}

/// Whether something that failed for the reason in a problem's key has been told since the problem
/// began. What was given up or dropped, or whose rule was removed, waits no more either, and is not over.
pub(super) fn is_over(
    store: &dyn Store,
    commands: &Commands,
    reason: &str,
    since: Nanos,
) -> Result<bool> {
    let scope_of = |action: &String| {
        let action = ActionName::parse(action).ok()?;
        Some(scope(commands, &action))
    };
    let failed = reason.split_once(' ').map(|(scope, _)| scope);
    let recovered = store.recovered(since)?;
    Ok(recovered
        .iter()
        .filter_map(scope_of)
        .any(|scope| Some(scope.as_str()) == failed))
}

/// What was given up, an event for each reason.
pub(super) fn deaths(dir: &Path, died: &[Death], commands: &Commands) -> Vec<Problem> {
    let mut by_reason: BTreeMap<(String, &str), Vec<&Death>> = BTreeMap::new();
    for death in died {
        let reason = (scope(commands, &death.action), death.outcome.as_str());
        by_reason.entry(reason).or_default().push(death);
    }
    let problems = by_reason.values().filter_map(|deaths| {
        let first = deaths.first()?;
        let mut details = Vec::new();
        let title = if deaths.len() == 1 {
            details.push(format!(
                "It was tried since {}; delivery {}, attempt {}. Run it again with: larch retry {} {}",
                rfc3339(first.first_attempt_at),
                first.uid,
                first.number,
                dir.display(),
                first.uid,
            ));
            format!("gave up {}: {}", first.what(), first.outcome)
        } else {
            let named = deaths.iter().map(|death| {
                let items = plural(death.item_count, "item");
                format!("{}: {items}, delivery {}", death.what(), death.uid)
            });
            details.extend(first_of(named, "dead", dir));
            details.push(format!("To run one again: larch retry {} ID", dir.display()));
            format!("gave up {}: {}", several(deaths.iter().map(|death| &*death.recipient)), first.outcome)
        };
        details.extend(shown_output(&first.output));
        Some(Problem {
            key: format!("dead/{}", first.uid),
            title,
            details,
            warning: false,
        })
    });
    problems.collect()
}

/// The first of many lines, and how to list the others.
fn first_of(
    lines: impl ExactSizeIterator<Item = String>,
    state: &str,
    dir: &Path,
) -> impl Iterator<Item = String> {
    let others = lines.len().saturating_sub(NAMED);
    let way = format!("larch log {} --state {state} -n all", dir.display());
    let rest = (others > 0).then(|| format!("and {others} more: {way}"));
    lines.take(NAMED).chain(rest)
}

/// How many there are, as what: parts with recipients, or whole deliveries.
fn several<'a>(recipients: impl ExactSizeIterator<Item = &'a str>) -> String {
    let count = recipients.len();
    let mut recipients = recipients;
    if recipients.any(|recipient| !recipient.is_empty()) {
        plural(count, "part")
    } else {
        format!("{count} deliveries")
    }
}

fn what(action: &ActionName, subject: &Name, recipient: &str) -> String {
    if recipient.is_empty() || recipient == action.thunk() {
        format!("{action} for {subject}")
    } else {
        format!("{} for {subject} to {recipient}", action.command())
    }
}

/// How far the same failure has the same reason: one action, or all commands of a family.
fn scope(commands: &Commands, action: &ActionName) -> String {
    let family = commands.family(action);
    if family == action.command() {
        action.to_string()
    } else {
        family
    }
}

/// The text with `#` for each word that holds a digit: an error may name a time, a process or a queue.
fn without_numbers(text: &str) -> String {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let words = text
        .split(' ')
        .map(|word| if has_digit(word) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// The last lines of an output, marked as such.
pub(super) fn shown_output(output: &[u8]) -> Vec<String> {
    action::last_lines(output, LINES_SHOWN)
        .lines()
        .map(|line| format!("| {line}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_the_same_whatever_its_numbers() {
        assert_eq!(
            without_numbers("exit code 75"),
            without_numbers("exit code 1")
        );
        assert_eq!(
            without_numbers("relay:25: 451 4.7.1 queued as 4fA3, try later"),
            without_numbers("relay:25: 451 4.7.1 queued as 9B21, try later")
        );
        assert_ne!(
            without_numbers("relay: no route"),
            without_numbers("mx: no route")
        );
    }
}
