//! The rules files and the store's memory of them: read what changed, append what was handed down.
//!
//! A kill before the append leaves lines that are pending; they act as rules all the same, and the
//! next poll appends them first. A kill within it leaves a torn line, which that append completes. A
//! kill between it and the mark leaves lines that stand in the file and are pending still; the
//! append passes over what stands there.

mod append;
mod mark;
mod read;

pub(super) use append::{append_lines, append_locked, commented_out};
pub(super) use mark::SETTLED;
pub(super) use read::{Reading, RulesReader, bad_line};

use std::collections::HashSet;

use super::report::Problem;

/// What reading and appending to the rules files brought up.
#[derive(Debug, Default)]
pub(super) struct RulesFindings {
    /// Bad lines, files that cannot be read or appended to.
    pub(super) problems: Vec<Problem>,
    /// What is said once.
    pub(super) events: Vec<Problem>,
    /// The commands that the rules name.
    pub(super) commands: HashSet<String>,
}
