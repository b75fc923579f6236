//! Handing lines down to what is new in a subject.

use rusqlite::{Transaction, params};

use super::super::ScanPolicy;
use super::child_of;
use super::meet::ActiveRule;
use super::owed::Owed;
use super::record::Subject;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::rules::Rule;

/// Adds a line of the next level for each item that the rule did not hand down yet.
pub(super) fn hand_down(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    owed: Owed,
    policy: &ScanPolicy,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<usize> {
    if rule.rule.children.is_empty() || rule.handed == subject.last {
        return Ok(0);
    }
    let items: Vec<(i64, String)> = transaction
        .prepare_cached("SELECT seq, part FROM item WHERE subject_id = ? AND seq > ? ORDER BY seq")?
        .query_map([subject.id, rule.handed], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    // A rule that met its subject long ago and hands down only now was edited to do so.
    let there = if rule.met && rule.handed > 0 {
        rule.handed
    } else {
        subject.there
    };
    let mut lines = 0;
    for (seq, part) in items {
        let item = child_of(subject.name, &part)?;
        let Some(line) = rule.rule.child(&item) else {
            continue;
        };
        let inherited = match () {
            () if policy.baseline => Owed {
                limit: Limit::None,
                added: false,
            },
            () if subject
                .let_in
                .is_some_and(|(before, until)| seq > before && seq <= until) =>
            {
                Owed {
                    limit: policy.first,
                    added: false,
                }
            }
            () if seq <= there => owed,
            () => Owed::EVERYTHING,
        };
        lines += usize::from(insert_line(
            transaction,
            subject,
            &line,
            inherited,
            commented,
            at,
        )?);
    }
    transaction
        .prepare_cached("UPDATE rule SET handed = ? WHERE id = ?")?
        .execute([subject.last, rule.id])?;
    Ok(lines)
}

/// Adds a line, unless it ever stood in the file. Returns whether it is to be appended.
fn insert_line(
    transaction: &Transaction<'_>,
    parent: &Subject<'_>,
    line: &Rule,
    owed: Owed,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<bool> {
    let text = line.text();
    let active = !commented(&text);
    let child = super::rules::subject_id(transaction, &line.subject)?;
    let inserted = transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO rule
                 (level, text, subject_id, action, state, place, owed, added_at, parent, written)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            line.subject.level().number(),
            text,
            child,
            line.action.as_str(),
            u8::from(!active),
            // After every line of the file, in the order of discovery.
            i64::MAX,
            owed.to_string(),
            at,
            parent.name.as_str(),
            !active,
        ])?;
    if inserted == 0 || !active {
        return Ok(false);
    }
    transaction
        .prepare_cached("UPDATE subject SET watched = 1, look = NULL WHERE id = ?")?
        .execute([child])?;
    super::rules::wake_lanes(transaction, child, line.action.as_str())?;
    Ok(true)
}
