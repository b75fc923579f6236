//! Recording the listing of one subject: items, deliveries, lines to hand down.

use std::borrow::Cow;
use std::collections::HashSet;

use rusqlite::{Transaction, params};

use super::super::{Recorded, ScanPolicy, SubjectScan};
use super::scan::look_bytes;
use super::{child_of, deliveries, hand_down, meet};
use crate::clock::Nanos;
use crate::name::{Level, Name};

/// A subject while its listing is recorded.
pub(super) struct Subject<'a> {
    pub(super) id: i64,
    pub(super) name: &'a Name,
    /// The number of its newest item.
    pub(super) last: i64,
    /// What was there when a rule that meets the subject now met it: items up to this number.
    pub(super) there: i64,
    /// It was listed before.
    pub(super) known: bool,
    /// Items above the first number, up to the last one, are new because the settings let them in: they
    /// were there.
    pub(super) let_in: Option<(i64, i64)>,
}

impl<'a> Subject<'a> {
    /// A subject whose items are not kept one by one.
    pub(super) fn load(
        transaction: &Transaction<'_>,
        id: i64,
        name: &'a Name,
    ) -> rusqlite::Result<Self> {
        let known = transaction
            .prepare_cached("SELECT listed_at IS NOT NULL FROM subject WHERE id = ?")?
            .query_row([id], |row| row.get(0))?;
        Ok(Self {
            id,
            name,
            last: 0,
            there: 0,
            known,
            let_in: None,
        })
    }
}

pub(super) fn record_subject(
    transaction: &Transaction<'_>,
    scan: &SubjectScan,
    policy: &ScanPolicy,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let (before, known, let_in): (i64, bool, bool) = transaction
        .prepare_cached("SELECT last_seq, listed_at IS NOT NULL, let_in FROM subject WHERE id = ?")?
        .query_row([scan.id.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let (mut new, mut let_in_until) = (Cow::Borrowed(&scan.new), before);
    if known && let_in && !scan.let_in.is_empty() {
        // What was there comes before what is new.
        new.to_mut().sort_by_key(|part| !scan.let_in.contains(part));
        let_in_until += i64::try_from(scan.let_in.len()).unwrap_or(i64::MAX);
    }
    let last = insert_items(transaction, scan.id.0, before, &new, at)?;
    let there = if known && !policy.baseline {
        before
    } else {
        last
    };
    let subject = Subject {
        id: scan.id.0,
        name: &scan.name,
        last,
        there,
        known,
        let_in: (known && let_in).then_some((before, let_in_until)),
    };
    if scan.name.level() != Level::Version {
        record_children(transaction, &subject, &scan.new, scan.all.as_deref())?;
    }
    let mut recorded = Recorded {
        items: scan.new.len(),
        ..Recorded::default()
    };
    let rules = meet::active_rules(transaction, &subject)?;
    let mut told = HashSet::new();
    for rule in &rules {
        let owed = meet::meet(transaction, &subject, rule, policy)?;
        if told.insert(rule.rule.action.as_str()) {
            recorded += deliveries::tell(transaction, &subject, rule, owed, policy, at)?;
        }
        recorded.lines +=
            hand_down::hand_down(transaction, &subject, rule, owed, policy, commented, at)?;
    }
    transaction
        .prepare_cached(
            "UPDATE subject SET last_seq = ?, listed_at = iif(?, listed_at, ?), look = ?, let_in = 0,
             gone = 0, error = NULL, error_at = NULL WHERE id = ?",
        )?
        .execute(params![
            last,
            scan.since,
            at,
            scan.look.as_ref().map(look_bytes),
            subject.id
        ])?;
    Ok(recorded)
}

fn insert_items(
    transaction: &Transaction<'_>,
    subject: i64,
    before: i64,
    new: &[String],
    at: Nanos,
) -> rusqlite::Result<i64> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO item (subject_id, seq, part, detected_at) VALUES (?, ?, ?, ?)",
    )?;
    let mut last = before;
    for part in new {
        last += 1;
        insert.execute(params![subject, last, part, at])?;
    }
    Ok(last)
}

/// Items above the revision are subjects themselves: the new ones become known, those that the
/// listing holds no more are gone, and those that returned wake with the memory they had.
fn record_children(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    new: &[String],
    all: Option<&[String]>,
) -> rusqlite::Result<()> {
    let Some(level) = subject.name.level().child() else {
        return Ok(());
    };
    for part in new {
        let child = child_of(subject.name, part)?;
        transaction
            .prepare_cached(
                "INSERT INTO subject (archive_id, level, name, parent_id)
                 SELECT archive_id, ?, ?, id FROM subject WHERE id = ?
                 ON CONFLICT (level, name) DO UPDATE SET parent_id = excluded.parent_id",
            )?
            .execute(params![level.number(), child.as_str(), subject.id])?;
    }
    let Some(all) = all else { return Ok(()) };
    let listed: HashSet<&str> = all.iter().map(String::as_str).collect();
    let children: Vec<(i64, String, bool)> = transaction
        .prepare_cached("SELECT id, name, gone FROM subject WHERE parent_id = ?")?
        .query_map([subject.id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (id, text, gone) in children {
        let child = super::name_of(level, &text)?;
        let there = listed.contains(child.part());
        if there == gone {
            transaction
                .prepare_cached("UPDATE subject SET gone = ?, look = NULL WHERE id = ?")?
                .execute(params![!there, id])?;
        }
    }
    Ok(())
}
