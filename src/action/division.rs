//! How an action divides a delivery into parts, each with a recipient, attempts and an end of its own.

use std::ops::Range;

use super::{Item, Tell};
use crate::clock::Nanos;
use crate::name::Name;
use crate::rules::ActionName;

/// How a part is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// All items at once, as the action does it.
    #[default]
    Batch,
    /// One item by itself.
    Each,
    /// Gathered: together with whatever else is due for the recipient, at a given time.
    Digest,
    /// Gathered: what was too much to be told otherwise, in short.
    Summary,
}

impl Style {
    /// Every style, by the number it is stored as.
    pub const ALL: [Self; 4] = [Self::Batch, Self::Each, Self::Digest, Self::Summary];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Batch => "batch",
            Self::Each => "each",
            Self::Digest => "digest",
            Self::Summary => "summary",
        }
    }

    /// Whether parts of several deliveries are told together.
    pub fn gathers(self) -> bool {
        matches!(self, Self::Digest | Self::Summary)
    }
}

/// One part of a divided delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Whom it is told to: the lane. Not empty.
    pub recipient: String,
    /// Which items of the delivery it is about; at least one.
    pub items: Range<usize>,
    /// How they are told.
    pub style: Style,
    /// The earliest time at which it is told; 0 for at once.
    pub due_at: Nanos,
}

impl Share {
    /// One share for each item, all of them for the one whom the THUNK names.
    pub(super) fn each(whole: &Whole<'_>) -> Vec<Self> {
        let share = |item| Self {
            recipient: whole.action.thunk().to_owned(),
            items: item..item + 1,
            style: Style::Each,
            due_at: 0,
        };
        (0..whole.items.len()).map(share).collect()
    }
}

/// A delivery that is not divided yet.
pub struct Whole<'a> {
    /// What runs.
    pub action: &'a ActionName,
    /// What the rule watches.
    pub subject: &'a Name,
    /// The items, oldest first; there is at least one.
    pub items: &'a [Item],
    /// Now.
    pub now: Nanos,
    /// All that the archive knows of revisions.
    pub tell: &'a Tell<'a>,
}
