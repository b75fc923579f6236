//! A short message: a title and a line for each item.

use crate::action::last_lines::printable;
use crate::action::{Attempt, Item};
use crate::archive::Description;
use crate::name::Level;

/// The most items that are told by name.
const ITEMS: usize = 20;

/// The most characters of a line.
const WIDTH: usize = 200;

/// What services are told.
pub(super) struct Message {
    /// One line.
    pub(super) title: String,
    /// The text, in lines.
    pub(super) text: String,
}

impl Message {
    /// The message for an attempt, with what the archive knows of its items.
    pub(super) fn of(attempt: &Attempt<'_>, descriptions: &[Option<Description>]) -> Self {
        let level = attempt.level();
        let title = match attempt.items {
            [_] => format!("New {level} in {}", attempt.subject),
            items => format!(
                "{} new {} in {}",
                items.len(),
                level.plural(),
                attempt.subject
            ),
        };
        let mut lines: Vec<String> = attempt
            .items
            .iter()
            .zip(descriptions)
            .take(ITEMS)
            .map(|(item, description)| one_line(&line(item, description.as_ref())))
            .collect();
        if attempt.items.len() > ITEMS {
            lines.push(format!("and {} more", attempt.items.len() - ITEMS));
        }
        Self {
            title: one_line(&title),
            text: lines.join("\n"),
        }
    }
}

/// `text` as a line that can be shown anywhere.
pub(super) fn one_line(text: &str) -> String {
    printable(text.trim(), WIDTH)
}

/// What a person wants to know of an item: the end of its name, what it is about, and whose it is.
fn line(item: &Item, description: Option<&Description>) -> String {
    let name = match item.name.level() {
        Level::Revision => item.name.part(),
        _ => item.name.package(),
    };
    let known = |field: fn(&Description) -> &Option<String>| {
        description.and_then(|known| field(known).as_deref())
    };
    match (
        known(|description| &description.summary),
        known(|description| &description.author),
    ) {
        (Some(summary), Some(author)) => format!("{name}: {summary} ({author})"),
        (Some(said), None) | (None, Some(said)) => format!("{name}: {said}"),
        (None, None) => name.to_owned(),
    }
}
