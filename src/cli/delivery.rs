//! Deliveries as the operator's commands show them.

use anstyle::Style;
use serde::Serialize;

use super::style;
use super::when::{distance, local};
use crate::clock::{Nanos, rfc3339};
use crate::store::{DeliveryRecord, PartRecord, PartState};

/// How much of an id is shown; more is needed only where that names several.
const ID_SHOWN: usize = 8;

/// The beginning of an id, by which it can be given.
pub(crate) fn short(uid: &str) -> &str {
    uid.get(..ID_SHOWN).unwrap_or(uid)
}

/// `1 item`, `2 items`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// How a part is, in a word and its style.
pub(crate) fn state(part: &PartRecord) -> (&'static str, Style) {
    let style = match part.state {
        _ if part.rests() => style::FAINT,
        PartState::Done => style::GOOD,
        PartState::Waiting | PartState::Held => style::WARNING,
        PartState::Dead => style::ERROR,
        PartState::Dropped => style::FAINT,
        PartState::Owed | PartState::Running => style::PLAIN,
    };
    (part.word(), style)
}

/// Whom a part of `action` is told to, if that is anybody in particular.
pub(crate) fn to(action: &str, part: &PartRecord) -> String {
    match part.recipient.as_str() {
        "" => String::new(),
        // The parts of a program that runs for each item.
        name if action.strip_prefix("run:") == Some(name) => String::new(),
        recipient => format!(" to {recipient}"),
    }
}

/// How many parts are how: `3 parts: 1 waiting, 2 done`; nothing of a part that is alone.
pub(crate) fn counts(parts: &[&PartRecord]) -> String {
    if parts.len() < 2 {
        return String::new();
    }
    let mut words: Vec<(&str, usize)> = Vec::new();
    for part in parts {
        match words.iter_mut().find(|(word, _)| *word == part.word()) {
            Some((_, number)) => *number += 1,
            None => words.push((part.word(), 1)),
        }
    }
    let words: Vec<String> = words
        .iter()
        .map(|(word, number)| format!("{number} {word}"))
        .collect();
    format!(", {} parts: {}", parts.len(), words.join(", "))
}

/// What its last attempt failed with, and what comes next; nothing where all is well.
pub(crate) fn trouble(part: &PartRecord, now: Nanos) -> Option<String> {
    if part.is_unwanted {
        return Some("nobody wanted to hear of it".to_owned());
    }
    if part.rests() && !part.recipient.is_empty() {
        let to = &part.recipient;
        return Some(format!(
            "no rule names {to} for it any more: it rests until one does; `larch drop DIR --to {to} \
             --waiting` drops it"
        ));
    }
    if part.state == PartState::Owed && part.due_at > now {
        let (style, due_at) = (part.style.word(), part.due_at);
        let when = format!("{} ({})", local(due_at), distance(due_at, now));
        return Some(format!("it is told in a {style} after {when}"));
    }
    if part.state == PartState::Owed && part.style.gathers() {
        return Some(format!("the next poll tells it in a {}", part.style.word()));
    }
    let error = part.error.as_deref()?;
    let next = match part.state {
        _ if part.rests() => "it rests until its rule returns".to_owned(),
        PartState::Waiting if part.due_at <= now => "the next poll tries it again".to_owned(),
        PartState::Waiting => format!(
            "tried again after {} ({})",
            local(part.due_at),
            distance(part.due_at, now)
        ),
        PartState::Held => "it is held until `larch retry` or `larch drop`".to_owned(),
        PartState::Dead => format!(
            "given up {}",
            part.settled_at
                .map_or_else(String::new, |at| distance(at, now))
        ),
        PartState::Dropped => "dropped".to_owned(),
        PartState::Running => "it is being tried again".to_owned(),
        PartState::Owed | PartState::Done => return Some(error.to_owned()),
    };
    Some(format!("{error}; {next}"))
}

/// A delivery as one JSON object; times are RFC 3339 in UTC.
#[derive(Debug, Serialize)]
pub(crate) struct DeliveryJson<'a> {
    id: &'a str,
    state: &'static str,
    action: &'a str,
    level: String,
    subject: &'a str,
    item_count: usize,
    created_at: String,
    parts: Vec<PartJson<'a>>,
}

#[derive(Debug, Serialize)]
struct PartJson<'a> {
    id: &'a str,
    recipient: &'a str,
    state: &'static str,
    asleep: bool,
    attempts: u32,
    first_item: usize,
    item_count: usize,
    first_attempt_at: Option<String>,
    due_at: Option<String>,
    settled_at: Option<String>,
    error: Option<&'a str>,
    style: &'static str,
    unwanted: bool,
}

impl<'a> DeliveryJson<'a> {
    pub(crate) fn new(delivery: &'a DeliveryRecord) -> Self {
        Self {
            id: &delivery.uid,
            state: delivery.telling().map_or("done", PartRecord::word),
            action: &delivery.action,
            level: delivery.subject.level().to_string(),
            subject: delivery.subject.as_str(),
            item_count: delivery.item_count,
            created_at: rfc3339(delivery.created_at),
            parts: delivery.parts.iter().map(PartJson::new).collect(),
        }
    }
}

impl<'a> PartJson<'a> {
    fn new(part: &'a PartRecord) -> Self {
        Self {
            id: &part.uid,
            recipient: &part.recipient,
            state: part.state.word(),
            asleep: part.asleep,
            attempts: part.attempts,
            first_item: part.items.start,
            item_count: part.items.len(),
            first_attempt_at: part.first_attempt_at.map(rfc3339),
            due_at: (part.state == PartState::Waiting
                || (part.state == PartState::Owed && part.due_at > 0))
                .then(|| rfc3339(part.due_at)),
            settled_at: part.settled_at.map(rfc3339),
            error: part.error.as_deref(),
            style: part.style.word(),
            unwanted: part.is_unwanted,
        }
    }
}
