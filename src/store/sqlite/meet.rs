//! The active rules of a subject, and what each is owed when it meets it.

use rusqlite::{Row, Transaction, params};

use super::super::ScanPolicy;
use super::odd_value;
use super::owed::Owed;
use super::record::Subject;
use super::rules::rule_of;
use crate::rules::Rule;

/// An active rule of the subject.
pub(super) struct ActiveRule {
    pub(super) id: i64,
    pub(super) rule: Rule,
    pub(super) met: bool,
    owed: Option<Owed>,
    pub(super) handed: i64,
}

pub(super) fn active_rules(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
) -> rusqlite::Result<Vec<ActiveRule>> {
    transaction
        .prepare_cached(
            "SELECT id, text, met, owed, handed FROM rule WHERE subject_id = ? AND state = 0
             ORDER BY place, id",
        )?
        .query_map([subject.id], |row| {
            Ok(ActiveRule {
                id: row.get(0)?,
                rule: rule_of(subject.name.level(), row.get_ref(1)?.as_str()?)?,
                met: row.get(2)?,
                owed: owed_at(row, 3)?,
                handed: row.get(4)?,
            })
        })?
        .collect()
}

/// What a rule is owed, in a column of its row; `None` where it is not decided.
pub(super) fn owed_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Owed>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| odd_value("owed", &text)))
        .transpose()
}

/// What the rule is owed of what was there; decided when it first meets its subject.
pub(super) fn meet(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    policy: &ScanPolicy,
) -> rusqlite::Result<Owed> {
    let decided = rule
        .owed
        .unwrap_or_else(|| Owed::decide(subject.known, policy));
    if !rule.met {
        transaction
            .prepare_cached("UPDATE rule SET met = 1, owed = ? WHERE id = ?")?
            .execute(params![decided.to_string(), rule.id])?;
    }
    Ok(decided)
}
