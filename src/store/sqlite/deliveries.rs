//! Making the deliveries that an action is owed.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::super::{PartState, Recorded, ScanPolicy};
use super::meet::ActiveRule;
use super::owed::Owed;
use super::record::Subject;
use crate::action;
use crate::clock::Nanos;
use crate::name::Name;

/// Whose deliveries are made.
pub(super) struct Lane<'a> {
    pub(super) subject: i64,
    pub(super) name: &'a Name,
    pub(super) action: &'a str,
    /// They are held until a person decides.
    pub(super) held: bool,
}

/// Makes the deliveries that are owed to the rule's action, and moves its position to the end.
pub(super) fn tell(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    owed: Owed,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let action = rule.rule.action.as_str();
    let told: Option<i64> = transaction
        .prepare_cached("SELECT told FROM position WHERE subject_id = ? AND action = ?")?
        .query_row(params![subject.id, action], |row| row.get(0))
        .optional()?;
    let mut recorded = Recorded::default();
    let from = match told {
        _ if policy.baseline => subject.last,
        Some(told) => match subject.let_in {
            // What was told up to here, and then what `first` says of what was let in.
            Some((before, until)) if told >= before => Owed {
                limit: policy.first,
                added: false,
            }
            .position(subject.name.level(), until)
            .max(told),
            _ => told,
        },
        None => {
            let from = owed.position(subject.name.level(), subject.there);
            if owed.added && !action::does_nothing(rule.rule.action.command()) {
                recorded.skipped = usize::try_from(from).unwrap_or(0);
            }
            from
        }
    };
    if from < subject.last {
        recorded.deliveries = make_deliveries(transaction, subject, action, from, policy, at)?;
    }
    if told != Some(subject.last) {
        transaction
            .prepare_cached(
                "INSERT INTO position (subject_id, action, told) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET told = excluded.told",
            )?
            .execute(params![subject.id, action, subject.last])?;
    }
    Ok(recorded)
}

fn make_deliveries(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    action: &str,
    from: i64,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<usize> {
    let items: Vec<(String, i64)> = transaction
        .prepare_cached(
            "SELECT part, detected_at FROM item WHERE subject_id = ? AND seq > ? ORDER BY seq",
        )?
        .query_map([subject.id, from], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let lane = Lane {
        subject: subject.id,
        name: subject.name,
        action,
        held: false,
    };
    insert_deliveries(transaction, &lane, &items, policy.max_items, at)
}

/// Makes the deliveries of `items`, in pieces. Returns their number.
pub(super) fn insert_deliveries(
    transaction: &Transaction<'_>,
    lane: &Lane<'_>,
    items: &[(String, Nanos)],
    max_items: usize,
    at: Nanos,
) -> rusqlite::Result<usize> {
    let prefix = lane.name.as_str().len() + "--".len();
    let costs = items
        .iter()
        .map(|(part, _)| action::cost(prefix + part.len()));
    let pieces = action::pieces(costs, max_items);
    for piece in &pieces {
        insert_delivery(transaction, lane, &items[piece.clone()], at)?;
    }
    Ok(pieces.len())
}

fn insert_delivery(
    transaction: &Transaction<'_>,
    lane: &Lane<'_>,
    items: &[(String, Nanos)],
    at: Nanos,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO delivery (uid, subject_id, action, created_at, items)
             VALUES (lower(hex(randomblob(10))), ?, ?, ?, ?)",
        )?
        .execute(params![lane.subject, lane.action, at, items.len()])?;
    let delivery = transaction.last_insert_rowid();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO delivery_item (delivery_id, ord, part, detected_at) VALUES (?, ?, ?, ?)",
    )?;
    for (place, (part, detected_at)) in items.iter().enumerate() {
        insert.execute(params![delivery, place, part, detected_at])?;
    }
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO lane (subject_id, action, recipient) VALUES (?, ?, '')",
        )?
        .execute(params![lane.subject, lane.action])?;
    transaction
        .prepare_cached(
            "INSERT INTO part (uid, delivery_id, lane_id, first_item, last_item, state, due_at)
             SELECT d.uid, d.id, l.id, 0, d.items - 1, ?, 0 FROM delivery d JOIN lane l
             ON l.subject_id = d.subject_id AND l.action = d.action AND l.recipient = ''
             WHERE d.id = ?",
        )?
        .execute(params![
            if lane.held {
                PartState::Held
            } else {
                PartState::Owed
            } as u8,
            delivery
        ])
        .map(drop)
}
