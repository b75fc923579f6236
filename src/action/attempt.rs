//! Everything that one attempt of a delivery needs.

use std::path::Path;
use std::time::Duration;

use super::{Outcome, Style};
use crate::archive::{ArchiveError, Description, Details, Wanted};
use crate::causes::with_causes;
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;

/// Asks the archive what it knows of revisions of one version, in their order. `None` means that one
/// is gone; an error, that the archive cannot be read now.
pub type Describe<'a> = dyn Fn(&[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> + 'a;

/// As [`Describe`], for all that the archive can tell of revisions.
pub type Tell<'a> = dyn Fn(&[&Name], Wanted) -> Result<Vec<Option<Details>>, ArchiveError> + 'a;

/// One new thing that an action is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its qualified name.
    pub name: Name,
    /// When a poll saw it for the first time.
    pub detected_at: Nanos,
}

/// What else is told in the same attempt, where parts of several deliveries are gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gathered {
    /// The part's id.
    pub delivery_id: String,
    /// What the rule watches.
    pub subject: Name,
    /// The action as its rule writes it.
    pub action: ActionName,
    /// The items, oldest first; there is at least one.
    pub items: Vec<Item>,
}

/// One attempt of one part of a delivery.
pub struct Attempt<'a> {
    /// The action as its rule writes it.
    pub action: &'a ActionName,
    /// Whom it is told to; empty where the action parts nothing.
    pub recipient: &'a str,
    /// How it is told.
    pub style: Style,
    /// The notification directory, absolute: the action's working directory.
    pub dir: &'a Path,
    /// The part's id, the same for all of its attempts.
    pub delivery_id: &'a str,
    /// The attempt's number, from 1.
    pub number: u32,
    /// What the rule watches.
    pub subject: &'a Name,
    /// The items, oldest first; there is at least one.
    pub items: &'a [Item],
    /// What is told besides, to the same recipient; empty unless `style` gathers.
    pub gathered: &'a [Gathered],
    /// The archive's kind, as `LARCH_KIND` says it.
    pub kind: &'a str,
    /// The archive's location, as registered.
    pub location: &'a str,
    /// How long the action may take.
    pub timeout: Duration,
    /// How long the action has to end between TERM and KILL.
    pub grace: Duration,
    /// The most bytes that are kept of what it prints.
    pub output_limit: u64,
    /// Now.
    pub now: Nanos,
    /// What archives know of revisions, in one line each; never asked for items of another level.
    pub describe: &'a Describe<'a>,
    /// All that archives know of revisions; never asked for items of another level.
    pub tell: &'a Tell<'a>,
}

impl Attempt<'_> {
    /// The level of the items.
    pub fn level(&self) -> Level {
        let subject = self.subject.level();
        self.items.first().map_or_else(
            || subject.child().unwrap_or(subject),
            |item| item.name.level(),
        )
    }

    /// What the archive knows of each item, in their order. `None` for a revision that is gone, and
    /// for items of other levels. The outcome is that of an archive that cannot be read.
    pub fn descriptions(&self) -> Result<Vec<Option<Description>>, Outcome> {
        if self.level() != Level::Revision {
            return Ok(vec![None; self.items.len()]);
        }
        let names: Vec<&Name> = self.items.iter().map(|item| &item.name).collect();
        (self.describe)(&names).map_err(|error| Outcome::Unreachable(with_causes(&error)))
    }
}
