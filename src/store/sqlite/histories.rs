//! What actions were told of histories.
//!
//! Items of a history are not kept one by one: deliveries hold their own, and what was told is a
//! position in the kind's own form.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::{
    Again, HistoryScan, HistoryStore, ReadVersion, Reader, Recorded, Result, ScanPolicy, SubjectId,
    ToldHistory,
};
use super::owed::Owed;
use super::record::{self, Lane, Subject};
use super::scan::{LAST_BELOW, look_bytes};
use super::{SqliteStore, delivered, name_of};
use crate::action;
use crate::archive::Look;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::{Level, Name};

impl HistoryStore for SqliteStore {
    fn readers(
        &self,
        category: &Name,
        versions: &[SubjectId],
        policy: &ScanPolicy,
    ) -> Result<Vec<Reader>> {
        self.wrap(readers(&self.connection, category, versions, policy))
    }

    fn told_of(
        &self,
        category: &Name,
        action: &str,
        revisions: &mut dyn Iterator<Item = &str>,
    ) -> Result<HashSet<String>> {
        self.wrap(delivered::told_of(
            &self.connection,
            category,
            action,
            revisions,
        ))
    }

    fn has_history(&self, category: &Name) -> Result<bool> {
        let found = || {
            self.connection
                .prepare_cached(
                    "SELECT EXISTS (
                         SELECT 1 FROM subject s JOIN position p ON p.subject_id = s.id
                         WHERE s.level = 3 AND s.name > ?1 || '--' AND s.name < ?1 || ?2
                         AND p.compact IS NOT NULL)",
                )?
                .query_row(params![category.as_str(), LAST_BELOW], |row| row.get(0))
        };
        self.wrap(found())
    }

    fn detected_in_category(&self, revision: &Name) -> Result<Option<Nanos>> {
        self.wrap(delivered::detected_in_category(&self.connection, revision))
    }

    fn delivered(
        &self,
        version: SubjectId,
        action: Option<&str>,
        since: Nanos,
        first: Option<&str>,
    ) -> Result<Vec<String>> {
        self.wrap(delivered::delivered(
            &self.connection,
            version,
            action,
            since,
            first,
        ))
    }

    fn tell_again(&mut self, again: &[Again], max_items: usize, at: Nanos) -> Result<()> {
        self.write_durably(|transaction| {
            for again in again {
                delivered::tell_again(transaction, again, max_items, at)?;
            }
            Ok(())
        })
    }

    fn record_histories(
        &mut self,
        scans: &[HistoryScan],
        policy: &ScanPolicy,
        at: Nanos,
    ) -> Result<Recorded> {
        self.write_durably(|transaction| {
            let mut recorded = Recorded::default();
            for scan in scans {
                recorded += record_history(transaction, scan, policy, at)?;
            }
            Ok(recorded)
        })
    }
}

fn readers(
    connection: &Connection,
    category: &Name,
    versions: &[SubjectId],
    policy: &ScanPolicy,
) -> rusqlite::Result<Vec<Reader>> {
    let mut readers: Vec<Reader> = Vec::new();
    for version in versions {
        for (action, read) in read_by(connection, *version, policy)? {
            if let Some(reader) = readers.iter_mut().find(|reader| reader.action == action) {
                reader.versions.push(read);
                continue;
            }
            let mut reader = reader(connection, category, action)?;
            reader.versions.push(read);
            readers.push(reader);
        }
    }
    Ok(readers)
}

/// The actions of a version's active rules, each once, with what it is owed by its first rule.
fn read_by(
    connection: &Connection,
    version: SubjectId,
    policy: &ScanPolicy,
) -> rusqlite::Result<Vec<(String, ReadVersion)>> {
    let known = connection
        .prepare_cached("SELECT listed_at IS NOT NULL FROM subject WHERE id = ?")?
        .query_row([version.0], |row| row.get(0))?;
    let mut select = connection.prepare_cached(
        "SELECT r.action, r.owed, p.compact FROM rule r
         LEFT JOIN position p ON p.subject_id = r.subject_id AND p.action = r.action
         WHERE r.subject_id = ? AND r.state = 0 ORDER BY r.place, r.id",
    )?;
    let mut rows = select.query([version.0])?;
    let mut read: Vec<(String, ReadVersion)> = Vec::new();
    while let Some(row) = rows.next()? {
        let action: String = row.get(0)?;
        if read.iter().any(|(other, _)| *other == action) {
            continue;
        }
        let owed = record::owed_at(row, 1)?.unwrap_or_else(|| Owed::decide(known, policy));
        let (position, first) = if policy.baseline {
            (None, Limit::None)
        } else {
            (row.get(2)?, owed.limit)
        };
        let does_nothing = action::does_nothing(action.split(':').next().unwrap_or_default());
        let version = ReadVersion {
            id: version,
            position,
            first,
            added: owed.added && !policy.baseline && !does_nothing,
        };
        read.push((action, version));
    }
    Ok(read)
}

fn reader(connection: &Connection, category: &Name, action: String) -> rusqlite::Result<Reader> {
    let position = connection
        .prepare_cached("SELECT position FROM history WHERE category = ? AND action = ?")?
        .query_row(params![category.as_str(), action], |row| row.get(0))
        .optional()?;
    let mut untold = HashSet::new();
    for asleep in asleep_parts(connection, category, &action)? {
        untold.extend(asleep.items(connection)?.into_iter().map(|(part, _)| part));
    }
    Ok(Reader {
        action,
        position,
        versions: Vec::new(),
        untold,
    })
}

/// A part that is owed to a rule which was removed. What is held may have been told, and is none.
struct Asleep {
    part: i64,
    delivery: i64,
    subject: i64,
    name: Name,
    first: i64,
    last: i64,
}

impl Asleep {
    fn items(&self, connection: &Connection) -> rusqlite::Result<Vec<(String, Nanos)>> {
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

fn asleep_parts(
    connection: &Connection,
    category: &Name,
    action: &str,
) -> rusqlite::Result<Vec<Asleep>> {
    connection
        .prepare_cached(
            "SELECT p.id, p.delivery_id, l.subject_id, s.name, p.first_item, p.last_item
             FROM subject s JOIN lane l ON l.subject_id = s.id JOIN part p ON p.lane_id = l.id
             WHERE s.level = 3 AND s.name > ?1 || '--' AND s.name < ?1 || ?2
             AND l.action = ?3 AND l.asleep AND p.state IN (0, 2)",
        )?
        .query_map(params![category.as_str(), LAST_BELOW, action], |row| {
            Ok(Asleep {
                part: row.get(0)?,
                delivery: row.get(1)?,
                subject: row.get(2)?,
                name: name_of(Level::Version, row.get_ref(3)?.as_str()?)?,
                first: row.get(4)?,
                last: row.get(5)?,
            })
        })?
        .collect()
}

fn record_history(
    transaction: &Transaction<'_>,
    scan: &HistoryScan,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let mut recorded = Recorded::default();
    for told in &scan.told {
        recorded += tell(transaction, &scan.category, told, policy, at)?;
    }
    for (version, name) in &scan.versions {
        let subject = Subject::load(transaction, version.0, name)?;
        for rule in record::active_rules(transaction, &subject)? {
            record::meet(transaction, &subject, &rule, policy)?;
        }
        transaction
            .prepare_cached(
                "UPDATE subject SET listed_at = ?, look = ?, let_in = 0, gone = 0, error = NULL,
                 error_at = NULL WHERE id = ?",
            )?
            .execute(params![at, look_bytes(&Look::Covered), version.0])?;
    }
    Ok(recorded)
}

fn tell(
    transaction: &Transaction<'_>,
    category: &Name,
    told: &ToldHistory,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let action = told.action.as_str();
    if let Some(position) = &told.position {
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO history (category, action, position) VALUES (?, ?, ?)",
            )?
            .execute(params![category.as_str(), action, position])?;
    }
    let mut recorded = Recorded::default();
    let mut all = HashSet::new();
    for (version, _, news) in &told.news {
        transaction
            .prepare_cached(
                "INSERT INTO position (subject_id, action, told, compact) VALUES (?, ?, 0, ?)
                 ON CONFLICT DO UPDATE SET compact = excluded.compact",
            )?
            .execute(params![version.0, action, news.position])?;
        recorded.skipped += news.skipped;
        recorded.items += news.new.len();
        all.extend(news.new.iter().map(String::as_str));
    }
    // Before what takes its place is owed, since that may be owed to a lane that sleeps no more.
    if !all.is_empty() {
        relieve(transaction, category, action, &all, policy, at)?;
    }
    if policy.baseline {
        return Ok(recorded);
    }
    for (version, name, news) in &told.news {
        let items: Vec<(String, Nanos)> = news.new.iter().map(|part| (part.clone(), at)).collect();
        recorded.deliveries += record::insert_deliveries(
            transaction,
            &Lane {
                subject: version.0,
                name,
                action,
                held: told.held,
            },
            &items,
            policy.max_items,
            at,
        )?;
    }
    Ok(recorded)
}

/// What sleeps with a removed rule and is told by another version now is owed no more should the
/// rule return; the rest of it still is.
fn relieve(
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
        record::insert_deliveries(
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
