//! What the operator's commands change.

use rusqlite::{OptionalExtension as _, Transaction, params};

use super::super::{Forgotten, Operate, PartId, ReplayFrom, Result, SubjectId, SubjectRecord};
use super::SqliteStore;
use crate::clock::{Nanos, SECOND};
use crate::name::Name;

const DAY: Nanos = 24 * 60 * 60 * SECOND;

impl Operate for SqliteStore {
    fn retry(&mut self, parts: &[PartId]) -> Result<usize> {
        self.write(|transaction| {
            let mut changed = 0;
            for part in parts {
                changed += transaction
                    .prepare_cached(
                        "UPDATE part SET
                             first_attempt_at = iif(state = 2, first_attempt_at, NULL),
                             state = iif(state = 2, 2, 0),
                             error = iif(state = 2, error, NULL), due_at = 0, settled_at = NULL
                         WHERE id = ? AND state IN (0, 2, 3, 5, 6)",
                    )?
                    .execute([part.0])?;
            }
            Ok(changed)
        })
    }

    fn drop_parts(&mut self, parts: &[PartId], at: Nanos) -> Result<usize> {
        self.write(|transaction| {
            let mut changed = 0;
            for part in parts {
                changed += transaction
                    .prepare_cached(
                        "UPDATE part SET state = 6, settled_at = ? WHERE id = ? AND state IN (0, 2, 3, 5)",
                    )?
                    .execute([at, part.0])?;
            }
            Ok(changed)
        })
    }

    fn replay(
        &mut self,
        subject: SubjectId,
        action: Option<&str>,
        from: &ReplayFrom,
    ) -> Result<usize> {
        self.write(|transaction| replay(transaction, subject, action, from))
    }

    fn below(&self, name: &Name) -> Result<Vec<SubjectRecord>> {
        self.wrap(super::journal::subjects_below(&self.connection, name))
    }

    fn forget_subject(&mut self, subject: SubjectId, at: Nanos) -> Result<Forgotten> {
        self.write(|transaction| forget(transaction, subject, at))
    }

    fn forget_item(&mut self, subject: SubjectId, part: &str) -> Result<bool> {
        self.write(|transaction| {
            let found = transaction.execute(
                "DELETE FROM item WHERE subject_id = ? AND part = ?",
                params![subject.0, part],
            )?;
            list_again(transaction, subject)?;
            Ok(found > 0)
        })
    }

    fn prune(&mut self, before: Nanos, at: Nanos) -> Result<bool> {
        let last: Option<Nanos> = self.wrap(
            self.connection
                .prepare_cached("SELECT done_at FROM task WHERE name = 'prune'")
                .and_then(|mut select| select.query_row([], |row| row.get(0)).optional()),
        )?;
        if last.is_some_and(|last| last <= at && at - last < DAY) {
            return Ok(false);
        }
        self.write(|transaction| {
            transaction.execute(
                "DELETE FROM delivery WHERE NOT EXISTS (
                     SELECT 1 FROM part p WHERE p.delivery_id = delivery.id
                     AND (p.state < 4 OR p.settled_at >= ?))",
                [before],
            )?;
            transaction.execute(
                "INSERT OR REPLACE INTO task (name, done_at) VALUES ('prune', ?)",
                [at],
            )
        })?;
        Ok(true)
    }
}

/// Lowers positions; a subject whose position lies behind its newest item is listed again.
fn replay(
    transaction: &Transaction<'_>,
    subject: SubjectId,
    action: Option<&str>,
    from: &ReplayFrom,
) -> rusqlite::Result<usize> {
    let told: Option<i64> = match from {
        ReplayFrom::Start => Some(0),
        ReplayFrom::After(item) => transaction
            .query_row(
                "SELECT seq FROM item WHERE subject_id = ? AND part = ?",
                params![subject.0, item.part()],
                |row| row.get(0),
            )
            .optional()?,
        ReplayFrom::Since(time) => transaction.query_row(
            "SELECT min(seq) - 1 FROM item WHERE subject_id = ? AND detected_at >= ?",
            params![subject.0, time],
            |row| row.get(0),
        )?,
        ReplayFrom::Delivery(uid) => transaction.query_row(
            "SELECT min(i.seq) - 1 FROM delivery d JOIN delivery_item di ON di.delivery_id = d.id
             JOIN item i ON i.subject_id = d.subject_id AND i.part = di.part
             WHERE d.uid = ? AND d.subject_id = ?",
            params![uid, subject.0],
            |row| row.get(0),
        )?,
    };
    let Some(told) = told else { return Ok(0) };
    let mut select = transaction.prepare(
        "UPDATE position SET told = ?1 WHERE subject_id = ?2 AND told > ?1
         AND (?3 IS NULL OR action = ?3)
         AND EXISTS (SELECT 1 FROM rule r WHERE r.subject_id = ?2 AND r.action = position.action
                     AND r.state = 0)
         RETURNING action",
    )?;
    let moved = select
        .query_map(params![told, subject.0, action], |_| Ok(()))?
        .collect::<rusqlite::Result<Vec<()>>>()?
        .len();
    if moved == 0 {
        return Ok(0);
    }
    list_again(transaction, subject)?;
    let items: usize = transaction.query_row(
        "SELECT count(*) FROM item WHERE subject_id = ? AND seq > ?",
        [subject.0, told],
        |row| row.get(0),
    )?;
    Ok(items * moved)
}

/// Positions and numbers stay: what is listed again gets higher numbers, and so lies behind every
/// position and everything that was handed down.
fn forget(
    transaction: &Transaction<'_>,
    subject: SubjectId,
    at: Nanos,
) -> rusqlite::Result<Forgotten> {
    let forgotten = Forgotten {
        items: transaction.execute("DELETE FROM item WHERE subject_id = ?", [subject.0])?,
        dropped: transaction.execute(
            "UPDATE part SET state = 6, settled_at = ? WHERE state IN (0, 2, 3)
             AND lane_id IN (SELECT id FROM lane WHERE subject_id = ?)",
            [at, subject.0],
        )?,
        lines: transaction.execute(
            "DELETE FROM rule WHERE subject_id = ? AND state = 1 AND added_at IS NOT NULL",
            [subject.0],
        )?,
        positions: forget_history(transaction, subject)?,
    };
    list_again(transaction, subject)?;
    Ok(forgotten)
}

/// Forgets what actions were told of a version's history, or of a category's; their rules are owed
/// everything when they meet it again.
fn forget_history(transaction: &Transaction<'_>, subject: SubjectId) -> rusqlite::Result<usize> {
    transaction.execute(
        "DELETE FROM history WHERE category = (SELECT name FROM subject WHERE id = ? AND level = 1)",
        [subject.0],
    )?;
    transaction.execute(
        "DELETE FROM unit WHERE category = (SELECT name FROM subject WHERE id = ? AND level = 1)",
        [subject.0],
    )?;
    let positions = transaction.execute(
        "DELETE FROM position WHERE subject_id = ? AND compact IS NOT NULL",
        [subject.0],
    )?;
    if positions > 0 {
        transaction.execute(
            "UPDATE rule SET owed = 'all' WHERE subject_id = ?",
            [subject.0],
        )?;
    }
    Ok(positions)
}

fn list_again(transaction: &Transaction<'_>, subject: SubjectId) -> rusqlite::Result<()> {
    transaction
        .execute("UPDATE subject SET look = NULL WHERE id = ?", [subject.0])
        .map(drop)
}
