//! Ending attempts and claims.

use rusqlite::{Connection, Transaction, params};

use super::super::{LeftOver, PartId, PartState, Settled};
use crate::clock::Nanos;

pub(super) fn settle(transaction: &Transaction<'_>, settled: &Settled) -> rusqlite::Result<()> {
    let Settled {
        part,
        attempt,
        settlement,
    } = settled;
    let success = settlement.state == PartState::Done;
    let ended = transaction
        .prepare_cached(
            "UPDATE attempt SET ended_at = ?, outcome = ?, success = ?, output = ?, said = ?
             WHERE id = ? AND outcome IS NULL",
        )?
        .execute(params![
            settlement.at,
            settlement.outcome,
            success,
            settlement.output.cast_signed(),
            settlement.said,
            attempt.0
        ])?;
    if ended == 0 {
        // Somebody took us for dead and ended the attempt; the part is theirs now.
        return Ok(());
    }
    transaction
        .prepare_cached(
            "UPDATE part SET state = ?, due_at = ?, claim = NULL, leader = NULL, settled_at = ?, error = ?
             WHERE id = ?",
        )?
        .execute(params![
            settlement.state as u8,
            settlement.due_at,
            (!settlement.state.is_open()).then_some(settlement.at),
            (!success).then_some(&settlement.outcome),
            part.0
        ])
        .map(drop)
}

/// What the dead claimer tried; what was to be told together is one attempt.
pub(super) fn left_overs(connection: &Connection, dead: &str) -> rusqlite::Result<Vec<LeftOver>> {
    connection
        .prepare_cached(
            "SELECT id, uid FROM part WHERE claim = ? AND state = 1 AND state < 4 AND leader IS NULL",
        )?
        .query_map([dead], |row| {
            Ok(LeftOver {
                part: PartId(row.get(0)?),
                uid: row.get(1)?,
            })
        })?
        .collect()
}

pub(super) fn release(
    transaction: &Transaction<'_>,
    part: PartId,
    outcome: &str,
    at: Nanos,
) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE attempt SET ended_at = ?, outcome = ?, success = 0 WHERE outcome IS NULL
         AND part_id IN (SELECT id FROM part WHERE id = ?3 OR leader = ?3)",
        params![at, outcome, part.0],
    )?;
    transaction
        .execute(
            "UPDATE part SET claim = NULL, leader = NULL, state = iif(error IS NULL, 0, 2)
             WHERE (id = ?1 OR leader = ?1) AND state = 1",
            [part.0],
        )
        .map(drop)
}
