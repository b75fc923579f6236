//! What the operator's commands read.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::super::{
    ArchiveSummary, AttemptRecord, Counts, DeliveryRecord, Filter, Journal, MeetingRecord,
    PartState, PositionRecord, Result, RuleId, SubjectId, SubjectRecord, WaitingPart,
};
use super::outbox::items;
use super::owed::Owed;
use super::{SqliteStore, level_of, log, name_of, odd_value};
use crate::action::Item;
use crate::clock::Nanos;
use crate::name::{Level, Name};

impl Journal for SqliteStore {
    fn counts(&self) -> Result<Counts> {
        self.wrap(counts(&self.connection))
    }

    fn deliveries(&self, filter: &Filter) -> Result<Vec<DeliveryRecord>> {
        self.wrap(log::deliveries(&self.connection, filter))
    }

    fn waiting(&self) -> Result<Vec<WaitingPart>> {
        self.wrap(log::waiting(&self.connection))
    }

    fn recovered(&self, since: Nanos) -> Result<HashSet<String>> {
        let found = || {
            self.connection
                .prepare(
                    "SELECT DISTINCT l.action FROM part p JOIN lane l ON l.id = p.lane_id
                     WHERE p.state = 4 AND p.settled_at >= ? AND p.attempts > 1",
                )?
                .query_map([since], |row| row.get(0))?
                .collect()
        };
        self.wrap(found())
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
        self.wrap(log::attempts(&self.connection, uid))
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
