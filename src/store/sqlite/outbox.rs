//! What is owed, and who runs it.
//!
//! Open parts are few, and settled ones stay for months: every search for a state says `state < 4`
//! too, word for word the condition of the indices that hold the open parts alone.

use rusqlite::{Connection, Row, params};

use super::super::{
    Bid, Claim, Division, LaneId, LeftOver, OpenPart, Outbox, PartId, PartState, Result, Settled,
    Urgency,
};
use super::{SqliteStore, child_of, claim, divide, level_of, name_of, odd_value, settle};
use crate::action::{Item, Style};
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::rules::ActionName;

impl Outbox for SqliteStore {
    fn urgency(&self, at: Nanos) -> Result<Urgency> {
        let urgency = || {
            self.connection
                .prepare_cached(
                    // The first condition is the index's own, which makes it usable.
                    "SELECT coalesce(max(state <> 3 AND (due_at <= ?1 OR state = 1)), 0),
                            coalesce(max(state = 2), 0), coalesce(max(state = 3), 0),
                            coalesce(max(iif(state = 2, due_at, 0)), 0),
                            coalesce(max(state = 0 AND due_at > ?1 AND ?1 <
                                (SELECT created_at FROM delivery WHERE id = delivery_id)), 0)
                     FROM part JOIN lane ON lane.id = lane_id WHERE state < 4 AND NOT asleep",
                )?
                .query_row([at], |row| {
                    Ok(Urgency {
                        due: row.get(0)?,
                        waiting: row.get(1)?,
                        held: row.get(2)?,
                        last_due: row.get(3)?,
                        is_of_the_future: row.get(4)?,
                    })
                })
        };
        self.wrap(urgency())
    }

    fn hasten(&mut self, latest: Nanos, at: Nanos) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "UPDATE part SET due_at = 0 WHERE state < 4 AND ((state = 2 AND due_at > ?1)
                     OR (state = 0 AND due_at > ?2 AND ?2 <
                         (SELECT created_at FROM delivery WHERE id = delivery_id)))",
                    [latest, at],
                )
                .map(drop)
        })
    }

    fn open_parts(&self) -> Result<Vec<OpenPart>> {
        self.wrap(open_parts(&self.connection))
    }

    fn part_items(&self, part: PartId) -> Result<Option<Vec<Item>>> {
        self.wrap(divide::part_items(&self.connection, part))
    }

    fn divide(&mut self, divisions: &[Division], claimer: &str, at: Nanos) -> Result<()> {
        self.write_durably(|transaction| {
            for division in divisions {
                divide::divide(transaction, division, claimer, at)?;
            }
            Ok(())
        })
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

    fn claim(&mut self, bid: &Bid, claimer: &str, jobs: usize, at: Nanos) -> Result<Claim> {
        self.write(|transaction| claim::claim(transaction, bid, claimer, jobs, at))
    }

    fn settle(&mut self, settled: &[Settled]) -> Result<()> {
        self.write(|transaction| {
            for settled in settled {
                settle::settle(transaction, settled)?;
            }
            Ok(())
        })
    }

    fn settle_and_claim(
        &mut self,
        settled: &[Settled],
        next: &Bid,
        claimer: &str,
        jobs: usize,
        at: Nanos,
    ) -> Result<Claim> {
        self.write(|transaction| {
            for settled in settled {
                settle::settle(transaction, settled)?;
            }
            claim::claim(transaction, next, claimer, jobs, at)
        })
    }

    fn take_over(&mut self, dead: &str, claimer: &str) -> Result<Vec<LeftOver>> {
        self.write(|transaction| {
            let left = settle::left_overs(transaction, dead)?;
            transaction.execute(
                "UPDATE part SET claim = ? WHERE claim = ? AND state = 1 AND state < 4",
                params![claimer, dead],
            )?;
            Ok(left)
        })
    }

    fn release(&mut self, part: PartId, outcome: &str, at: Nanos) -> Result<()> {
        self.write(|transaction| settle::release(transaction, part, outcome, at))
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

pub(super) fn style_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Style> {
    let number: usize = row.get(column)?;
    Style::ALL
        .get(number)
        .copied()
        .ok_or_else(|| odd_value("style", &number))
}

pub(super) fn action_of(text: &str) -> rusqlite::Result<ActionName> {
    ActionName::parse(text).map_err(|_| odd_value("action", &text))
}

fn open_parts(connection: &Connection) -> rusqlite::Result<Vec<OpenPart>> {
    let mut select = connection.prepare_cached(
        "SELECT p.id, p.lane_id, s.level, s.name, l.action, p.state, p.due_at, p.claim, p.delivery_id,
                p.first_item, p.last_item, l.recipient, p.style
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
            recipient: row.get(11)?,
            style: style_at(row, 12)?,
            state: state_at(row, 5)?,
            due_at: row.get(6)?,
            claim: row.get(7)?,
            announces,
        });
    }
    Ok(parts)
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
