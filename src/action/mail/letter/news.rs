//! What a mail tells: items, with what their archives know of them.

use crate::action::Item;
use crate::archive::Details;
use crate::name::{Level, Name};

/// Items that one rule owes, and their archive's kind where that is known.
#[derive(Debug)]
pub(in crate::action::mail) struct Batch<'a> {
    /// The id of the delivery's part.
    pub(in crate::action::mail) delivery: &'a str,
    /// What the rule watches.
    pub(in crate::action::mail) subject: &'a Name,
    /// The kind of the archive, as `LARCH_KIND` says it; empty where it is not known.
    pub(in crate::action::mail) kind: &'a str,
    /// The items, oldest first; there is at least one.
    pub(in crate::action::mail) news: Vec<News<'a>>,
}

/// One item.
#[derive(Debug)]
pub(in crate::action::mail) struct News<'a> {
    /// The item.
    pub(in crate::action::mail) item: &'a Item,
    /// What the archive knows of it; `None` for what is no revision, or is gone.
    pub(in crate::action::mail) details: Option<Details>,
}

impl News<'_> {
    /// Whether the archive no longer holds the revision.
    pub(super) fn is_gone(&self) -> bool {
        self.item.name.level() == Level::Revision && self.details.is_none()
    }
}
