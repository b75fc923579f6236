//! What is owed, and who runs it.
//!
//! Open parts are few, and settled ones stay for months: every search for a state says `state < 4`
//! too, word for word the condition of the indices that hold the open parts alone.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::super::{
    AttemptId, Claim, Claimed, LaneId, LeftOver, OpenPart, Outbox, PartId, PartState, Result,
    Settled, Urgency,
};
use super::{SqliteStore, child_of, level_of, name_of, odd_value};
use crate::action::Item;
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;

impl Outbox for SqliteStore {
    fn urgency(&self, at: Nanos) -> Result<Urgency> {
        let urgency = || {
            self.connection
                .prepare_cached(
                    // The first condition is the index's own, which makes it usable.
                    "SELECT coalesce(max(state <> 3 AND (due_at <= ? OR state = 1)), 0),
                            coalesce(max(state = 2), 0), coalesce(max(state = 3), 0),
                            coalesce(max(iif(state = 3, 0, due_at)), 0)
                     FROM part JOIN lane ON lane.id = lane_id WHERE state < 4 AND NOT asleep",
                )?
                .query_row([at], |row| {
                    Ok(Urgency {
                        due: row.get(0)?,
                        waiting: row.get(1)?,
                        held: row.get(2)?,
                        last_due: row.get(3)?,
                    })
                })
        };
        self.wrap(urgency())
    }

    fn hasten(&mut self, latest: Nanos) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "UPDATE part SET due_at = 0 WHERE state < 3 AND due_at > ?",
                    [latest],
                )
                .map(drop)
        })
    }

    fn open_parts(&self) -> Result<Vec<OpenPart>> {
        self.wrap(open_parts(&self.connection))
    }

    fn claims(&self) -> Result<Vec<String>> {
        let claims = || {
            self.connection
                .prepare_cached("SELECT DISTINCT claim FROM part WHERE state < 4 AND state = 1")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        self.wrap(claims())
    }

    fn claim(&mut self, part: PartId, claimer: &str, jobs: usize, at: Nanos) -> Result<Claim> {
        self.write(|transaction| claim(transaction, part, claimer, jobs, at))
    }

    fn settle(&mut self, settled: &Settled) -> Result<()> {
        self.write(|transaction| settle(transaction, settled))
    }

    fn settle_and_claim(
        &mut self,
        settled: &Settled,
        next: PartId,
        claimer: &str,
        jobs: usize,
        at: Nanos,
    ) -> Result<Claim> {
        self.write(|transaction| {
            settle(transaction, settled)?;
            claim(transaction, next, claimer, jobs, at)
        })
    }

    fn take_over(&mut self, dead: &str, claimer: &str) -> Result<Vec<LeftOver>> {
        self.write(|transaction| {
            let left = left_overs(transaction, dead)?;
            transaction.execute(
                "UPDATE part SET claim = ? WHERE claim = ? AND state = 1 AND state < 4",
                params![claimer, dead],
            )?;
            Ok(left)
        })
    }

    fn release(&mut self, part: PartId, outcome: &str, at: Nanos) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE attempt SET ended_at = ?, outcome = ?, success = 0
                 WHERE part_id = ? AND outcome IS NULL",
                params![at, outcome, part.0],
            )?;
            transaction
                .execute(
                    "UPDATE part SET claim = NULL, state = iif(error IS NULL, 0, 2)
                     WHERE id = ? AND state = 1",
                    [part.0],
                )
                .map(drop)
        })
    }
}

fn state_of(number: usize) -> rusqlite::Result<PartState> {
    PartState::ALL
        .get(number)
        .copied()
        .ok_or_else(|| odd_value("state", &number))
}

pub(super) fn state_at(row: &Row<'_>, column: usize) -> rusqlite::Result<PartState> {
    state_of(row.get(column)?)
}

pub(super) fn action_of(text: &str) -> rusqlite::Result<ActionName> {
    ActionName::parse(text).map_err(|_| odd_value("action", &text))
}

fn open_parts(connection: &Connection) -> rusqlite::Result<Vec<OpenPart>> {
    let mut select = connection.prepare_cached(
        "SELECT p.id, p.lane_id, s.level, s.name, l.action, p.state, p.due_at, p.claim, p.delivery_id,
                p.first_item, p.last_item
         FROM part p INDEXED BY part_open JOIN lane l ON l.id = p.lane_id JOIN subject s ON s.id = l.subject_id
         WHERE p.state < 4 AND NOT l.asleep ORDER BY p.id",
    )?;
    let mut items = connection.prepare_cached(
        "SELECT part FROM delivery_item WHERE delivery_id = ? AND ord BETWEEN ? AND ?",
    )?;
    let mut rows = select.query([])?;
    let mut parts = Vec::new();
    while let Some(row) = rows.next()? {
        let subject = name_of(level_of(row.get(2)?)?, row.get_ref(3)?.as_str()?)?;
        let announces = if subject.level() == Level::Version {
            Vec::new()
        } else {
            let (delivery, first, last): (i64, i64, i64) = (row.get(8)?, row.get(9)?, row.get(10)?);
            items
                .query_map([delivery, first, last], |item| {
                    child_of(&subject, item.get_ref(0)?.as_str()?)
                })?
                .collect::<rusqlite::Result<_>>()?
        };
        parts.push(OpenPart {
            id: PartId(row.get(0)?),
            lane: LaneId(row.get(1)?),
            subject,
            action: action_of(row.get_ref(4)?.as_str()?)?,
            state: state_at(row, 5)?,
            due_at: row.get(6)?,
            claim: row.get(7)?,
            announces,
        });
    }
    Ok(parts)
}

fn claim(
    transaction: &Transaction<'_>,
    part: PartId,
    claimer: &str,
    jobs: usize,
    at: Nanos,
) -> rusqlite::Result<Claim> {
    let running: usize = transaction
        .prepare_cached("SELECT count(*) FROM part WHERE state = 1 AND state < 4")?
        .query_row([], |row| row.get(0))?;
    if running >= jobs {
        return Ok(Claim::Full);
    }
    // Nobody's yet, nothing of its lane before it, its rule still there.
    let won = transaction
        .prepare_cached(
            "UPDATE part SET state = 1, claim = ?1, attempts = attempts + 1,
                 first_attempt_at = coalesce(first_attempt_at, ?2)
             WHERE id = ?3 AND state IN (0, 2) AND due_at <= ?2
             AND NOT EXISTS (SELECT 1 FROM part earlier WHERE earlier.lane_id = part.lane_id
                             AND earlier.id < part.id AND earlier.state < 4
                             AND earlier.state <> 3)
             AND NOT (SELECT asleep FROM lane WHERE id = lane_id)
             RETURNING uid, attempts, first_attempt_at, delivery_id, first_item, last_item, lane_id",
        )?
        .query_row(params![claimer, at, part.0], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, u32>(1)?,
                row.get::<_, Nanos>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, i64>(4)?,
                row.get::<_, i64>(5)?,
                row.get::<_, i64>(6)?,
            ))
        })
        .optional()?;
    let Some((uid, number, first_attempt_at, delivery, first, last, lane)) = won else {
        return Ok(Claim::Taken);
    };
    let (subject, action) = transaction
        .prepare_cached(
            "SELECT s.level, s.name, l.action FROM lane l JOIN subject s ON s.id = l.subject_id
             WHERE l.id = ?",
        )?
        .query_row([lane], |row| {
            let subject = name_of(level_of(row.get(0)?)?, row.get_ref(1)?.as_str()?)?;
            Ok((subject, action_of(row.get_ref(2)?.as_str()?)?))
        })?;
    let items = items(transaction, &subject, delivery, first, last)?;
    transaction
        .prepare_cached("INSERT INTO attempt (part_id, number, started_at) VALUES (?, ?, ?)")?
        .execute(params![part.0, number, at])?;
    let attempt = AttemptId(transaction.last_insert_rowid());
    Ok(Claim::Ours(Box::new(Claimed {
        id: part,
        uid,
        attempt,
        number,
        subject,
        action,
        items,
        first_attempt_at,
    })))
}

/// The items of a delivery from its `first` to its `last`, oldest first.
pub(super) fn items(
    connection: &Connection,
    subject: &Name,
    delivery: i64,
    first: i64,
    last: i64,
) -> rusqlite::Result<Vec<Item>> {
    connection
        .prepare_cached(
            "SELECT part, detected_at FROM delivery_item WHERE delivery_id = ?
             AND ord BETWEEN ? AND ? ORDER BY ord",
        )?
        .query_map([delivery, first, last], |row| {
            Ok(Item {
                name: child_of(subject, row.get_ref(0)?.as_str()?)?,
                detected_at: row.get(1)?,
            })
        })?
        .collect()
}

fn settle(transaction: &Transaction<'_>, settled: &Settled) -> rusqlite::Result<()> {
    let Settled {
        part,
        attempt,
        settlement,
    } = settled;
    let success = settlement.state == PartState::Done;
    let ended = transaction
        .prepare_cached(
            "UPDATE attempt SET ended_at = ?, outcome = ?, success = ?, output = ?
             WHERE id = ? AND outcome IS NULL",
        )?
        .execute(params![
            settlement.at,
            settlement.outcome,
            success,
            settlement.output.cast_signed(),
            attempt.0
        ])?;
    if ended == 0 {
        // Somebody took us for dead and ended the attempt; the part is theirs now.
        return Ok(());
    }
    let open = matches!(
        settlement.state,
        PartState::Owed | PartState::Waiting | PartState::Held
    );
    transaction
        .prepare_cached(
            "UPDATE part SET state = ?, due_at = ?, claim = NULL, settled_at = ?, error = ?
             WHERE id = ?",
        )?
        .execute(params![
            settlement.state as u8,
            settlement.due_at,
            (!open).then_some(settlement.at),
            (!success).then_some(&settlement.outcome),
            part.0
        ])
        .map(drop)
}

fn left_overs(connection: &Connection, dead: &str) -> rusqlite::Result<Vec<LeftOver>> {
    connection
        .prepare_cached("SELECT id, uid FROM part WHERE claim = ? AND state = 1 AND state < 4")?
        .query_map([dead], |row| {
            Ok(LeftOver {
                part: PartId(row.get(0)?),
                uid: row.get(1)?,
            })
        })?
        .collect()
}
