//! What is known of archives, and what a scan adds to it.

use std::collections::HashSet;

use rusqlite::{Connection, Transaction, params};

use super::super::{
    ArchiveId, ArchiveRow, Recorded, Result, ScanPolicy, ScanStore, SubjectId, SubjectScan, Watched,
};
use super::{SqliteStore, name_of, record};
use crate::archive::Fingerprint;
use crate::clock::Nanos;
use crate::name::Level;

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
    ) -> Result<()> {
        self.write(|transaction| {
            transaction.execute(
                "UPDATE subject SET fingerprint = NULL WHERE archive_id = ?1
                 AND (SELECT context FROM archive WHERE id = ?1) <> ?2",
                params![archive.0, context],
            )?;
            transaction
                .execute(
                    "UPDATE archive SET context = ?, hint = ? WHERE id = ?",
                    params![context, hint, archive.0],
                )
                .map(drop)
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

    fn known_parts(&self, subject: SubjectId) -> Result<HashSet<String>> {
        let parts = || {
            self.connection
                .prepare_cached("SELECT part FROM item WHERE subject_id = ?")?
                .query_map([subject.0], |row| row.get(0))?
                .collect()
        };
        self.wrap(parts())
    }

    fn set_subject_error(
        &mut self,
        subject: SubjectId,
        error: Option<&str>,
        at: Nanos,
    ) -> Result<()> {
        self.write(|transaction| set_error(transaction, "subject", subject.0, error, at))
    }

    fn set_gone(&mut self, subject: SubjectId, look: Option<&Fingerprint>) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "UPDATE subject SET gone = 1, fingerprint = ?, error = NULL, error_at = NULL
                     WHERE id = ?",
                    params![look.map(fingerprint_bytes), subject.0],
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
            "SELECT id, name, context, hint, scanned_at, error FROM archive {filter} ORDER BY id"
        ))?
        .query_map([], |row| {
            Ok(ArchiveRow {
                id: ArchiveId(row.get(0)?),
                name: row.get(1)?,
                context: row.get(2)?,
                hint: row.get(3)?,
                scanned_at: row.get(4)?,
                error: row.get(5)?,
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
            "SELECT id, name, listed_at, fingerprint, gone, error FROM subject
             WHERE watched AND archive_id = ? AND level = ? ORDER BY id",
        )?
        .query_map(params![archive.0, level.number()], |row| {
            let fingerprint = row.get_ref(3)?.as_blob_or_null()?.and_then(fingerprint_of);
            Ok(Watched {
                id: SubjectId(row.get(0)?),
                name: name_of(level, row.get_ref(1)?.as_str()?)?,
                listed_at: row.get(2)?,
                fingerprint,
                gone: row.get(4)?,
                error: row.get(5)?,
            })
        })?
        .collect()
}

/// A fingerprint as it is stored: its four numbers, little-endian.
pub(super) fn fingerprint_bytes(fingerprint: &Fingerprint) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (place, number) in bytes.chunks_exact_mut(8).zip([
        fingerprint.dev.to_le_bytes(),
        fingerprint.ino.to_le_bytes(),
        fingerprint.mtime.to_le_bytes(),
        fingerprint.ctime.to_le_bytes(),
    ]) {
        place.copy_from_slice(&number);
    }
    bytes
}

/// A stored fingerprint; one of an unknown form is none, so that its subject is listed again.
fn fingerprint_of(bytes: &[u8]) -> Option<Fingerprint> {
    let (numbers, []) = bytes.as_chunks::<8>() else {
        return None;
    };
    let [dev, ino, mtime, ctime] = *numbers else {
        return None;
    };
    Some(Fingerprint {
        dev: u64::from_le_bytes(dev),
        ino: u64::from_le_bytes(ino),
        mtime: i64::from_le_bytes(mtime),
        ctime: i64::from_le_bytes(ctime),
    })
}
