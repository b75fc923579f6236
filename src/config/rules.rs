//! `[rules]`: what a new rule is owed of the past.

use super::limit::Limit;
use super::section::section;

section! {
    /// What a rule is told of what was there before it.
    pub struct Rules {
        /// For a subject that is met for the first time: everything, nothing, or so many of the
        /// newest revisions of each version.
        pub first: Limit as Limit = Limit::All;
        /// The same for a line that is added for a subject that is known already.
        pub added: Limit as Limit = Limit::None;
    }
}
