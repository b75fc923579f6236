//! What the operator's commands read.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::{
    ArchiveSummary, AttemptRecord, Counts, DeliveryRecord, Filter, Journal, MeetingRecord, PartId,
    PartRecord, PartState, PositionRecord, Result, RuleId, SubjectId, SubjectRecord,
};
use super::outbox::{items, state_at};
use super::owed::Owed;
use super::scan::LAST_BELOW;
use super::{SqliteStore, level_of, name_of, odd_value};
use crate::action::Item;
use crate::clock::Nanos;
use crate::name::{Level, Name};

impl Journal for SqliteStore {
    fn counts(&self) -> Result<Counts> {
        self.wrap(counts(&self.connection))
    }

    fn deliveries(&self, filter: &Filter) -> Result<Vec<DeliveryRecord>> {
        self.wrap(deliveries(&self.connection, filter))
    }

    fn delivery_items(&self, uid: &str) -> Result<Vec<Item>> {
        let found = || {
            let (id, last, subject): (i64, i64, Name) = self.connection.query_row(
                "SELECT d.id, d.items, s.level, s.name FROM delivery d
                 JOIN subject s ON s.id = d.subject_id WHERE d.uid = ?",
                [uid],
                |row| {
                    let name = name_of(level_of(row.get(2)?)?, row.get_ref(3)?.as_str()?)?;
                    Ok((row.get(0)?, row.get(1)?, name))
                },
            )?;
            items(&self.connection, &subject, id, 0, last)
        };
        self.wrap(found())
    }

    fn attempts(&self, uid: &str) -> Result<Vec<AttemptRecord>> {
        self.wrap(attempts(&self.connection, uid))
    }

    fn subject(&self, name: &Name) -> Result<Option<SubjectRecord>> {
        let found = || {
            self.connection
                .prepare_cached(&format!("{SUBJECT} WHERE level = ? AND name = ?"))?
                .query_row(
                    params![name.level().number(), name.as_str()],
                    subject_record,
                )
                .optional()
        };
        self.wrap(found())
    }

    fn troubled(&self) -> Result<Vec<SubjectRecord>> {
        let found = || {
            self.connection
                .prepare(&format!(
                    "{SUBJECT} WHERE watched AND (gone OR error IS NOT NULL) ORDER BY level, id"
                ))?
                .query_map([], subject_record)?
                .collect()
        };
        self.wrap(found())
    }

    fn positions(&self, subject: SubjectId) -> Result<Vec<PositionRecord>> {
        let found = || {
            self.connection
                .prepare_cached(
                    "SELECT action, told, compact IS NOT NULL FROM position WHERE subject_id = ?
                     ORDER BY action",
                )?
                .query_map([subject.0], |row| {
                    Ok(PositionRecord {
                        action: row.get(0)?,
                        told: row.get(1)?,
                        in_history: row.get(2)?,
                    })
                })?
                .collect()
        };
        self.wrap(found())
    }

    fn item(&self, subject: SubjectId, part: &str) -> Result<Option<(i64, Nanos)>> {
        let found = || {
            self.connection
                .prepare_cached(
                    "SELECT seq, detected_at FROM item WHERE subject_id = ? AND part = ?
                     ORDER BY seq DESC",
                )?
                .query_row(params![subject.0, part], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })
                .optional()
        };
        self.wrap(found())
    }

    fn meetings(&self, subject: SubjectId) -> Result<Vec<MeetingRecord>> {
        let found = || {
            self.connection
                .prepare_cached("SELECT id, owed FROM rule WHERE subject_id = ?")?
                .query_map([subject.0], |row| {
                    let owed: Option<String> = row.get(1)?;
                    let owed: Option<Owed> = owed
                        .map(|text| text.parse().map_err(|_| odd_value("owed", &text)))
                        .transpose()?;
                    Ok(MeetingRecord {
                        rule: RuleId(row.get(0)?),
                        limit: owed.map(|owed| owed.limit),
                        added: owed.is_some_and(|owed| owed.added),
                    })
                })?
                .collect()
        };
        self.wrap(found())
    }

    fn items_after(&self, subject: SubjectId, after: i64) -> Result<usize> {
        let count = || {
            self.connection
                .prepare_cached("SELECT count(*) FROM item WHERE subject_id = ? AND seq > ?")?
                .query_row([subject.0, after], |row| row.get(0))
        };
        self.wrap(count())
    }

    fn item_at(&self, subject: SubjectId, seq: i64) -> Result<Option<String>> {
        let found = || {
            self.connection
                .prepare_cached(
                    "SELECT part FROM item WHERE subject_id = ? AND seq <= ? ORDER BY seq DESC",
                )?
                .query_row([subject.0, seq], |row| row.get(0))
                .optional()
        };
        self.wrap(found())
    }

    fn archive_summaries(&self) -> Result<Vec<ArchiveSummary>> {
        self.wrap(archive_summaries(&self.connection))
    }
}

const SUBJECT: &str =
    "SELECT id, level, name, last_seq, listed_at, gone, watched, error, error_at FROM subject";

pub(super) fn subject_record(row: &Row<'_>) -> rusqlite::Result<SubjectRecord> {
    let error: Option<String> = row.get(7)?;
    Ok(SubjectRecord {
        id: SubjectId(row.get(0)?),
        name: name_of(level_of(row.get(1)?)?, row.get_ref(2)?.as_str()?)?,
        last_seq: row.get(3)?,
        listed_at: row.get(4)?,
        gone: row.get(5)?,
        watched: row.get(6)?,
        error: error.zip(row.get::<_, Option<Nanos>>(8)?),
    })
}

/// The subjects at and below a name. Names below it begin with its text, and every such text is
/// below it: at level branch `A/c` is above `A/c--1.0` too, for it may be the branch-less one.
pub(super) fn subjects_below(
    connection: &Connection,
    name: &Name,
) -> rusqlite::Result<Vec<SubjectRecord>> {
    let separator = if name.level() == Level::Archive {
        "/"
    } else {
        "--"
    };
    connection
        .prepare(&format!(
            "{SUBJECT} WHERE (level = ?1 AND name = ?2)
             OR (level > ?1 AND (name = ?2 OR substr(name, 1, length(?2 || ?3)) = ?2 || ?3))
             ORDER BY level, id"
        ))?
        .query_map(
            params![name.level().number(), name.as_str(), separator],
            subject_record,
        )?
        .collect()
}

fn archive_summaries(connection: &Connection) -> rusqlite::Result<Vec<ArchiveSummary>> {
    let mut counts = connection.prepare(
        "SELECT a.error_at,
                (SELECT count(*) FROM subject WHERE watched AND archive_id = a.id),
                (SELECT count(*) FROM item i JOIN subject s ON s.id = i.subject_id
                 WHERE s.archive_id = a.id)
         FROM archive a WHERE id = ?",
    )?;
    super::scan::archives(connection, "")?
        .into_iter()
        .map(|row| {
            counts.query_row([row.id.0], |found| {
                Ok(ArchiveSummary {
                    error_since: found.get(0)?,
                    subjects: found.get(1)?,
                    items: found.get(2)?,
                    row,
                })
            })
        })
        .collect()
}

fn counts(connection: &Connection) -> rusqlite::Result<Counts> {
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, usize>(0));
    let state = |state: PartState| {
        one(&format!(
            "SELECT count(*) FROM part JOIN lane ON lane.id = lane_id
             WHERE state = {} AND state < 4 AND NOT asleep",
            state as u8
        ))
    };
    Ok(Counts {
        rules: one("SELECT count(*) FROM rule WHERE state = 0")?,
        subjects: one("SELECT count(*) FROM subject WHERE watched")?,
        gone: one("SELECT count(*) FROM subject WHERE watched AND gone")?,
        items: one("SELECT count(*) FROM item")?,
        owed: state(PartState::Owed)?,
        running: state(PartState::Running)?,
        waiting: state(PartState::Waiting)?,
        held: state(PartState::Held)?,
        dead: one("SELECT count(*) FROM part WHERE state = 5")?,
        asleep: one(
            "SELECT count(*) FROM part JOIN lane ON lane.id = lane_id WHERE state < 4 AND asleep",
        )?,
    })
}

fn deliveries(connection: &Connection, filter: &Filter) -> rusqlite::Result<Vec<DeliveryRecord>> {
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
         AND ((?11 = '[]' AND NOT ?13) OR EXISTS (
              SELECT 1 FROM part p JOIN lane l ON l.id = p.lane_id WHERE p.delivery_id = d.id
              AND (p.state IN (SELECT value FROM json_each(?11))
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
                    p.due_at, p.settled_at, p.error, p.first_item, p.last_item
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
            })
        })?
        .collect()
}

fn attempts(connection: &Connection, uid: &str) -> rusqlite::Result<Vec<AttemptRecord>> {
    connection
        .prepare_cached(
            "SELECT p.uid, a.number, a.started_at, a.ended_at, a.outcome, a.success, a.output
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
            })
        })?
        .collect()
}
