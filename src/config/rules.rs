//! `[rules]`: what a new rule is owed of the past.

use super::limit::Limit;
use super::section::Section;

/// `[rules]`: what a new rule is owed of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// For a subject that is met for the first time.
    pub first: Limit,
    /// For a line that is added for a subject that is known.
    pub added: Limit,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            first: Limit::All,
            added: Limit::None,
        }
    }
}

impl Rules {
    pub(super) fn read(&mut self, section: &mut Section<'_, '_>) {
        section.take("first", Limit::from_toml, &mut self.first);
        section.take("added", Limit::from_toml, &mut self.added);
    }
}
