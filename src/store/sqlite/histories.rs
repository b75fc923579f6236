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
use super::deliveries::{self, Lane};
use super::owed::Owed;
use super::record::Subject;
use super::scan::{LAST_BELOW, look_bytes};
use super::{SqliteStore, asleep, delivered, meet};
use crate::action;
use crate::archive::Look;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::Name;

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
        let owed = meet::owed_at(row, 1)?.unwrap_or_else(|| Owed::decide(known, policy));
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
    for asleep in asleep::asleep_parts(connection, category, &action)? {
        untold.extend(asleep.items(connection)?.into_iter().map(|(part, _)| part));
    }
    Ok(Reader {
        action,
        position,
        versions: Vec::new(),
        untold,
    })
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
        for rule in meet::active_rules(transaction, &subject)? {
            meet::meet(transaction, &subject, &rule, policy)?;
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
        asleep::relieve(transaction, category, action, &all, policy, at)?;
    }
    if policy.baseline {
        return Ok(recorded);
    }
    for (version, name, news) in &told.news {
        let items: Vec<(String, Nanos)> = news.new.iter().map(|part| (part.clone(), at)).collect();
        recorded.deliveries += deliveries::insert_deliveries(
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
