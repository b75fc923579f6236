//! The rules files and their lines, as the state remembers them.

use super::keys::RuleId;
use crate::clock::Nanos;
use crate::rules::Rule;

/// How a rules file was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Condition {
    /// It was read, and every line is good.
    Sound,
    /// It is not there.
    #[default]
    Missing,
    /// It has no rule.
    Empty,
    /// It has bad lines, or cannot be read.
    Bad,
}

/// What is remembered of a rules file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesFile {
    /// What it looked like when it was read; `None` when it must be read again.
    pub mark: Option<String>,
    /// How it was found.
    pub condition: Condition,
    /// The commands that its rules and their children name.
    pub commands: Vec<String>,
}

/// Whether a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleState {
    /// It stands in its file, or will.
    Active,
    /// It was taken out, and is as it was when it returns.
    Removed,
    /// It was edited, and another line has its memory.
    Replaced,
}

/// A line that stands, or once stood, in a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRule {
    /// Its key.
    pub id: RuleId,
    /// The line.
    pub rule: Rule,
    /// Whether it counts.
    pub state: RuleState,
    /// Its place in the file.
    pub place: i64,
    /// When larch added it; `None` for a person's line.
    pub added_at: Option<Nanos>,
    /// The subject that it was added for.
    pub parent: Option<String>,
    /// Whether it was appended to the file.
    pub written: bool,
}

/// What a poll found to have changed in one rules file.
#[derive(Clone, Debug, Default)]
pub struct RuleChanges {
    /// New lines, with their places.
    pub added: Vec<(Rule, i64)>,
    /// Lines that take over from an edited one.
    pub edited: Vec<(RuleId, Rule, i64)>,
    /// Lines that were removed and stand there again.
    pub returned: Vec<(RuleId, i64)>,
    /// Lines that stand there no more.
    pub removed: Vec<RuleId>,
    /// Lines that stand at another place.
    pub moved: Vec<(RuleId, i64)>,
}

impl RuleChanges {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.edited.is_empty()
            && self.returned.is_empty()
            && self.removed.is_empty()
            && self.moved.is_empty()
    }
}

/// A line to append, with where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingLine {
    /// Its key.
    pub id: RuleId,
    /// The line.
    pub text: String,
    /// The subject that it was added for.
    pub parent: String,
    /// When.
    pub added_at: Nanos,
}
