//! Claiming a part, and what is told together with it.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::super::{AttemptId, Bid, Claim, Claimed, LaneId, PartId, Tried};
use super::outbox::{action_of, items, style_at};
use super::{level_of, name_of};
use crate::action::{Gathered, Item, Style};
use crate::clock::Nanos;
use crate::name::Name;
use crate::rules::ActionName;

/// The most items that are told together.
const MOST_ITEMS: usize = 10_000;

pub(super) fn claim(
    transaction: &Transaction<'_>,
    bid: &Bid,
    claimer: &str,
    jobs: usize,
    at: Nanos,
) -> rusqlite::Result<Claim> {
    let running: usize = transaction
        .prepare_cached(
            "SELECT count(*) FROM part WHERE state = 1 AND state < 4 AND leader IS NULL",
        )?
        .query_row([], |row| row.get(0))?;
    if running >= jobs {
        return Ok(Claim::Full);
    }
    let claimant = Claimant {
        transaction,
        claimer,
        leader: bid.part,
        is_ordered: bid.is_ordered,
        at,
    };
    let Some(first) = claimant.take(bid.part, None)? else {
        return Ok(Claim::Taken);
    };
    let mut ours = Claimed {
        own: first.tried,
        number: first.number,
        lane: first.lane,
        subject: first.subject,
        action: first.action,
        recipient: first.recipient,
        style: first.style,
        items: first.items,
        gathered: Vec::new(),
        others: Vec::new(),
    };
    let mut count = ours.items.len();
    for part in &bid.with {
        if count >= MOST_ITEMS {
            break;
        }
        let Some(other) = claimant.take(*part, Some(&ours.own.uid))? else {
            continue;
        };
        count += other.items.len();
        ours.gathered.push(Gathered {
            delivery_id: other.tried.uid.clone(),
            subject: other.subject,
            action: other.action,
            items: other.items,
        });
        ours.others.push(other.tried);
    }
    Ok(Claim::Ours(Box::new(ours)))
}

/// Who claims, and for which message.
struct Claimant<'a> {
    transaction: &'a Transaction<'a>,
    claimer: &'a str,
    leader: PartId,
    is_ordered: bool,
    at: Nanos,
}

/// A part that was taken.
struct Taken {
    tried: Tried,
    number: u32,
    lane: LaneId,
    subject: Name,
    action: ActionName,
    recipient: String,
    style: Style,
    items: Vec<Item>,
}

impl Claimant<'_> {
    /// Takes one part and begins its attempt: if it is nobody's yet, nothing of its lane is before it
    /// but what is told together with it, and its rule is still there. Digests and summaries have an
    /// order of their own.
    fn take(&self, part: PartId, led_by: Option<&str>) -> rusqlite::Result<Option<Taken>> {
        let taken = self
            .transaction
            .prepare_cached(
                "UPDATE part SET state = 1, claim = ?1, attempts = attempts + 1, leader = iif(id = ?4, NULL, ?4),
                     first_attempt_at = coalesce(first_attempt_at, ?2)
                 WHERE id = ?3 AND state IN (0, 2) AND due_at <= ?2
                 AND NOT (?5 AND EXISTS (
                     SELECT 1 FROM part earlier WHERE earlier.lane_id = part.lane_id
                     AND earlier.id < part.id AND earlier.state < 4 AND earlier.state <> 3
                     AND max(earlier.style, 1) = max(part.style, 1)
                     AND NOT (earlier.state = 1 AND coalesce(earlier.leader, earlier.id) = ?4)))
                 AND NOT (SELECT asleep FROM lane WHERE id = lane_id)
                 RETURNING uid, attempts, first_attempt_at, delivery_id, first_item, last_item, lane_id,
                     style, error IS NOT NULL OR attempts > 1 AND first_attempt_at = ?2",
            )?
            .query_row(
                params![self.claimer, self.at, part.0, self.leader.0, self.is_ordered],
                |row| {
                    let range = (row.get(3)?, row.get(4)?, row.get(5)?);
                    let lane: i64 = row.get(6)?;
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, range, lane, style_at(row, 7)?, row.get(8)?))
                },
            )
            .optional()?;
        let Some((uid, number, first_attempt_at, (delivery, first, last), lane, style, has_failed)) =
            taken
        else {
            return Ok(None);
        };
        let (subject, action, recipient) = self
            .transaction
            .prepare_cached(
                "SELECT s.level, s.name, l.action, l.recipient FROM lane l
                 JOIN subject s ON s.id = l.subject_id WHERE l.id = ?",
            )?
            .query_row([lane], |row| {
                let subject = name_of(level_of(row.get(0)?)?, row.get_ref(1)?.as_str()?)?;
                Ok((subject, action_of(row.get_ref(2)?.as_str()?)?, row.get(3)?))
            })?;
        self.transaction
            .prepare_cached(
                "INSERT INTO attempt (part_id, number, started_at, led_by) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![part.0, number, self.at, led_by])?;
        let attempt = AttemptId(self.transaction.last_insert_rowid());
        Ok(Some(Taken {
            items: items(self.transaction, &subject, delivery, first, last)?,
            tried: Tried {
                part,
                uid,
                attempt,
                first_attempt_at,
                has_failed,
            },
            number,
            lane: LaneId(lane),
            subject,
            action,
            recipient,
            style,
        }))
    }
}
