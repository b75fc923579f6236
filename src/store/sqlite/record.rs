//! Recording the listing of one subject: items, deliveries, lines to hand down.

use std::borrow::Cow;
use std::collections::HashSet;

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::super::{PartState, Recorded, ScanPolicy, SubjectScan};
use super::owed::Owed;
use super::rules::rule_of;
use super::scan::look_bytes;
use super::{child_of, odd_value};
use crate::action;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::{Level, Name};
use crate::rules::Rule;

/// A subject while its listing is recorded.
pub(super) struct Subject<'a> {
    id: i64,
    name: &'a Name,
    /// The number of its newest item.
    last: i64,
    /// What was there when a rule that meets the subject now met it: items up to this number.
    there: i64,
    /// It was listed before.
    known: bool,
    /// Items above the first number, up to the last one, are new because the settings let them in: they
    /// were there.
    let_in: Option<(i64, i64)>,
}

impl<'a> Subject<'a> {
    /// A subject whose items are not kept one by one.
    pub(super) fn load(
        transaction: &Transaction<'_>,
        id: i64,
        name: &'a Name,
    ) -> rusqlite::Result<Self> {
        let known = transaction
            .prepare_cached("SELECT listed_at IS NOT NULL FROM subject WHERE id = ?")?
            .query_row([id], |row| row.get(0))?;
        Ok(Self {
            id,
            name,
            last: 0,
            there: 0,
            known,
            let_in: None,
        })
    }
}

/// Whose deliveries are made.
pub(super) struct Lane<'a> {
    pub(super) subject: i64,
    pub(super) name: &'a Name,
    pub(super) action: &'a str,
    /// They are held until a person decides.
    pub(super) held: bool,
}

/// An active rule of the subject.
pub(super) struct ActiveRule {
    id: i64,
    rule: Rule,
    met: bool,
    owed: Option<Owed>,
    handed: i64,
}

pub(super) fn record_subject(
    transaction: &Transaction<'_>,
    scan: &SubjectScan,
    policy: &ScanPolicy,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let (before, known, let_in): (i64, bool, bool) = transaction
        .prepare_cached("SELECT last_seq, listed_at IS NOT NULL, let_in FROM subject WHERE id = ?")?
        .query_row([scan.id.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let (mut new, mut let_in_until) = (Cow::Borrowed(&scan.new), before);
    if known && let_in && !scan.let_in.is_empty() {
        // What was there comes before what is new.
        new.to_mut().sort_by_key(|part| !scan.let_in.contains(part));
        let_in_until += i64::try_from(scan.let_in.len()).unwrap_or(i64::MAX);
    }
    let last = insert_items(transaction, scan.id.0, before, &new, at)?;
    let there = if known && !policy.baseline {
        before
    } else {
        last
    };
    let subject = Subject {
        id: scan.id.0,
        name: &scan.name,
        last,
        there,
        known,
        let_in: (known && let_in).then_some((before, let_in_until)),
    };
    if scan.name.level() != Level::Version {
        record_children(transaction, &subject, &scan.new, scan.all.as_deref())?;
    }
    let mut recorded = Recorded {
        items: scan.new.len(),
        ..Recorded::default()
    };
    let rules = active_rules(transaction, &subject)?;
    let mut told = HashSet::new();
    for rule in &rules {
        let owed = meet(transaction, &subject, rule, policy)?;
        if told.insert(rule.rule.action.as_str()) {
            recorded += tell(transaction, &subject, rule, owed, policy, at)?;
        }
        recorded.lines += hand_down(transaction, &subject, rule, owed, policy, commented, at)?;
    }
    transaction
        .prepare_cached(
            "UPDATE subject SET last_seq = ?, listed_at = iif(?, listed_at, ?), look = ?, let_in = 0,
             gone = 0, error = NULL, error_at = NULL WHERE id = ?",
        )?
        .execute(params![
            last,
            scan.since,
            at,
            scan.look.as_ref().map(look_bytes),
            subject.id
        ])?;
    Ok(recorded)
}

fn insert_items(
    transaction: &Transaction<'_>,
    subject: i64,
    before: i64,
    new: &[String],
    at: Nanos,
) -> rusqlite::Result<i64> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO item (subject_id, seq, part, detected_at) VALUES (?, ?, ?, ?)",
    )?;
    let mut last = before;
    for part in new {
        last += 1;
        insert.execute(params![subject, last, part, at])?;
    }
    Ok(last)
}

/// Items above the revision are subjects themselves: the new ones become known, those that the
/// listing holds no more are gone, and those that returned wake with the memory they had.
fn record_children(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    new: &[String],
    all: Option<&[String]>,
) -> rusqlite::Result<()> {
    let Some(level) = subject.name.level().child() else {
        return Ok(());
    };
    for part in new {
        let child = child_of(subject.name, part)?;
        transaction
            .prepare_cached(
                "INSERT INTO subject (archive_id, level, name, parent_id)
                 SELECT archive_id, ?, ?, id FROM subject WHERE id = ?
                 ON CONFLICT (level, name) DO UPDATE SET parent_id = excluded.parent_id",
            )?
            .execute(params![level.number(), child.as_str(), subject.id])?;
    }
    let Some(all) = all else { return Ok(()) };
    let listed: HashSet<&str> = all.iter().map(String::as_str).collect();
    let children: Vec<(i64, String, bool)> = transaction
        .prepare_cached("SELECT id, name, gone FROM subject WHERE parent_id = ?")?
        .query_map([subject.id], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for (id, text, gone) in children {
        let child = super::name_of(level, &text)?;
        let there = listed.contains(child.part());
        if there == gone {
            transaction
                .prepare_cached("UPDATE subject SET gone = ?, look = NULL WHERE id = ?")?
                .execute(params![!there, id])?;
        }
    }
    Ok(())
}

pub(super) fn active_rules(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
) -> rusqlite::Result<Vec<ActiveRule>> {
    transaction
        .prepare_cached(
            "SELECT id, text, met, owed, handed FROM rule WHERE subject_id = ? AND state = 0
             ORDER BY place, id",
        )?
        .query_map([subject.id], |row| {
            Ok(ActiveRule {
                id: row.get(0)?,
                rule: rule_of(subject.name.level(), row.get_ref(1)?.as_str()?)?,
                met: row.get(2)?,
                owed: owed_at(row, 3)?,
                handed: row.get(4)?,
            })
        })?
        .collect()
}

/// What a rule is owed, in a column of its row; `None` where it is not decided.
pub(super) fn owed_at(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Owed>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(|_| odd_value("owed", &text)))
        .transpose()
}

/// What the rule is owed of what was there; decided when it first meets its subject.
pub(super) fn meet(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    policy: &ScanPolicy,
) -> rusqlite::Result<Owed> {
    let decided = rule
        .owed
        .unwrap_or_else(|| Owed::decide(subject.known, policy));
    if !rule.met {
        transaction
            .prepare_cached("UPDATE rule SET met = 1, owed = ? WHERE id = ?")?
            .execute(params![decided.to_string(), rule.id])?;
    }
    Ok(decided)
}

/// Makes the deliveries that are owed to the rule's action, and moves its position to the end.
fn tell(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    owed: Owed,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<Recorded> {
    let action = rule.rule.action.as_str();
    let told: Option<i64> = transaction
        .prepare_cached("SELECT told FROM position WHERE subject_id = ? AND action = ?")?
        .query_row(params![subject.id, action], |row| row.get(0))
        .optional()?;
    let mut recorded = Recorded::default();
    let from = match told {
        _ if policy.baseline => subject.last,
        Some(told) => match subject.let_in {
            // What was told up to here, and then what `first` says of what was let in.
            Some((before, until)) if told >= before => Owed {
                limit: policy.first,
                added: false,
            }
            .position(subject.name.level(), until)
            .max(told),
            _ => told,
        },
        None => {
            let from = owed.position(subject.name.level(), subject.there);
            if owed.added && !action::does_nothing(rule.rule.action.command()) {
                recorded.skipped = usize::try_from(from).unwrap_or(0);
            }
            from
        }
    };
    if from < subject.last {
        recorded.deliveries = make_deliveries(transaction, subject, action, from, policy, at)?;
    }
    if told != Some(subject.last) {
        transaction
            .prepare_cached(
                "INSERT INTO position (subject_id, action, told) VALUES (?, ?, ?)
                 ON CONFLICT DO UPDATE SET told = excluded.told",
            )?
            .execute(params![subject.id, action, subject.last])?;
    }
    Ok(recorded)
}

fn make_deliveries(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    action: &str,
    from: i64,
    policy: &ScanPolicy,
    at: Nanos,
) -> rusqlite::Result<usize> {
    let items: Vec<(String, i64)> = transaction
        .prepare_cached(
            "SELECT part, detected_at FROM item WHERE subject_id = ? AND seq > ? ORDER BY seq",
        )?
        .query_map([subject.id, from], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let lane = Lane {
        subject: subject.id,
        name: subject.name,
        action,
        held: false,
    };
    insert_deliveries(transaction, &lane, &items, policy.max_items, at)
}

/// Makes the deliveries of `items`, in pieces. Returns their number.
pub(super) fn insert_deliveries(
    transaction: &Transaction<'_>,
    lane: &Lane<'_>,
    items: &[(String, Nanos)],
    max_items: usize,
    at: Nanos,
) -> rusqlite::Result<usize> {
    let prefix = lane.name.as_str().len() + "--".len();
    let costs = items
        .iter()
        .map(|(part, _)| action::cost(prefix + part.len()));
    let pieces = action::pieces(costs, max_items);
    for piece in &pieces {
        insert_delivery(transaction, lane, &items[piece.clone()], at)?;
    }
    Ok(pieces.len())
}

fn insert_delivery(
    transaction: &Transaction<'_>,
    lane: &Lane<'_>,
    items: &[(String, Nanos)],
    at: Nanos,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO delivery (uid, subject_id, action, created_at, items)
             VALUES (lower(hex(randomblob(10))), ?, ?, ?, ?)",
        )?
        .execute(params![lane.subject, lane.action, at, items.len()])?;
    let delivery = transaction.last_insert_rowid();
    let mut insert = transaction.prepare_cached(
        "INSERT INTO delivery_item (delivery_id, ord, part, detected_at) VALUES (?, ?, ?, ?)",
    )?;
    for (place, (part, detected_at)) in items.iter().enumerate() {
        insert.execute(params![delivery, place, part, detected_at])?;
    }
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO lane (subject_id, action, recipient) VALUES (?, ?, '')",
        )?
        .execute(params![lane.subject, lane.action])?;
    transaction
        .prepare_cached(
            "INSERT INTO part (uid, delivery_id, lane_id, first_item, last_item, state, due_at)
             SELECT d.uid, d.id, l.id, 0, d.items - 1, ?, 0 FROM delivery d JOIN lane l
             ON l.subject_id = d.subject_id AND l.action = d.action AND l.recipient = ''
             WHERE d.id = ?",
        )?
        .execute(params![
            if lane.held {
                PartState::Held
            } else {
                PartState::Owed
            } as u8,
            delivery
        ])
        .map(drop)
}

/// Adds a line of the next level for each item that the rule did not hand down yet.
fn hand_down(
    transaction: &Transaction<'_>,
    subject: &Subject<'_>,
    rule: &ActiveRule,
    owed: Owed,
    policy: &ScanPolicy,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<usize> {
    if rule.rule.children.is_empty() || rule.handed == subject.last {
        return Ok(0);
    }
    let items: Vec<(i64, String)> = transaction
        .prepare_cached("SELECT seq, part FROM item WHERE subject_id = ? AND seq > ? ORDER BY seq")?
        .query_map([subject.id, rule.handed], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    // A rule that met its subject long ago and hands down only now was edited to do so.
    let there = if rule.met && rule.handed > 0 {
        rule.handed
    } else {
        subject.there
    };
    let mut lines = 0;
    for (seq, part) in items {
        let item = child_of(subject.name, &part)?;
        let Some(line) = rule.rule.child(&item) else {
            continue;
        };
        let inherited = match () {
            () if policy.baseline => Owed {
                limit: Limit::None,
                added: false,
            },
            () if subject
                .let_in
                .is_some_and(|(before, until)| seq > before && seq <= until) =>
            {
                Owed {
                    limit: policy.first,
                    added: false,
                }
            }
            () if seq <= there => owed,
            () => Owed::EVERYTHING,
        };
        lines += usize::from(insert_line(
            transaction,
            subject,
            &line,
            inherited,
            commented,
            at,
        )?);
    }
    transaction
        .prepare_cached("UPDATE rule SET handed = ? WHERE id = ?")?
        .execute([subject.last, rule.id])?;
    Ok(lines)
}

/// Adds a line, unless it ever stood in the file. Returns whether it is to be appended.
fn insert_line(
    transaction: &Transaction<'_>,
    parent: &Subject<'_>,
    line: &Rule,
    owed: Owed,
    commented: &dyn Fn(&str) -> bool,
    at: Nanos,
) -> rusqlite::Result<bool> {
    let text = line.text();
    let active = !commented(&text);
    let child = super::rules::subject_id(transaction, &line.subject)?;
    let inserted = transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO rule
                 (level, text, subject_id, action, state, place, owed, added_at, parent, written)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            line.subject.level().number(),
            text,
            child,
            line.action.as_str(),
            u8::from(!active),
            // After every line of the file, in the order of discovery.
            i64::MAX,
            owed.to_string(),
            at,
            parent.name.as_str(),
            !active,
        ])?;
    if inserted == 0 || !active {
        return Ok(false);
    }
    transaction
        .prepare_cached("UPDATE subject SET watched = 1, look = NULL WHERE id = ?")?
        .execute([child])?;
    super::rules::wake_lanes(transaction, child, line.action.as_str())?;
    Ok(true)
}
