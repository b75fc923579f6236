//! What changed in a rules file, line by line, since it was read last.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::name::Name;
use crate::rules::Rule;
use crate::store::{RuleChanges, RuleId, RuleState, StoredRule};

/// The changes, and the lines that larch added and that disappeared.
#[derive(Debug, Default)]
pub(super) struct Reconciled {
    pub(super) changes: RuleChanges,
    pub(super) lost: Vec<RuleId>,
}

/// Compares what is remembered of a file with the rules that stand in it now, at their places.
///
/// A line that vanished and one that appeared, of the same subject, are one edited line; they are
/// paired in file order. Without `may_remove` no line counts as removed: the file is not to be
/// trusted so far.
pub(super) fn reconcile(
    stored: &[StoredRule],
    present: &[(Rule, i64)],
    commented: &HashSet<String>,
    may_remove: bool,
) -> Reconciled {
    let by_text: HashMap<String, &StoredRule> = stored
        .iter()
        .map(|stored| (stored.rule.text(), stored))
        .collect();
    let texts: HashSet<String> = present.iter().map(|(rule, _)| rule.text()).collect();
    let mut vanished: HashMap<&Name, VecDeque<&StoredRule>> = HashMap::new();
    for stored in stored {
        let stood_there = stored.state == RuleState::Active && stored.written;
        if stood_there && !texts.contains(&stored.rule.text()) {
            vanished
                .entry(&stored.rule.subject)
                .or_default()
                .push_back(stored);
        }
    }
    let mut reconciled = Reconciled::default();
    let changes = &mut reconciled.changes;
    for (rule, place) in present {
        let known = by_text.get(&rule.text());
        if let Some(known) = known.filter(|known| known.state == RuleState::Active) {
            if known.place != *place {
                changes.moved.push((known.id, *place));
            }
        } else if let Some(old) = vanished
            .get_mut(&rule.subject)
            .and_then(VecDeque::pop_front)
        {
            changes.edited.push((old.id, rule.clone(), *place));
        } else if let Some(known) = known.filter(|known| known.state == RuleState::Removed) {
            changes.returned.push((known.id, *place));
        } else {
            changes.added.push((rule.clone(), *place));
        }
    }
    if may_remove {
        let mut removed: Vec<&StoredRule> = vanished.into_values().flatten().collect();
        removed.sort_by_key(|stored| stored.place);
        for stored in removed {
            changes.removed.push(stored.id);
            if stored.added_at.is_some() && !commented.contains(&stored.rule.text()) {
                reconciled.lost.push(stored.id);
            }
        }
    }
    reconciled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Level;

    fn rule(text: &str) -> Rule {
        Rule::parse_text(Level::Archive, text).unwrap()
    }

    fn stored(id: i64, text: &str, state: RuleState) -> StoredRule {
        StoredRule {
            id: RuleId(id),
            rule: rule(text),
            state,
            place: id,
            added_at: None,
            parent: None,
            written: true,
        }
    }

    fn present(texts: &[&str]) -> Vec<(Rule, i64)> {
        (1..)
            .zip(texts)
            .map(|(place, text)| (rule(text), place))
            .collect()
    }

    #[test]
    fn an_edited_line_is_paired_with_what_it_was() {
        let stored = [
            stored(1, "a@x mail:one", RuleState::Active),
            stored(2, "a@x mail:two", RuleState::Active),
        ];
        let found = reconcile(
            &stored,
            &present(&["a@x mail:one", "a@x mail:three"]),
            &HashSet::new(),
            true,
        );
        assert_eq!(
            found.changes.edited,
            [(RuleId(2), rule("a@x mail:three"), 2)]
        );
        assert!(found.changes.removed.is_empty() && found.changes.added.is_empty());
    }

    #[test]
    fn lines_of_different_subjects_are_never_paired() {
        let stored = [stored(1, "a@x mail:one", RuleState::Active)];
        let found = reconcile(&stored, &present(&["b@x mail:one"]), &HashSet::new(), true);
        assert_eq!(found.changes.removed, [RuleId(1)]);
        assert_eq!(found.changes.added, [(rule("b@x mail:one"), 1)]);
    }

    #[test]
    fn nothing_is_removed_from_a_file_that_is_not_to_be_trusted() {
        let stored = [stored(1, "a@x mail:one", RuleState::Active)];
        assert!(
            reconcile(&stored, &[], &HashSet::new(), false)
                .changes
                .is_empty()
        );
    }

    #[test]
    fn a_removed_line_returns_and_a_replaced_one_begins_anew() {
        let stored = [
            stored(1, "a@x mail:one", RuleState::Removed),
            stored(2, "a@x mail:two", RuleState::Replaced),
        ];
        let found = reconcile(
            &stored,
            &present(&["a@x mail:one", "a@x mail:two"]),
            &HashSet::new(),
            true,
        );
        assert_eq!(found.changes.returned, [(RuleId(1), 1)]);
        assert_eq!(found.changes.added, [(rule("a@x mail:two"), 2)]);
    }

    #[test]
    fn an_added_line_that_is_commented_out_is_not_lost() {
        let mut added = stored(1, "a@x mail:one", RuleState::Active);
        added.added_at = Some(1);
        let commented = HashSet::from([added.rule.text()]);
        let stored = [added];
        assert!(reconcile(&stored, &[], &commented, true).lost.is_empty());
        assert_eq!(
            reconcile(&stored, &[], &HashSet::new(), true).lost,
            [RuleId(1)]
        );
    }
}
