//! What the placeholders of one attempt stand for.

use super::word::Placeholder;
use crate::action::{Attempt, Outcome};
use crate::config::Per;
use crate::name::Name;

/// What the placeholders of one attempt stand for.
pub(super) struct Values<'a> {
    attempt: &'a Attempt<'a>,
    /// What the parts of a name are taken from: the item, or what the items have in common.
    whose: &'a Name,
    count: String,
    id: String,
}

impl<'a> Values<'a> {
    /// The archive is asked for the revision's id if `needs_id`.
    pub(super) fn new(attempt: &'a Attempt<'a>, per: Per, needs_id: bool) -> Result<Self, Outcome> {
        let item = match per {
            Per::Item => attempt.items.first().map(|item| &item.name),
            Per::Batch => None,
        };
        let described = if needs_id {
            attempt.descriptions()?.into_iter().next().flatten()
        } else {
            None
        };
        Ok(Self {
            attempt,
            whose: item.unwrap_or(attempt.subject),
            count: attempt.items.len().to_string(),
            id: described
                .and_then(|described| described.id)
                .unwrap_or_default(),
        })
    }

    /// The value of a placeholder; empty where there is none.
    pub(super) fn of(&self, placeholder: Placeholder) -> &str {
        match placeholder {
            Placeholder::Name => self.whose.as_str(),
            Placeholder::Archive => self.whose.archive(),
            Placeholder::Category => self.whose.category().unwrap_or_default(),
            Placeholder::Branch => self.whose.branch().unwrap_or_default(),
            Placeholder::Version => self.whose.version().unwrap_or_default(),
            Placeholder::Revision => self.whose.revision().unwrap_or_default(),
            Placeholder::Subject => self.attempt.subject.as_str(),
            Placeholder::Delivery => self.attempt.delivery_id,
            Placeholder::Count => &self.count,
            Placeholder::Id => &self.id,
        }
    }
}
