//! What deliveries hold of histories, whose revisions are kept nowhere else.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, Transaction, params};

use super::super::{Again, SubjectId};
use super::deliveries::{self, Lane};
use super::scan::LAST_BELOW;
use crate::clock::Nanos;
use crate::name::{Level, Name};

/// Which of these revisions deliveries to an action hold, in any version of the category.
pub(super) fn told_of(
    connection: &Connection,
    category: &Name,
    action: &str,
    revisions: &mut dyn Iterator<Item = &str>,
) -> rusqlite::Result<HashSet<String>> {
    let asked: HashSet<&str> = revisions.collect();
    let mut told = HashSet::new();
    // The journal is read once: nothing finds a part in it faster.
    let mut select = connection.prepare_cached(
        "SELECT i.part FROM subject s JOIN delivery d ON d.subject_id = s.id
         JOIN delivery_item i ON i.delivery_id = d.id
         WHERE s.level = 3 AND s.name > ?1 || '--' AND s.name < ?1 || ?2 AND d.action = ?3",
    )?;
    let mut rows = select.query(params![category.as_str(), LAST_BELOW, action])?;
    while let Some(row) = rows.next()? {
        let part = row.get_ref(0)?.as_str()?;
        if asked.contains(part) && !told.contains(part) {
            told.insert(part.to_owned());
        }
    }
    Ok(told)
}

/// When a revision was first detected in any version of its category.
pub(super) fn detected_in_category(
    connection: &Connection,
    revision: &Name,
) -> rusqlite::Result<Option<Nanos>> {
    let Some(category) = revision.at_level(Level::Category) else {
        return Ok(None);
    };
    connection
        .prepare_cached(
            "SELECT min(i.detected_at) FROM subject s JOIN delivery d ON d.subject_id = s.id
             JOIN delivery_item i ON i.delivery_id = d.id
             WHERE s.level = 3 AND s.name > ?1 || '--' AND s.name < ?1 || ?2 AND i.part = ?3",
        )?
        .query_row(
            params![category.as_str(), LAST_BELOW, revision.part()],
            |row| row.get(0),
        )
}

/// The revisions that deliveries of a version hold, each once.
pub(super) fn delivered(
    connection: &Connection,
    version: SubjectId,
    action: Option<&str>,
    since: Nanos,
    first: Option<&str>,
) -> rusqlite::Result<Vec<String>> {
    let mut select = connection.prepare_cached(
        "SELECT i.part FROM delivery d JOIN delivery_item i ON i.delivery_id = d.id
         WHERE d.subject_id = ? AND (?2 IS NULL OR d.action = ?2) AND i.detected_at >= ?3
         AND (?4 IS NULL OR d.id >= (SELECT id FROM delivery WHERE uid = ?4))
         ORDER BY d.id, i.ord",
    )?;
    let mut rows = select.query(params![version.0, action, since, first])?;
    let (mut seen, mut parts) = (HashSet::new(), Vec::new());
    while let Some(row) = rows.next()? {
        let part: String = row.get(0)?;
        if seen.insert(part.clone()) {
            parts.push(part);
        }
    }
    Ok(parts)
}

/// Makes the deliveries; revisions that were detected before keep the time of that.
pub(super) fn tell_again(
    transaction: &Transaction<'_>,
    again: &Again,
    max_items: usize,
    at: Nanos,
) -> rusqlite::Result<()> {
    let mut known = HashMap::new();
    let mut select = transaction.prepare_cached(
        "SELECT i.part, min(i.detected_at) FROM delivery d
         JOIN delivery_item i ON i.delivery_id = d.id WHERE d.subject_id = ? GROUP BY i.part",
    )?;
    let mut rows = select.query([again.version.0])?;
    while let Some(row) = rows.next()? {
        known.insert(row.get::<_, String>(0)?, row.get(1)?);
    }
    let items: Vec<(String, Nanos)> = again
        .revisions
        .iter()
        .map(|part| (part.clone(), known.get(part).copied().unwrap_or(at)))
        .collect();
    let lane = Lane {
        subject: again.version.0,
        name: &again.name,
        action: &again.action,
        held: false,
    };
    deliveries::insert_deliveries(transaction, &lane, &items, max_items, at).map(drop)
}
