//! What is known of archives, and what a scan adds to it.

use std::collections::HashSet;

use rusqlite::{Connection, Row, Transaction, params};

use super::super::{
    ArchiveId, ArchiveRow, Recorded, Result, ScanPolicy, ScanStore, SubjectId, SubjectScan, Unit,
    Watched,
};
use super::{SqliteStore, level_of, name_of, record};
use crate::archive::{Look, Stat};
use crate::clock::Nanos;
use crate::name::{Level, Name};

/// Names below a category begin with its own and `--`: all such texts lie before its own with this.
pub(super) const LAST_BELOW: &str = "-.";

impl ScanStore for SqliteStore {
    fn archives(&self) -> Result<Vec<ArchiveRow>> {
        self.wrap(archives(
            &self.connection,
            "WHERE EXISTS (SELECT 1 FROM subject WHERE archive_id = archive.id AND watched)",
        ))
    }

    fn set_archive_context(
        &mut self,
        archive: ArchiveId,
        context: &str,
        hint: Option<&str>,
        globs_before: Option<&str>,
    ) -> Result<Option<String>> {
        self.write(|transaction| {
            let is_other: bool = transaction.query_row(
                "SELECT context <> ? FROM archive WHERE id = ?",
                params![context, archive.0],
                |row| row.get(0),
            )?;
            if is_other {
                // Of several changes before a listing, the first one counts.
                transaction.execute(
                    "UPDATE archive SET globs_before = ?1 WHERE id = ?2 AND ?1 IS NOT NULL
                     AND NOT EXISTS (SELECT 1 FROM subject WHERE archive_id = ?2 AND let_in
                                     AND watched AND NOT gone)",
                    params![globs_before, archive.0],
                )?;
                transaction.execute(
                    "UPDATE subject SET look = NULL, let_in = let_in OR ? WHERE archive_id = ?",
                    params![globs_before.is_some(), archive.0],
                )?;
                transaction.execute("DELETE FROM unit WHERE archive_id = ?", [archive.0])?;
            }
            transaction.query_row(
                "UPDATE archive SET context = ?, hint = ? WHERE id = ? RETURNING globs_before",
                params![context, hint, archive.0],
                |row| row.get(0),
            )
        })
    }

    fn set_scanned_at(&mut self, archive: ArchiveId, at: Nanos) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "UPDATE archive SET scanned_at = ? WHERE id = ?",
                    params![at, archive.0],
                )
                .map(drop)
        })
    }

    fn set_archive_error(
        &mut self,
        archive: ArchiveId,
        error: Option<&str>,
        at: Nanos,
    ) -> Result<()> {
        self.write(|transaction| set_error(transaction, "archive", archive.0, error, at))
    }

    fn watched(&self, archive: ArchiveId, level: Level) -> Result<Vec<Watched>> {
        self.wrap(watched(&self.connection, archive, level))
    }

    fn watched_in(&self, category: &Name, level: Level) -> Result<Vec<Watched>> {
        let watched = || {
            self.connection
                .prepare_cached(
                    "SELECT id, name, listed_at, look, gone, error FROM subject
                     WHERE watched AND level = ?3
                     AND (name = ?1 OR name > ?1 || '--' AND name < ?1 || ?2) ORDER BY id",
                )?
                .query_map(
                    params![category.as_str(), LAST_BELOW, level.number()],
                    |row| watched_of(row, level),
                )?
                .collect()
        };
        self.wrap(watched())
    }

    fn unlooked(&self, archive: ArchiveId) -> Result<Vec<Name>> {
        let unlooked = || {
            self.connection
                .prepare_cached(
                    "SELECT level, name FROM subject
                     WHERE watched AND look IS NULL AND archive_id = ? AND level > 0 ORDER BY id",
                )?
                .query_map([archive.0], |row| {
                    name_of(level_of(row.get(0)?)?, row.get_ref(1)?.as_str()?)
                })?
                .collect()
        };
        self.wrap(unlooked())
    }

    fn units(&self, archive: ArchiveId) -> Result<Vec<Unit>> {
        let units = || {
            self.connection
                .prepare_cached(
                    "SELECT category, look, listed_at FROM unit WHERE archive_id = ? ORDER BY category",
                )?
                .query_map([archive.0], |row| {
                    Ok(Unit {
                        category: name_of(Level::Category, row.get_ref(0)?.as_str()?)?,
                        look: row.get_ref(1)?.as_blob_or_null()?.and_then(look_of),
                        listed_at: row.get(2)?,
                    })
                })?
                .collect()
        };
        self.wrap(units())
    }

    fn set_units(&mut self, archive: ArchiveId, units: &[Unit], unwatched: &[Name]) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO unit (archive_id, category, look, listed_at)
                 VALUES (?, ?, ?, ?)",
            )?;
            for unit in units {
                insert.execute(params![
                    archive.0,
                    unit.category.as_str(),
                    unit.look.as_ref().map(look_bytes),
                    unit.listed_at
                ])?;
            }
            let mut delete = transaction
                .prepare_cached("DELETE FROM unit WHERE archive_id = ? AND category = ?")?;
            for category in unwatched {
                delete.execute(params![archive.0, category.as_str()])?;
            }
            Ok(())
        })
    }

    fn failing(&self, archive: ArchiveId) -> Result<Vec<Watched>> {
        let found = || {
            self.connection
                .prepare_cached(
                    "SELECT id, name, listed_at, look, gone, error, level FROM subject
                     WHERE watched AND archive_id = ? AND error IS NOT NULL ORDER BY level, id",
                )?
                .query_map([archive.0], |row| watched_of(row, level_of(row.get(6)?)?))?
                .collect()
        };
        self.wrap(found())
    }

    fn known_parts(&self, subject: SubjectId) -> Result<HashSet<String>> {
        let parts = || {
            self.connection
                .prepare_cached("SELECT part FROM item WHERE subject_id = ?")?
                .query_map([subject.0], |row| row.get(0))?
                .collect()
        };
        self.wrap(parts())
    }

    fn is_item(&self, name: &Name) -> Result<bool> {
        let Some(parent) = name.parent() else {
            return Ok(false);
        };
        let is_item = || {
            self.connection
                .prepare_cached(
                    "SELECT EXISTS (SELECT 1 FROM item i JOIN subject s ON s.id = i.subject_id
                     WHERE s.level = ? AND s.name = ? AND i.part = ?)",
                )?
                .query_row(
                    params![parent.level().number(), parent.as_str(), name.part()],
                    |row| row.get(0),
                )
        };
        self.wrap(is_item())
    }

    fn set_subject_error(
        &mut self,
        subject: SubjectId,
        error: Option<&str>,
        at: Nanos,
    ) -> Result<()> {
        self.write(|transaction| set_error(transaction, "subject", subject.0, error, at))
    }

    fn set_gone(&mut self, subject: SubjectId, look: Option<&Look>) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "UPDATE subject SET gone = 1, look = ?, error = NULL, error_at = NULL
                     WHERE id = ?",
                    params![look.map(look_bytes), subject.0],
                )
                .map(drop)
        })
    }

    fn record(
        &mut self,
        scans: &[SubjectScan],
        policy: &ScanPolicy,
        commented: &dyn Fn(&str) -> bool,
        at: Nanos,
    ) -> Result<Recorded> {
        self.write_durably(|transaction| {
            let mut recorded = Recorded::default();
            for scan in scans {
                recorded += record::record_subject(transaction, scan, policy, commented, at)?;
            }
            Ok(recorded)
        })
    }
}

/// Keeps the time at which a failure began while it lasts.
fn set_error(
    transaction: &Transaction<'_>,
    table: &str,
    id: i64,
    error: Option<&str>,
    at: Nanos,
) -> rusqlite::Result<()> {
    transaction
        .execute(
            &format!(
                "UPDATE {table} SET error = ?1,
                 error_at = iif(?1 IS NULL, NULL, coalesce(error_at, ?2)) WHERE id = ?3"
            ),
            params![error, at, id],
        )
        .map(drop)
}

pub(super) fn archives(connection: &Connection, filter: &str) -> rusqlite::Result<Vec<ArchiveRow>> {
    connection
        .prepare_cached(&format!(
            "SELECT id, name, context, hint, scanned_at, error, globs_before FROM archive {filter}
             ORDER BY id"
        ))?
        .query_map([], |row| {
            Ok(ArchiveRow {
                id: ArchiveId(row.get(0)?),
                name: row.get(1)?,
                context: row.get(2)?,
                hint: row.get(3)?,
                scanned_at: row.get(4)?,
                error: row.get(5)?,
                globs_before: row.get(6)?,
            })
        })?
        .collect()
}

fn watched(
    connection: &Connection,
    archive: ArchiveId,
    level: Level,
) -> rusqlite::Result<Vec<Watched>> {
    connection
        .prepare_cached(
            "SELECT id, name, listed_at, look, gone, error FROM subject
             WHERE watched AND archive_id = ? AND level = ? ORDER BY id",
        )?
        .query_map(params![archive.0, level.number()], |row| {
            watched_of(row, level)
        })?
        .collect()
}

fn watched_of(row: &Row<'_>, level: Level) -> rusqlite::Result<Watched> {
    Ok(Watched {
        id: SubjectId(row.get(0)?),
        name: name_of(level, row.get_ref(1)?.as_str()?)?,
        listed_at: row.get(2)?,
        look: row.get_ref(3)?.as_blob_or_null()?.and_then(look_of),
        gone: row.get(4)?,
        error: row.get(5)?,
    })
}

/// A look as it is stored: a byte that tells its form, and its numbers, little-endian.
pub(super) fn look_bytes(look: &Look) -> Vec<u8> {
    match look {
        Look::Stat(stat) => {
            let mut bytes = Vec::with_capacity(33);
            bytes.push(STAT);
            bytes.extend(stat.dev.to_le_bytes());
            bytes.extend(stat.ino.to_le_bytes());
            bytes.extend(stat.mtime.to_le_bytes());
            bytes.extend(stat.ctime.to_le_bytes());
            bytes
        }
        Look::Note {
            newest,
            bytes: note,
        } => {
            let mut bytes = Vec::with_capacity(9 + note.len());
            bytes.push(NOTE);
            bytes.extend(newest.to_le_bytes());
            bytes.extend(note);
            bytes
        }
        Look::Covered => vec![COVERED],
    }
}

const STAT: u8 = 0;
const NOTE: u8 = 1;
const COVERED: u8 = 2;

/// A stored look; one of an unknown form is none, so that its subject is listed again.
pub(super) fn look_of(bytes: &[u8]) -> Option<Look> {
    match bytes.split_first()? {
        (&STAT, numbers) => {
            let (numbers, []) = numbers.as_chunks::<8>() else {
                return None;
            };
            let [dev, ino, mtime, ctime] = *numbers else {
                return None;
            };
            Some(Look::Stat(Stat {
                dev: u64::from_le_bytes(dev),
                ino: u64::from_le_bytes(ino),
                mtime: i64::from_le_bytes(mtime),
                ctime: i64::from_le_bytes(ctime),
            }))
        }
        (&NOTE, rest) => {
            let (newest, bytes) = rest.split_first_chunk::<8>()?;
            Some(Look::Note {
                newest: i64::from_le_bytes(*newest),
                bytes: bytes.into(),
            })
        }
        (&COVERED, []) => Some(Look::Covered),
        _ => None,
    }
}
