//! Deliveries with their parts and attempts, as the operator sees them.

use rusqlite::{Connection, params};

use super::super::{AttemptRecord, DeliveryRecord, Filter, PartId, PartRecord, WaitingPart};
use super::outbox::{action_of, state_at, style_at};
use super::scan::LAST_BELOW;
use super::{level_of, name_of};
use crate::name::{Level, Name};

pub(super) fn deliveries(
    connection: &Connection,
    filter: &Filter,
) -> rusqlite::Result<Vec<DeliveryRecord>> {
    let name = filter.name.as_ref();
    let parent = name.and_then(Name::parent);
    // The versions of a category share their revisions where these form histories.
    let category = name
        .filter(|name| name.level() == Level::Revision)
        .and_then(|name| name.at_level(Level::Category));
    let newest = filter
        .newest
        .map_or(-1, |count| i64::try_from(count).unwrap_or(i64::MAX));
    let states: Vec<u8> = filter.states.iter().map(|state| *state as u8).collect();
    let states = serde_json::json!(states).to_string();
    let mut select = connection.prepare(
        "SELECT d.id, d.uid, s.level, s.name, d.action, d.created_at, d.items
         FROM delivery d JOIN subject s ON s.id = d.subject_id
         WHERE (?1 IS NULL
                OR (s.level = ?2 AND s.name = ?1)
                OR (s.level > ?2 AND (s.name = ?1 OR substr(s.name, 1, length(?1 || ?3)) = ?1 || ?3))
                OR (s.level = ?4 AND (s.name = ?5 OR (s.name > ?14 AND s.name < ?15 AND EXISTS (
                        SELECT 1 FROM position WHERE subject_id = s.id AND compact IS NOT NULL)))
                    AND EXISTS (
                        SELECT 1 FROM delivery_item i WHERE i.delivery_id = d.id AND i.part = ?6)))
         AND (?7 IS NULL OR d.action = ?7)
         AND (?8 IS NULL OR d.created_at >= ?8)
         AND (?9 IS NULL OR d.created_at < ?9)
         AND (?10 IS NULL OR substr(d.uid, 1, length(?10)) = ?10
              OR EXISTS (SELECT 1 FROM part p WHERE p.delivery_id = d.id
                         AND substr(p.uid, 1, length(?10)) = ?10))
         AND ((?11 = '[]' AND NOT ?13 AND ?16 IS NULL) OR EXISTS (
              SELECT 1 FROM part p JOIN lane l ON l.id = p.lane_id WHERE p.delivery_id = d.id
              AND (?16 IS NULL OR l.recipient = ?16 COLLATE NOCASE)
              AND ((?11 = '[]' AND NOT ?13) OR p.state IN (SELECT value FROM json_each(?11))
                   OR (?13 AND l.asleep AND p.state < 4))))
         ORDER BY d.id DESC LIMIT ?12",
    )?;
    let separator = match name.map(Name::level) {
        Some(Level::Archive) => "/",
        _ => "--",
    };
    let mut records: Vec<(i64, DeliveryRecord)> = select
        .query_map(
            params![
                name.map(Name::as_str),
                name.map(|name| name.level().number()),
                separator,
                parent.as_ref().map(|parent| parent.level().number()),
                parent.as_ref().map(Name::as_str),
                name.map(Name::part),
                filter.action,
                filter.since,
                filter.until,
                filter.uid,
                states,
                newest,
                filter.asleep,
                category.as_ref().map(|category| format!("{category}--")),
                category
                    .as_ref()
                    .map(|category| format!("{category}{LAST_BELOW}")),
                filter.recipient,
            ],
            |row| {
                let record = DeliveryRecord {
                    uid: row.get(1)?,
                    subject: name_of(level_of(row.get(2)?)?, row.get_ref(3)?.as_str()?)?,
                    action: row.get(4)?,
                    created_at: row.get(5)?,
                    item_count: row.get(6)?,
                    parts: Vec::new(),
                };
                Ok((row.get(0)?, record))
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    records.reverse();
    for (id, record) in &mut records {
        record.parts = parts(connection, *id)?;
    }
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

fn parts(connection: &Connection, delivery: i64) -> rusqlite::Result<Vec<PartRecord>> {
    connection
        .prepare_cached(
            "SELECT p.id, p.uid, l.recipient, p.state, l.asleep, p.attempts, p.first_attempt_at,
                    p.due_at, p.settled_at, p.error, p.first_item, p.last_item, p.style, p.unwanted
             FROM part p JOIN lane l ON l.id = p.lane_id WHERE p.delivery_id = ? ORDER BY p.id",
        )?
        .query_map([delivery], |row| {
            Ok(PartRecord {
                id: PartId(row.get(0)?),
                uid: row.get(1)?,
                recipient: row.get(2)?,
                state: state_at(row, 3)?,
                asleep: row.get(4)?,
                attempts: row.get(5)?,
                first_attempt_at: row.get(6)?,
                due_at: row.get(7)?,
                settled_at: row.get(8)?,
                error: row.get(9)?,
                items: row.get(10)?..row.get::<_, usize>(11)? + 1,
                style: style_at(row, 12)?,
                is_unwanted: row.get(13)?,
            })
        })?
        .collect()
}

pub(super) fn waiting(connection: &Connection) -> rusqlite::Result<Vec<WaitingPart>> {
    connection
        .prepare_cached(
            "SELECT p.uid, d.uid, s.level, s.name, l.action, l.recipient, p.first_item, p.last_item,
                    p.attempts, p.due_at, coalesce(p.error, ''),
                    (SELECT said FROM attempt WHERE part_id = p.id AND number = p.attempts)
             FROM part p INDEXED BY part_open JOIN lane l ON l.id = p.lane_id
             JOIN delivery d ON d.id = p.delivery_id JOIN subject s ON s.id = l.subject_id
             WHERE p.state = 2 AND p.state < 4 AND NOT l.asleep ORDER BY p.id",
        )?
        .query_map([], |row| {
            Ok(WaitingPart {
                uid: row.get(0)?,
                delivery: row.get(1)?,
                subject: name_of(level_of(row.get(2)?)?, row.get_ref(3)?.as_str()?)?,
                action: action_of(row.get_ref(4)?.as_str()?)?,
                recipient: row.get(5)?,
                item_count: row.get::<_, usize>(7)? + 1 - row.get::<_, usize>(6)?,
                attempts: row.get(8)?,
                due_at: row.get(9)?,
                error: row.get(10)?,
                said: row.get(11)?,
            })
        })?
        .collect()
}

pub(super) fn attempts(connection: &Connection, uid: &str) -> rusqlite::Result<Vec<AttemptRecord>> {
    connection
        .prepare_cached(
            "SELECT p.uid, a.number, a.started_at, a.ended_at, a.outcome, a.success, a.output,
                    a.led_by, a.said
             FROM attempt a JOIN part p ON p.id = a.part_id JOIN delivery d ON d.id = p.delivery_id
             WHERE d.uid = ? ORDER BY a.id",
        )?
        .query_map([uid], |row| {
            Ok(AttemptRecord {
                part: row.get(0)?,
                number: row.get(1)?,
                started_at: row.get(2)?,
                ended_at: row.get(3)?,
                outcome: row.get(4)?,
                success: row.get::<_, Option<bool>>(5)?.unwrap_or(false),
                output: row.get::<_, i64>(6)?.cast_unsigned(),
                led_by: row.get(7)?,
                said: row.get(8)?,
            })
        })?
        .collect()
}
