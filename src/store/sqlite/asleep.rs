//! What is owed to rules that were removed, of versions with a history.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction, params};

use super::super::ScanPolicy;
use super::deliveries::{self, Lane};
use super::name_of;
use super::scan::LAST_BELOW;
use crate::clock::Nanos;
use crate::name::{Level, Name};

/// A part that is owed to a rule which was removed. What is held may have been told, and is none.
pub(super) struct Asleep {
    part: i64,
    /// It is a whole delivery.
    is_whole: bool,
    delivery: i64,
    subject: i64,
    name: Name,
    first: i64,
    last: i64,
}

impl Asleep {
    pub(super) fn items(&self, connection: &Connection) -> rusqlite::Result<Vec<(String, Nanos)>> {
        connection
            .prepare_cached(
                "SELECT part, detected_at FROM delivery_item WHERE delivery_id = ?
                 AND ord BETWEEN ? AND ? ORDER BY ord",
            )?
            .query_map([self.delivery, self.first, self.last], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect()
    }
}

impl Asleep {
    /// Owes its recipient still what was not told, in its order.
    fn keep(
        &self,
        transaction: &Transaction<'_>,
        items: &[(String, Nanos)],
        told: &HashSet<&str>,
    ) -> rusqlite::Result<()> {
        let numbered: Vec<(i64, &String)> = (self.first..)
            .zip(items.iter().map(|(part, _)| part))
            .collect();
        let is_told = |part: &String| told.contains(part.as_str());
        for run in numbered.chunk_by(|(_, a), (_, b)| is_told(a) == is_told(b)) {
            let [(first, part), ..] = run else { continue };
            if is_told(part) {
                continue;
            }
            transaction
                .prepare_cached(
                    "INSERT INTO part (uid, delivery_id, lane_id, first_item, last_item, state, style, due_at)
                     SELECT lower(hex(randomblob(10))), delivery_id, lane_id, ?2, ?3, 0, style, 0
                     FROM part WHERE id = ?1",
                )?
                .execute(params![self.part, first, first + i64::try_from(run.len()).unwrap_or(1) - 1])?;
        }
        Ok(())
    }
}

pub(super) fn asleep_parts(
    connection: &Connection,
    category: &Name,
    action: &str,
) -> rusqlite::Result<Vec<Asleep>> {
    connection
        .prepare_cached(
            "SELECT p.id, p.delivery_id, l.subject_id, s.name, p.first_item, p.last_item,
                    l.recipient = ''
             FROM subject s CROSS JOIN lane l ON l.subject_id = s.id CROSS JOIN part p ON p.lane_id = l.id
             WHERE s.level = 3 AND s.name > ?1 || '--' AND s.name < ?1 || ?2
             AND l.action = ?3 AND l.asleep AND p.state IN (0, 2) AND p.state < 4",
        )?
        .query_map(params![category.as_str(), LAST_BELOW, action], |row| {
            Ok(Asleep {
                part: row.get(0)?,
                is_whole: row.get(6)?,
                delivery: row.get(1)?,
                subject: row.get(2)?,
                name: name_of(Level::Version, row.get_ref(3)?.as_str()?)?,
                first: row.get(4)?,
                last: row.get(5)?,
            })
        })?
        .collect()
}

/// What sleeps with a removed rule and is told by another version now is owed no more should the
/// rule return; the rest of it still is.
pub(super) fn relieve(
    transaction: &Transaction<'_>,
    category: &Name,
    action: &str,
    told: &HashSet<&str>,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<()> {
    for asleep in asleep_parts(transaction, category, action)? {
        let items = asleep.items(transaction)?;
        let left: Vec<(String, Nanos)> = items
            .iter()
            .filter(|(part, _)| !told.contains(part.as_str()))
            .cloned()
            .collect();
        if left.len() == items.len() {
            continue;
        }
        transaction
            .prepare_cached("UPDATE part SET state = 6, settled_at = ? WHERE id = ?")?
            .execute(params![at, asleep.part])?;
        if !asleep.is_whole {
            asleep.keep(transaction, &items, told)?;
            continue;
        }
        deliveries::insert_deliveries(
            transaction,
            &Lane {
                subject: asleep.subject,
                name: &asleep.name,
                action,
                held: false,
            },
            &left,
            policy.max_items,
            at,
        )?;
    }
    Ok(())
}
