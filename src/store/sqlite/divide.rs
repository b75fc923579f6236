//! Putting the parts of a delivery in the place of the whole.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::{Division, PartId, PartState};
use super::outbox::items;
use super::{level_of, name_of};
use crate::action::Item;
use crate::clock::Nanos;

/// The items of a part, oldest first; `None` if it is gone.
pub(super) fn part_items(
    connection: &Connection,
    part: PartId,
) -> rusqlite::Result<Option<Vec<Item>>> {
    connection
        .prepare_cached(
            "SELECT s.level, s.name, p.delivery_id, p.first_item, p.last_item FROM part p
             JOIN lane l ON l.id = p.lane_id JOIN subject s ON s.id = l.subject_id WHERE p.id = ?",
        )?
        .query_row([part.0], |row| {
            let subject = name_of(level_of(row.get(0)?)?, row.get_ref(1)?.as_str()?)?;
            let (delivery, first, last) = (row.get(2)?, row.get(3)?, row.get(4)?);
            items(connection, &subject, delivery, first, last)
        })
        .optional()
}

/// Divides one delivery, if it is whole still, in the lane where its action was asked, and nobody but
/// `claimer` runs it. What was tried of the whole goes with it.
pub(super) fn divide(
    transaction: &Transaction<'_>,
    division: &Division,
    claimer: &str,
    at: Nanos,
) -> rusqlite::Result<()> {
    let Division {
        whole,
        lane,
        shares,
    } = division;
    if shares.is_empty() {
        let done = transaction
            .prepare_cached(
                "UPDATE part SET state = ?, settled_at = ?, attempts = attempts - (state = 1), claim = NULL,
                     error = NULL, unwanted = 1
                 WHERE id = ? AND lane_id = ? AND (state IN (0, 2) OR (state = 1 AND claim = ?))",
            )?
            .execute(params![PartState::Done as u8, at, whole.0, lane.0, claimer])?;
        if done > 0 {
            transaction
                .prepare_cached("DELETE FROM attempt WHERE part_id = ? AND outcome IS NULL")?
                .execute([whole.0])?;
        }
        return Ok(());
    }
    let found: Option<(i64, i64)> = transaction
        .prepare_cached(
            "DELETE FROM part WHERE id = ? AND lane_id = ?
             AND (state IN (0, 2) OR (state = 1 AND claim = ?)) RETURNING delivery_id, first_item",
        )?
        .query_row(params![whole.0, lane.0, claimer], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((delivery, first_item)) = found else {
        return Ok(());
    };
    for share in shares {
        transaction
            .prepare_cached(
                "INSERT OR IGNORE INTO lane (subject_id, action, recipient, asleep)
                 SELECT subject_id, action, ?, asleep FROM lane WHERE id = ?",
            )?
            .execute(params![share.recipient, lane.0])?;
        let offset = |place: usize| first_item + i64::try_from(place).unwrap_or(i64::MAX);
        transaction
            .prepare_cached(
                "INSERT INTO part (uid, delivery_id, lane_id, first_item, last_item, state, style, due_at)
                 SELECT lower(hex(randomblob(10))), ?, new.id, ?, ?, ?, ?, ? FROM lane whole
                 JOIN lane new ON new.subject_id = whole.subject_id AND new.action = whole.action
                 WHERE whole.id = ? AND new.recipient = ?",
            )?
            .execute(params![
                delivery,
                offset(share.items.start),
                offset(share.items.end) - 1,
                PartState::Owed as u8,
                share.style as u8,
                share.due_at,
                lane.0,
                share.recipient
            ])?;
    }
    Ok(())
}
