//! The lines of the rules files, as they stand and as they are remembered.

use std::collections::{HashMap, HashSet};

use super::{Operator, Result};
use crate::name::Level;
use crate::notify::reconcile::reconcile;
use crate::rules::{self, Parsed, Rule};
use crate::store::{RuleId, RuleState, StoredRule};

/// A line that stands in a rules file, or once did.
#[derive(Clone, Debug)]
pub struct Line {
    /// The line.
    pub rule: Rule,
    /// How it is.
    pub state: LineState,
    /// The number of the line in the file, from 1, if it stands there now.
    pub number: Option<usize>,
    /// What is remembered of it; `None` when no poll has read it.
    pub stored: Option<StoredRule>,
}

/// How a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// It stands in the file, and counts.
    Active,
    /// It counts, and is still to be appended to the file.
    Pending,
    /// It stands in the file, and the next poll reads it.
    Unread,
    /// It was taken out of the file, and the next poll finds that out.
    TakenOut,
    /// It was taken out of the file.
    Removed,
    /// It was edited, and another line has its memory.
    Replaced,
}

impl LineState {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Pending => "pending",
            Self::Unread => "unread",
            Self::TakenOut => "taken-out",
            Self::Removed => "removed",
            Self::Replaced => "replaced",
        }
    }

    /// Whether the line counts as a rule now.
    pub fn counts(self) -> bool {
        matches!(self, Self::Active | Self::Pending | Self::TakenOut)
    }
}

impl Operator {
    /// All lines of the file of `level`: those that stand in it in its order, then the others.
    pub fn lines(&self, level: Level) -> Result<Vec<Line>> {
        let parsed = self.parsed(level);
        let numbers: HashMap<&Rule, usize> = parsed
            .rules
            .iter()
            .map(|found| (&found.rule, found.line))
            .collect();
        let stored = self.store.rules(level)?;
        let remembered: HashSet<Rule> = stored.iter().map(|stored| stored.rule.clone()).collect();
        let mut lines: Vec<Line> = stored
            .into_iter()
            .map(|stored| {
                let number = numbers.get(&stored.rule).copied();
                Line {
                    rule: stored.rule.clone(),
                    state: state(&stored, number),
                    number,
                    stored: Some(stored),
                }
            })
            .collect();
        let unread = parsed
            .rules
            .iter()
            .filter(|found| !remembered.contains(&found.rule));
        lines.extend(unread.map(|found| Line {
            rule: found.rule.clone(),
            state: LineState::Unread,
            number: Some(found.line),
            stored: None,
        }));
        lines.sort_by_key(|line| line.number.unwrap_or(usize::MAX));
        Ok(lines)
    }

    /// The lines that larch added to the file of `level`, and that are neither in it, nor commented
    /// out in it, nor edited.
    pub(super) fn lost_lines(&self, level: Level, stored: &[StoredRule]) -> Vec<RuleId> {
        let added = |stored: &&StoredRule| stored.added_at.is_some();
        if !stored.iter().any(|stored| added(&stored)) {
            return Vec::new();
        }
        let parsed = self.parsed(level);
        let present: Vec<(Rule, i64)> = parsed
            .rules
            .into_iter()
            .map(|found| (found.rule, 0))
            .collect();
        let commented: HashSet<String> = parsed.commented.iter().map(Rule::text).collect();
        // What no poll has missed yet is lost as well.
        let unseen: HashSet<RuleId> = reconcile(stored, &present, &commented, true)
            .lost
            .into_iter()
            .collect();
        let there: HashSet<String> = present.iter().map(|(rule, _)| rule.text()).collect();
        stored
            .iter()
            .filter(added)
            .filter(|stored| {
                let text = stored.rule.text();
                let was_missed = stored.state == RuleState::Removed
                    && !there.contains(&text)
                    && !commented.contains(&text);
                was_missed || unseen.contains(&stored.id)
            })
            .map(|stored| stored.id)
            .collect()
    }

    /// The rules file of `level` as it is now; an empty one where it cannot be read, which `larch
    /// check` and the poll report.
    pub(super) fn parsed(&self, level: Level) -> Parsed {
        let path = self.dir.rules(level);
        std::fs::read(&path).map_or_else(
            |_| Parsed::default(),
            |bytes| rules::parse(level, &path, &bytes),
        )
    }
}

fn state(stored: &StoredRule, number: Option<usize>) -> LineState {
    match (stored.state, number) {
        (RuleState::Active, Some(_)) => LineState::Active,
        (RuleState::Active, None) if stored.written => LineState::TakenOut,
        (RuleState::Active, None) => LineState::Pending,
        (RuleState::Removed | RuleState::Replaced, Some(_)) => LineState::Unread,
        (RuleState::Removed, None) => LineState::Removed,
        (RuleState::Replaced, None) => LineState::Replaced,
    }
}
