//! A state that an earlier release left.

use rusqlite::Connection;

use super::{LAYOUTS, rules_files, settled};
use crate::parts::{states, take_sent, watch};
use crate::support::Sandbox;

/// The schemas of the releases before this one.
const SCHEMAS: [&str; 2] = [
    include_str!("../../../src/store/sqlite/schema-1.sql"),
    include_str!("../../../src/store/sqlite/schema-2.sql"),
];

/// Rewrites the state as a release with this format wrote it.
fn to_format(format: usize, sandbox: &Sandbox) {
    let database = sandbox.path("n/+state/larch.db");
    let old = sandbox.path("n/+state/old.db");
    let connection = Connection::open(&old).unwrap();
    for schema in &SCHEMAS[..format] {
        connection.execute_batch(schema).unwrap();
    }
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
        .execute_batch(&format!(
            "DETACH new; PRAGMA application_id = 0x6C617263; PRAGMA user_version = {format};
             PRAGMA journal_mode = WAL;"
        ))
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
        to_format(1, &sandbox);
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
    to_format(1, &sandbox);
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

#[test]
fn what_the_second_release_left_waiting_is_divided() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org,bo@x.org");
    let poll = sandbox.poll().env("LARCH_TEST_CRASH", "before-divide");
    assert_eq!(poll.any_stderr().output().code(), None);
    to_format(2, &sandbox);
    let connection = Connection::open(sandbox.path("n/+state/larch.db")).unwrap();
    let tried =
        "UPDATE part SET state = 2, attempts = 1, first_attempt_at = 1, error = 'exit code 75'";
    assert_eq!(connection.execute(tried, []).unwrap(), 1);
    connection.close().unwrap();
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(10).any_stderr().ok();
    let sent = take_sent(&sandbox);
    for who in ["al@x.org", "bo@x.org"] {
        let own: Vec<&String> = sent.iter().filter(|line| line.starts_with(who)).collect();
        assert_eq!(own, [&format!("{who} base-0"), &format!("{who} patch-1")]);
    }
    assert!(
        states(&sandbox)
            .iter()
            .all(|state| state.ends_with(" done"))
    );
}
