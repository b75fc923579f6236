//! Hosts that fail.

use rusqlite::params;

use super::super::{HostStore, HostTrouble, Result};
use super::SqliteStore;

impl HostStore for SqliteStore {
    fn host_troubles(&self) -> Result<Vec<HostTrouble>> {
        let found = || {
            self.connection
                .prepare("SELECT name, since, tried_at, said FROM host")?
                .query_map([], |row| {
                    Ok(HostTrouble {
                        name: row.get(0)?,
                        since: row.get(1)?,
                        tried_at: row.get(2)?,
                        said: row.get(3)?,
                    })
                })?
                .collect()
        };
        self.wrap(found())
    }

    fn set_host_trouble(&mut self, trouble: &HostTrouble) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute(
                    "INSERT INTO host (name, since, tried_at, said) VALUES (?, ?, ?, ?)
                     ON CONFLICT (name) DO UPDATE SET since = min(since, excluded.since),
                     tried_at = excluded.tried_at, said = excluded.said",
                    params![trouble.name, trouble.since, trouble.tried_at, trouble.said],
                )
                .map(drop)
        })
    }

    fn clear_host(&mut self, name: &str) -> Result<()> {
        self.write(|transaction| {
            transaction
                .execute("DELETE FROM host WHERE name = ?", [name])
                .map(drop)
        })
    }
}
