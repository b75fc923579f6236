//! The rules files and the memory of each line.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::super::{
    Condition, Heirs, PendingLine, Result, RuleChanges, RuleId, RuleState, RuleStore, RulesFile,
    StoredRule,
};
use super::{SqliteStore, inherit, odd_value};
use crate::name::{Level, Name};
use crate::rules::Rule;

impl RuleStore for SqliteStore {
    fn rules_files(&self) -> Result<[RulesFile; 4]> {
        self.wrap(rules_files(&self.connection))
    }

    fn rules(&self, level: Level) -> Result<Vec<StoredRule>> {
        self.wrap(rules(&self.connection, level))
    }

    fn change_rules(
        &mut self,
        level: Level,
        changes: &RuleChanges,
        file: &RulesFile,
        heirs: &Heirs<'_>,
    ) -> Result<()> {
        self.write(|transaction| {
            for (rule, place) in &changes.added {
                add(transaction, level, rule, *place)?;
            }
            for (old, rule, place) in &changes.edited {
                replace(transaction, level, *old, rule, *place, heirs)?;
            }
            for (id, place) in &changes.returned {
                set_state(transaction, *id, RuleState::Active)?;
                set_place(transaction, *id, *place)?;
            }
            for id in &changes.removed {
                set_state(transaction, *id, RuleState::Removed)?;
            }
            for (id, place) in &changes.moved {
                set_place(transaction, *id, *place)?;
            }
            remember_file(transaction, level, file)
        })
    }

    fn pending_lines(&self, level: Level) -> Result<Vec<PendingLine>> {
        self.wrap(pending_lines(&self.connection, level))
    }

    fn lines_written(&mut self, level: Level, lines: &[RuleId]) -> Result<()> {
        self.write(|transaction| {
            let mut mark =
                transaction.prepare_cached("UPDATE rule SET written = 1 WHERE id = ?")?;
            for line in lines {
                mark.execute([line.0])?;
            }
            // A file that was missing or empty is so no more: should it vanish, that is news.
            transaction
                .execute(
                    "UPDATE rules_file SET mark = NULL, condition = iif(condition IN (1, 2), 0, condition)
                     WHERE level = ?",
                    [level.number()],
                )
                .map(drop)
        })
    }

    fn restore_lines(&mut self, lines: &[RuleId]) -> Result<()> {
        self.write(|transaction| {
            for line in lines {
                transaction
                    .prepare_cached("UPDATE rule SET written = 0 WHERE id = ?")?
                    .execute([line.0])?;
                set_state(transaction, *line, RuleState::Active)?;
            }
            Ok(())
        })
    }
}

fn rules_files(connection: &Connection) -> rusqlite::Result<[RulesFile; 4]> {
    let mut files: [RulesFile; 4] = Default::default();
    let mut select =
        connection.prepare_cached("SELECT level, mark, condition, commands FROM rules_file")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let level: usize = row.get(0)?;
        let file = files
            .get_mut(level)
            .ok_or_else(|| odd_value("level", &level))?;
        *file = RulesFile {
            mark: row.get(1)?,
            condition: condition_of(row.get(2)?)?,
            commands: row
                .get::<_, String>(3)?
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        };
    }
    Ok(files)
}

fn condition_of(number: u8) -> rusqlite::Result<Condition> {
    Ok(match number {
        0 => Condition::Sound,
        1 => Condition::Missing,
        2 => Condition::Empty,
        3 => Condition::Bad,
        _ => return Err(odd_value("condition", &number)),
    })
}

fn remember_file(
    transaction: &Transaction<'_>,
    level: Level,
    file: &RulesFile,
) -> rusqlite::Result<()> {
    let condition = match file.condition {
        Condition::Sound => 0,
        Condition::Missing => 1,
        Condition::Empty => 2,
        Condition::Bad => 3,
    };
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO rules_file (level, mark, condition, commands) VALUES (?, ?, ?, ?)",
        )?
        .execute(params![
            level.number(),
            file.mark,
            condition,
            file.commands.join(" ")
        ])
        .map(drop)
}

fn rules(connection: &Connection, level: Level) -> rusqlite::Result<Vec<StoredRule>> {
    let mut select = connection.prepare_cached(
        "SELECT id, text, state, place, added_at, parent, written FROM rule WHERE level = ?
         ORDER BY place, id",
    )?;
    select
        .query_map([level.number()], |row| {
            let text: String = row.get(1)?;
            Ok(StoredRule {
                id: RuleId(row.get(0)?),
                rule: rule_of(level, &text)?,
                state: match row.get(2)? {
                    0 => RuleState::Active,
                    1 => RuleState::Removed,
                    _ => RuleState::Replaced,
                },
                place: row.get(3)?,
                added_at: row.get(4)?,
                parent: row.get(5)?,
                written: row.get(6)?,
            })
        })?
        .collect()
}

pub(super) fn rule_of(level: Level, text: &str) -> rusqlite::Result<Rule> {
    Rule::parse_text(level, text).map_err(|_| odd_value("text", &text))
}

fn pending_lines(connection: &Connection, level: Level) -> rusqlite::Result<Vec<PendingLine>> {
    connection
        .prepare_cached(
            "SELECT id, text, parent, added_at FROM rule WHERE written = 0 AND level = ? ORDER BY id",
        )?
        .query_map([level.number()], |row| {
            Ok(PendingLine {
                id: RuleId(row.get(0)?),
                text: row.get(1)?,
                parent: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                added_at: row.get::<_, Option<i64>>(3)?.unwrap_or_default(),
            })
        })?
        .collect()
}

/// The key of a subject, which is made where it is not known.
pub(super) fn subject_id(transaction: &Transaction<'_>, name: &Name) -> rusqlite::Result<i64> {
    let known = transaction
        .prepare_cached("SELECT id FROM subject WHERE level = ? AND name = ?")?
        .query_row(params![name.level().number(), name.as_str()], |row| {
            row.get(0)
        })
        .optional()?;
    if let Some(id) = known {
        return Ok(id);
    }
    transaction
        .prepare_cached("INSERT OR IGNORE INTO archive (name) VALUES (?)")?
        .execute([name.archive()])?;
    transaction
        .prepare_cached(
            "INSERT INTO subject (archive_id, level, name)
             SELECT id, ?, ? FROM archive WHERE name = ?",
        )?
        .execute(params![
            name.level().number(),
            name.as_str(),
            name.archive()
        ])?;
    Ok(transaction.last_insert_rowid())
}

/// A subject is watched while an active rule names it, and listed at the next poll after a change.
fn look_again(transaction: &Transaction<'_>, subject: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE subject SET look = NULL,
                 watched = EXISTS (SELECT 1 FROM rule WHERE subject_id = subject.id AND state = 0)
             WHERE id = ?",
        )?
        .execute([subject])
        .map(drop)
}

/// The lanes of an action rest while no active rule has it.
pub(super) fn wake_lanes(
    transaction: &Transaction<'_>,
    subject: i64,
    action: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE lane SET asleep = NOT EXISTS (
                 SELECT 1 FROM rule r WHERE r.subject_id = lane.subject_id AND r.action = lane.action
                 AND r.state = 0)
             WHERE subject_id = ? AND action = ?",
        )?
        .execute(params![subject, action])
        .map(drop)
}

fn set_state(transaction: &Transaction<'_>, id: RuleId, state: RuleState) -> rusqlite::Result<()> {
    let (subject, action): (i64, String) = transaction
        .prepare_cached("UPDATE rule SET state = ? WHERE id = ? RETURNING subject_id, action")?
        .query_row(params![state as u8, id.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    look_again(transaction, subject)?;
    wake_lanes(transaction, subject, &action)
}

fn set_place(transaction: &Transaction<'_>, id: RuleId, place: i64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE rule SET place = ? WHERE id = ?")?
        .execute([place, id.0])
        .map(drop)
}

/// A person's new line. One that was replaced by an edit begins anew: its memory went to the other.
fn add(
    transaction: &Transaction<'_>,
    level: Level,
    rule: &Rule,
    place: i64,
) -> rusqlite::Result<i64> {
    let subject = subject_id(transaction, &rule.subject)?;
    let id = transaction
        .prepare_cached(
            "INSERT INTO rule (level, text, subject_id, action, state, place) VALUES (?, ?, ?, ?, 0, ?)
             ON CONFLICT (level, text) DO UPDATE
             SET state = 0, place = excluded.place, met = 0, owed = NULL, handed = 0, written = 1
             RETURNING id",
        )?
        .query_row(
            params![level.number(), rule.text(), subject, rule.action.as_str(), place],
            |row| row.get(0),
        )?;
    look_again(transaction, subject)?;
    wake_lanes(transaction, subject, rule.action.as_str())?;
    Ok(id)
}

/// An edited line takes over what the old one was told, what it handed down, and its deliveries.
fn replace(
    transaction: &Transaction<'_>,
    level: Level,
    old: RuleId,
    rule: &Rule,
    place: i64,
    heirs: &Heirs<'_>,
) -> rusqlite::Result<()> {
    let id = add(transaction, level, rule, place)?;
    let (subject, old_text, old_action): (i64, String, String) = transaction
        .prepare_cached(
            "UPDATE rule SET state = 2, written = 1 WHERE id = ? RETURNING subject_id, text, action",
        )?
        .query_row([old.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    // A line that had no children handed nothing down, whatever it has seen; what its subject's items
    // are owed through it is decided anew.
    let handed_nothing =
        rule_of(level, &old_text)?.children.is_empty() && !rule.children.is_empty();
    transaction
        .prepare_cached(
            "UPDATE rule SET met = old.met, owed = iif(?2, NULL, old.owed),
                 handed = iif(?2, 0, old.handed)
             FROM (SELECT met, owed, handed FROM rule WHERE id = ?1) AS old
             WHERE rule.id = ?3",
        )?
        .execute(params![old.0, handed_nothing, id])?;
    let action = rule.action.as_str();
    if action == old_action {
        return Ok(());
    }
    let still_used: bool = transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM rule WHERE subject_id = ? AND action = ? AND state = 0)",
        )?
        .query_row(params![subject, old_action], |row| row.get(0))?;
    transaction
        .prepare_cached(
            "INSERT INTO position (subject_id, action, told, compact)
             SELECT subject_id, ?, told, compact FROM position WHERE subject_id = ? AND action = ?
             ON CONFLICT DO UPDATE SET told = max(told, excluded.told)",
        )?
        .execute(params![action, subject, old_action])?;
    if still_used {
        return Ok(());
    }
    transaction
        .prepare_cached("DELETE FROM position WHERE subject_id = ? AND action = ?")?
        .execute(params![subject, old_action])?;
    inherit::hand_over(transaction, subject, &old_action, action, heirs)
}
