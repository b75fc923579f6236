//! A state that an earlier release left.

use rusqlite::Connection;

use super::{LAYOUTS, rules_files, settled};
use crate::support::Sandbox;

/// Rewrites the state as the first release wrote it.
fn to_first_format(sandbox: &Sandbox) {
    let database = sandbox.path("n/+state/larch.db");
    let old = sandbox.path("n/+state/old.db");
    let connection = Connection::open(&old).unwrap();
    connection
        .execute_batch(include_str!("../../../src/store/sqlite/schema-1.sql"))
        .unwrap();
    connection
        .execute("ATTACH ? AS new", [database.to_str().unwrap()])
        .unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for table in tables {
        // What a look was made of has another form since; its place is the same.
        let columns: Vec<String> = connection
            .prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))
            .unwrap()
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        let of_new: Vec<String> = columns
            .iter()
            .map(|column| match column.as_str() {
                "fingerprint" => "substr(look, 2)".to_owned(),
                column => column.to_owned(),
            })
            .collect();
        connection
            .execute_batch(&format!(
                "INSERT INTO main.{table} ({}) SELECT {} FROM new.{table}",
                columns.join(", "),
                of_new.join(", ")
            ))
            .unwrap();
    }
    connection
        .execute_batch(
            "DETACH new; PRAGMA application_id = 0x6C617263; PRAGMA user_version = 1;
             PRAGMA journal_mode = WAL;",
        )
        .unwrap();
    connection.close().unwrap();
    for left in ["larch.db-wal", "larch.db-shm", "old.db-wal", "old.db-shm"] {
        let _absent = std::fs::remove_file(sandbox.path("n/+state").join(left));
    }
    std::fs::rename(old, database).unwrap();
}

#[test]
fn a_state_of_the_first_release_is_taken_over() {
    for layout in LAYOUTS {
        let (sandbox, arch) = settled(layout);
        let rules = rules_files(&sandbox);
        to_first_format(&sandbox);
        sandbox.larch(["status", "n"]).any_stdout().ok();
        sandbox.poll().clock_ahead(30).ok();
        assert_eq!(sandbox.take_record(), [], "{layout:?}");
        arch.commit("c--b--1.0", "patch-2");
        sandbox.poll().clock_ahead(40).ok();
        let told = sandbox.take_record();
        assert_eq!(told.len(), 1, "{layout:?}: {told:?}");
        assert_eq!(rules_files(&sandbox), rules, "{layout:?}");
    }
}

#[test]
fn polls_that_upgrade_at_once_do_it_once() {
    let (sandbox, arch) = settled(super::LAYOUTS[0]);
    to_first_format(&sandbox);
    arch.commit("c--b--1.0", "patch-2");
    let polls: Vec<_> = (0..8)
        .map(|_| sandbox.poll().clock_ahead(30).spawn())
        .collect();
    for poll in polls {
        let ended = poll.wait();
        assert_eq!(ended.code(), Some(0), "{ended:?}");
    }
    sandbox.poll().clock_ahead(40).ok();
    assert_eq!(sandbox.take_record().len(), 1);
}
