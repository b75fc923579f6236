//! One version of a question: what its ref names now, and what was told of it.

use super::oid::Oid;
use super::position::decode_told;
use crate::archive::Asked;
use crate::archive::git::refs::Ref;
use crate::config::Limit;

/// A version, with what its ref names now.
pub(super) struct Version<'a> {
    pub(super) asked: &'a Asked<'a>,
    /// What its ref names; `None` where it has none any more.
    pub(super) now: Option<Oid>,
    /// What was told of it, the latest first. `None` where the action meets it.
    pub(super) told: Option<Vec<Oid>>,
    /// What was told of it cannot be read.
    pub(super) damaged: bool,
    /// A tag: an item of its own, and last to bring commits.
    pub(super) is_tag: bool,
    /// HEAD's branch: the first to bring commits.
    pub(super) is_head: bool,
}

/// What an action is owed of a version whose ref names something new.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// What is new since the version was last looked at.
    Moved,
    /// All that is there: the action meets it.
    Whole,
    /// The newest of what is there.
    Newest(usize),
    /// Nothing of what is there.
    Nothing,
}

impl<'a> Version<'a> {
    /// `found`: the version's ref.
    pub(super) fn new(asked: &'a Asked<'a>, found: Option<&Ref>) -> Self {
        let decoded = asked.position.map(decode_told);
        Self {
            asked,
            now: found.and_then(|found| Oid::from_hex(found.id.as_bytes())),
            damaged: decoded == Some(None),
            told: decoded.map(Option::unwrap_or_default),
            is_tag: asked.name.branch() == Some("tags"),
            is_head: found.is_some_and(|found| found.is_head),
        }
    }

    /// What was told of it, the latest first.
    pub(super) fn told(&self) -> &[Oid] {
        self.told.as_deref().unwrap_or_default()
    }

    /// What its ref names, where that is not what was told last: of a tag, ever.
    pub(super) fn changed_to(&self) -> Option<Oid> {
        let told = if self.is_tag {
            self.told()
        } else {
            self.told().get(..1).unwrap_or_default()
        };
        self.now.filter(|now| !told.contains(now))
    }

    /// When it brings commits: the lesser first.
    pub(super) fn turn(&self) -> (bool, bool) {
        (self.is_tag, !self.is_head)
    }

    pub(super) fn due(&self) -> Due {
        match self.asked.first {
            _ if self.told.is_some() => Due::Moved,
            Limit::All => Due::Whole,
            Limit::Newest(newest) => Due::Newest(newest as usize),
            Limit::None => Due::Nothing,
        }
    }
}
