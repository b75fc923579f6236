//! Everything that one attempt of a delivery needs.

use std::path::Path;
use std::time::Duration;

use super::Program;
use crate::archive::{ArchiveError, Description};
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;

/// Asks the archive what it knows of revisions, in their order. `None` means that one is gone; an
/// error, that the archive cannot be read now.
pub type Describe<'a> = dyn Fn(&[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> + 'a;

/// One new thing that an action is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its qualified name.
    pub name: Name,
    /// When a poll saw it for the first time.
    pub detected_at: Nanos,
}

/// One attempt of one delivery.
pub struct Attempt<'a> {
    /// What runs.
    pub program: &'a Program,
    /// The action as its rule writes it.
    pub action: &'a ActionName,
    /// The notification directory, absolute: the action's working directory.
    pub dir: &'a Path,
    /// The delivery's id, the same for all of its attempts.
    pub delivery_id: &'a str,
    /// The attempt's number, from 1.
    pub number: u32,
    /// What the rule watches.
    pub subject: &'a Name,
    /// The items, oldest first; there is at least one.
    pub items: &'a [Item],
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
    /// Asked once for each revision among the items, some at a time and in order, as the action reads
    /// them; never for items of another level.
    pub describe: &'a Describe<'a>,
}

impl Attempt<'_> {
    /// The level of the items.
    pub(super) fn level(&self) -> Level {
        let subject = self.subject.level();
        self.items.first().map_or_else(
            || subject.child().unwrap_or(subject),
            |item| item.name.level(),
        )
    }
}
