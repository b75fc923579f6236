//! [`Rule`]: one line of a rules file, and its text, which is its identity.

use std::fmt;

use super::ActionName;
use super::line;
use super::lines::Fault;
use crate::name::{Level, Name};

/// One line of a rules file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rule {
    /// What the rule watches.
    pub subject: Name,
    /// What runs for new items of the subject.
    pub action: ActionName,
    /// What is handed down: for each new item a rule of the next level with these actions.
    pub children: Vec<ActionName>,
}

/// Why a text is no rule of its level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no rule for {}: {problem}", level.plural())]
pub struct RuleError {
    /// The text.
    pub text: String,
    /// The level at which it was read.
    pub level: Level,
    /// What is wrong with it.
    pub problem: String,
}

impl Rule {
    /// Reads a rule back from its [`Rule::text`]; spacing and a comment at the end do no harm.
    pub fn parse_text(level: Level, text: &str) -> Result<Self, RuleError> {
        let error = |problem: String| RuleError {
            text: text.to_owned(),
            level,
            problem,
        };
        match line::parse(level, text) {
            Ok(Some(rule)) => Ok(rule),
            Ok(None) => Err(error(
                "there is nothing but white space and comment".to_owned(),
            )),
            Err(problems) => Err(error(
                problems
                    .into_iter()
                    .next()
                    .map(|Fault { message, .. }| message)
                    .unwrap_or_default(),
            )),
        }
    }

    /// The level of the rule's subject, which says the file that the rule stands in.
    pub fn level(&self) -> Level {
        self.subject.level()
    }

    /// The fields, joined by single blanks: the identity of a line for ever, whatever its spacing.
    pub fn text(&self) -> String {
        self.to_string()
    }

    /// The line that this rule hands down for an item of its subject; none where nothing is handed
    /// down.
    pub fn child(&self, item: &Name) -> Option<Self> {
        let (action, children) = self.children.split_first()?;
        Some(Self {
            subject: item.clone(),
            action: action.clone(),
            children: children.to_vec(),
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.subject, self.action)?;
        self.children
            .iter()
            .try_for_each(|action| write!(f, " {action}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_handed_down_one_by_one() {
        let mut rule = Rule::parse_text(Level::Archive, "a@b\t c:1 b:2  v:3 r:4 # new").unwrap();
        assert_eq!(rule.text(), "a@b c:1 b:2 v:3 r:4");
        for (part, text) in [
            ("cat", "a@b/cat b:2 v:3 r:4"),
            ("", "a@b/cat v:3 r:4"),
            ("1.0", "a@b/cat--1.0 r:4"),
        ] {
            let item = rule.subject.child(part).unwrap();
            rule = rule.child(&item).unwrap();
            assert_eq!(rule.text(), text);
            assert_eq!(Rule::parse_text(rule.level(), text).as_ref(), Ok(&rule));
        }
        let revision = rule.subject.child("base-0").unwrap();
        assert_eq!(rule.child(&revision), None);
    }

    #[test]
    fn a_text_that_is_no_rule_is_an_error() {
        for (level, text) in [
            (Level::Archive, ""),
            (Level::Archive, "# a@b noop:"),
            (Level::Archive, "a@b"),
            (Level::Version, "a@b/c--1 noop: noop:"),
            (Level::Revision, "a@b/c--1--base-0 noop:"),
        ] {
            assert!(Rule::parse_text(level, text).is_err(), "{text}");
        }
    }
}
