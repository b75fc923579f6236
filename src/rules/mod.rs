//! Rules files: parse, check, append. Knows names, and nothing of archives or the store.
//!
//! A rules file belongs to a person: [`parse`] takes whatever stands there and reports what it cannot
//! use, and [`append`] adds lines at its end and touches nothing else.

mod action_name;
mod append;
mod diagnostic;
mod line;
mod lines;
mod parse;
mod rule;
mod tail;

pub use action_name::{ActionName, ActionNameError};
pub use append::{Appended, RulesError, append};
pub use diagnostic::{Diagnostic, Severity};
pub use lines::{Fault, ParseLine, fields, read_lines};
pub use parse::{Parsed, ParsedRule, parse};
pub use rule::{Rule, RuleError};
pub use tail::Block;

use crate::name::Level;

/// The file that holds the rules of a level.
pub fn file_name(level: Level) -> Option<&'static str> {
    match level {
        Level::Archive => Some("=rules.archives"),
        Level::Category => Some("=rules.categories"),
        Level::Branch => Some("=rules.branches"),
        Level::Version => Some("=rules.versions"),
        Level::Revision => None,
    }
}
