//! What is told of an attempt.

use std::borrow::Cow;

use crate::action::{Attempt, Item};
use crate::name::Name;
use crate::rules::ActionName;

/// What is told of an attempt: all that it tells together, or some parts of it.
pub(super) struct Told<'a> {
    delivery_id: &'a str,
    subject: &'a Name,
    action: &'a ActionName,
    items: Cow<'a, [Item]>,
}

impl<'a> Told<'a> {
    /// The parts in these places, of which there is at least one; all of them where none are given.
    pub(super) fn new(attempt: &Attempt<'a>, places: Option<&[usize]>) -> Self {
        let own = Self {
            delivery_id: attempt.delivery_id,
            subject: attempt.subject,
            action: attempt.action,
            items: Cow::Borrowed(attempt.items),
        };
        let others = attempt.gathered.iter().map(|other| Self {
            delivery_id: &other.delivery_id,
            subject: &other.subject,
            action: &other.action,
            items: Cow::Borrowed(&other.items),
        });
        let all = std::iter::once(own).chain(others).enumerate();
        let is_told = |place: &usize| places.is_none_or(|places| places.contains(place));
        let told = all.filter(|(place, _)| is_told(place)).map(|(_, one)| one);
        let together = told.reduce(|mut first, other| {
            first.items.to_mut().extend_from_slice(&other.items);
            first
        });
        together.expect("an attempt has a part, and so has what is told of it")
    }

    /// The attempt, with this for its own.
    pub(super) fn attempt<'w>(&'w self, attempt: &'w Attempt<'w>) -> Attempt<'w> {
        Attempt {
            delivery_id: self.delivery_id,
            subject: self.subject,
            action: self.action,
            items: &self.items,
            gathered: &[],
            ..*attempt
        }
    }
}
