//! The `SQLite` engine: one database in the state directory, with lock files beside it.
//!
//! The journal is a write-ahead log. What a scan records is synced before anything is done about it
//! (`synchronous = FULL`); claims and settlements are not (`NORMAL`): after a power cut the last of
//! them may be missing, which costs a repetition and never a loss.

mod asleep;
mod claim;
mod claimer;
mod delivered;
mod deliveries;
mod divide;
mod hand_down;
mod histories;
mod hosts;
mod inherit;
mod journal;
mod locks;
mod log;
mod meet;
mod operate;
mod outbox;
mod owed;
mod record;
mod rules;
mod scan;
mod settle;
mod sweep;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::{
    BUSY_TIMEOUT, Claimer, Engine, Guard, Lock, PartId, Result, StateDir, Store, StoreError,
};
use crate::action::ProcessGroup;
use crate::clock::Nanos;
use crate::fault;
use crate::name::{Level, Name};

/// The migrations, each from the format of its place to the next. One that was released is never
/// changed.
const MIGRATIONS: [&str; 3] = [
    include_str!("schema-1.sql"),
    include_str!("schema-2.sql"),
    include_str!("schema-3.sql"),
];

/// What marks a database as larch's: `larc`.
const APPLICATION_ID: i64 = 0x6C61_7263;

/// The engine over one state directory.
#[derive(Debug)]
pub struct Sqlite {
    dir: StateDir,
    /// The state is in memory, and has but one connection.
    in_memory: bool,
    /// The connection that the state was opened with, for whoever connects first: opening is most of
    /// what a small poll does.
    opened: Mutex<Option<Connection>>,
}

impl Sqlite {
    /// Opens the state in `dir`, and makes it where there is none.
    pub fn open(dir: StateDir) -> Result<Self> {
        dir.prepare()?;
        let mut engine = Self {
            dir,
            in_memory: false,
            opened: Mutex::new(None),
        };
        let mut connection = engine.connection(OpenFlags::SQLITE_OPEN_CREATE)?;
        match engine.format(&connection)? {
            0 => engine.create(&mut connection)?,
            found => {
                if !engine.dir.is_marked() {
                    engine.dir.complete()?;
                }
                if found < known_format() {
                    engine.migrate(&mut connection)?;
                }
            }
        }
        engine.opened = Mutex::new(Some(connection));
        Ok(engine)
    }

    /// Opens the state in `dir` for reading, and fails where there is none.
    pub fn open_existing(dir: StateDir) -> Result<Self> {
        let database = dir.database();
        let is_there = database.try_exists().map_err(StoreError::file(&database))?;
        if !is_there && !dir.is_marked() {
            return Err(StoreError::Absent {
                path: dir.path().to_owned(),
            });
        }
        Self::open(dir)
    }

    /// Makes the database, one process at a time.
    fn create(&self, connection: &mut Connection) -> Result<()> {
        let path = self.dir.path();
        let lock = std::fs::File::open(path).map_err(StoreError::file(path))?;
        fs2::FileExt::lock_exclusive(&lock).map_err(StoreError::file(path))?;
        // Another process may have been quicker.
        if self.format(connection)? != 0 {
            return Ok(());
        }
        let holds_tables = self.wrap(connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema)",
            [],
            |row| row.get(0),
        ))?;
        if holds_tables {
            return Err(self.foreign());
        }
        if self.dir.is_marked() {
            return Err(StoreError::Damaged {
                path: self.dir.database(),
                why: "the database is missing or empty".to_owned(),
            });
        }
        self.wrap(connection.pragma_update(None, "journal_mode", "WAL"))?;
        fault::point("before-create");
        self.migrate(connection)?;
        fault::point("within-create");
        self.dir.complete()?;
        fault::point("after-create");
        Ok(())
    }

    fn migrate(&self, connection: &mut Connection) -> Result<()> {
        let transaction =
            self.wrap(connection.transaction_with_behavior(TransactionBehavior::Immediate))?;
        let found = self.format(&transaction)?;
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
            self.wrap(transaction.execute_batch(migration))?;
        }
        self.wrap(transaction.pragma_update(None, "application_id", APPLICATION_ID))?;
        self.wrap(transaction.pragma_update(None, "user_version", known_format()))?;
        self.wrap(transaction.commit())
    }

    /// The format of the database: 0 for none yet.
    fn format(&self, connection: &Connection) -> Result<i64> {
        let pragma =
            |name| self.wrap(connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)));
        let found = pragma("user_version")?;
        if found > known_format() {
            return Err(StoreError::Newer {
                path: self.dir.database(),
                found,
                known: known_format(),
            });
        }
        if found != 0 && pragma("application_id")? != APPLICATION_ID {
            return Err(self.foreign());
        }
        Ok(found)
    }

    fn foreign(&self) -> StoreError {
        StoreError::Damaged {
            path: self.dir.database(),
            why: "it is a database of another program".to_owned(),
        }
    }

    fn connection(&self, flags: OpenFlags) -> Result<Connection> {
        let path = if self.in_memory {
            PathBuf::from(":memory:")
        } else {
            self.dir.database()
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = self.wrap(Connection::open_with_flags(path, flags))?;
        self.wrap(connection.busy_timeout(BUSY_TIMEOUT))?;
        // A statement is planned once, and not anew for each value that it is given.
        self.wrap(connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))?;
        // A checkpoint syncs twice and writes each page: rather one for a thousand deliveries than one
        // for each sixty. The log takes at most 64 MiB.
        self.wrap(connection.execute_batch(
            "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;
             PRAGMA wal_autocheckpoint = 16384;",
        ))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|source| StoreError::database(&self.dir.database(), source))
    }

    /// A copy in memory of the state in `dir`, or an empty one: what is done to it is lost.
    pub fn scratch(dir: StateDir) -> Result<(Self, Box<dyn Store>)> {
        let engine = Self {
            dir,
            in_memory: true,
            opened: Mutex::new(None),
        };
        let mut connection = engine.connection(OpenFlags::SQLITE_OPEN_CREATE)?;
        if engine.dir.database().exists() || engine.dir.is_marked() {
            let real = Self::open(engine.dir.clone())?.connection(OpenFlags::empty())?;
            let backup = engine.wrap(rusqlite::backup::Backup::new(&real, &mut connection))?;
            engine.wrap(backup.run_to_completion(1 << 16, std::time::Duration::ZERO, None))?;
        } else {
            engine.migrate(&mut connection)?;
        }
        let store = Box::new(SqliteStore {
            connection,
            path: engine.dir.database(),
        });
        Ok((engine, store))
    }
}

fn known_format() -> i64 {
    i64::try_from(MIGRATIONS.len()).expect("there are few migrations")
}

impl Engine for Sqlite {
    fn connect(&self) -> Result<Box<dyn Store>> {
        let opened = self
            .opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let connection = match opened {
            Some(connection) => connection,
            None => self.connection(OpenFlags::empty())?,
        };
        Ok(Box::new(SqliteStore {
            connection,
            path: self.dir.database(),
        }))
    }

    fn try_lock(&self, lock: &Lock) -> Result<Option<Box<dyn Guard>>> {
        locks::try_lock(&self.dir, lock)
    }

    fn lock(&self, lock: &Lock) -> Result<Box<dyn Guard>> {
        locks::lock(&self.dir, lock)
    }

    fn bell(&self, archive: &str) -> Result<u64> {
        locks::bell(&self.dir, archive)
    }

    fn ring(&self, archive: &str) -> Result<()> {
        locks::ring(&self.dir, archive)
    }

    fn claimer(&self) -> Result<Box<dyn Claimer>> {
        claimer::new(&self.dir)
    }

    fn noted(&self, claimer: &str) -> Result<Vec<(PartId, ProcessGroup)>> {
        claimer::noted(&self.dir, claimer)
    }

    fn is_alive(&self, claimer: &str) -> Result<bool> {
        claimer::is_alive(&self.dir, claimer)
    }

    fn keep_output(&self, part: &str, attempt: u32, output: &[u8]) -> Result<()> {
        let path = self.dir.output(part, attempt);
        crate::fsx::write_private(&path, output).map_err(StoreError::file(&path))
    }

    fn output(&self, part: &str, attempt: u32) -> Result<Option<Vec<u8>>> {
        let path = self.dir.output(part, attempt);
        match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(StoreError::file(&path)),
        }
    }

    fn sweep(&self, outputs_before: Nanos, claims_before: Nanos) -> Result<()> {
        sweep::outputs(&self.dir, outputs_before)?;
        sweep::claims(&self.dir, claims_before)
    }
}

/// One connection. Its methods stand in one file per trait.
struct SqliteStore {
    connection: Connection,
    path: PathBuf,
}

impl SqliteStore {
    /// Runs `work` as one transaction that sees nobody else's half.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let path = &self.path;
        write(&mut self.connection, work).map_err(|source| StoreError::database(path, source))
    }

    /// As [`Self::write`], and durable when it returns.
    fn write_durably<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.wrap(self.connection.execute_batch("PRAGMA synchronous = FULL"))?;
        let done = self.write(work);
        self.wrap(self.connection.execute_batch("PRAGMA synchronous = NORMAL"))?;
        done
    }

    fn wrap<T>(&self, result: rusqlite::Result<T>) -> Result<T> {
        result.map_err(|source| StoreError::database(&self.path, source))
    }
}

fn write<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

/// A column that holds what larch never writes.
fn odd_value(column: &str, value: &dyn std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        0,
        rusqlite::types::Type::Text,
        format!("column {column} holds `{value}`").into(),
    )
}

fn level_of(number: u8) -> rusqlite::Result<Level> {
    Level::from_number(number).ok_or_else(|| odd_value("level", &number))
}

fn name_of(level: Level, text: &str) -> rusqlite::Result<Name> {
    Name::parse(text, Some(level)).map_err(|_| odd_value("name", &text))
}

fn child_of(subject: &Name, part: &str) -> rusqlite::Result<Name> {
    subject.child(part).map_err(|_| odd_value("part", &part))
}

/// The file name of a lock or output that an archive's name stands in.
fn file_name(archive: &str, suffix: &str) -> PathBuf {
    Path::new(&format!(
        "{}.{suffix}",
        crate::name::encode(archive.as_bytes())
    ))
    .to_owned()
}
