//! A database that cannot be used is never an empty start.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;

use super::{RULES, rules_files, settled};
use crate::support::{Layout, Sandbox, Swift, check_database, say};

/// A poll of damaged state must name the file and a way out, exit 69, and touch nothing else.
#[track_caller]
fn refused(sandbox: &Sandbox, ahead: i64, what: &str) {
    let rules: Vec<String> = rules_files(sandbox);
    let ended = sandbox.poll().clock_ahead(ahead).any_stderr().output();
    assert_eq!(ended.code(), Some(69), "{what}: {}", ended.stderr);
    assert!(ended.stderr.contains("+state"), "{what}: {}", ended.stderr);
    assert!(ended.stderr.contains("hint: "), "{what}: {}", ended.stderr);
    // Said once a day; the exit code tells it every time.
    sandbox.poll().clock_ahead(ahead + 60).code(69);
    let again = sandbox.poll().clock_ahead(ahead + 25 * 3600).any_stderr();
    assert!(again.code(69).stderr.contains("+state"), "{what}");
    assert_eq!(rules, rules_files(sandbox), "{what}");
    assert!(sandbox.attempts().is_empty(), "{what}: an empty start");
}

/// A settled directory, and the content of its database.
fn settled_database() -> (Sandbox, Swift, PathBuf, Vec<u8>) {
    let (sandbox, arch) = settled(Layout::Nested);
    let path = sandbox.path("n/+state/larch.db");
    let bytes = fs::read(&path).unwrap();
    sandbox.write("attempts", "");
    (sandbox, arch, path, bytes)
}

#[test]
fn a_database_that_cannot_be_read_is_refused_and_works_again_when_it_is_mended() {
    let (sandbox, arch, path, good) = settled_database();
    let mut ahead = 100;
    let mut damage = |what: &str, bytes: Option<Vec<u8>>| {
        match bytes {
            Some(bytes) => sandbox.write(&path, bytes),
            None => fs::remove_file(&path).unwrap(),
        }
        refused(&sandbox, ahead, what);
        ahead += 3 * 24 * 3600;
        sandbox.write(&path, &good);
        sandbox.poll().clock_ahead(ahead).any_stderr().ok();
    };
    let with = |at: usize, length: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at..at + length].fill(byte);
        Some(bytes)
    };
    damage("no header", with(0, 100, 0x55));
    damage("no schema", with(100, 3000, 0xAA));
    for part in [1, 2, 4] {
        let at = good.len() / 8 * part;
        let what = format!("garbage from {at} on");
        damage(&what, with(at, good.len() - at, 0xC3));
    }
    damage("cut", Some(good[..good.len() / 2].to_vec()));
    damage("cut short", Some(good[..50].to_vec()));
    damage("empty", Some(Vec::new()));
    damage("removed", None);
    damage("text", Some(b"this is not a database\n".repeat(50)));
    let revision = arch.commit("c--b--1.0", "patch-2");
    sandbox.poll().clock_ahead(ahead).ok();
    assert_eq!(sandbox.take_told(), [format!("r {revision}")]);
    check_database(&sandbox, "n");
}

#[test]
fn garbage_anywhere_in_the_database_never_tells_what_was_told() {
    let (sandbox, _, path, good) = settled_database();
    let mut refusals = 0;
    for page in 0..good.len() / 4096 {
        for (offset, length) in [(0, 8), (0, 4096), (2000, 2096)] {
            let mut bytes = good.clone();
            let at = page * 4096 + offset;
            bytes[at..at + length].fill(0x5A);
            sandbox.write(&path, bytes);
            // A day later everything is listed again, and so is more of the database read.
            let ended = sandbox.poll().clock_ahead(100_000).any_stderr().output();
            assert!(
                matches!(ended.code(), Some(0 | 1 | 69)),
                "page {page}, {offset}: {} {}",
                ended.status,
                ended.stderr
            );
            refusals += usize::from(ended.code() == Some(69));
            let told = sandbox.attempts();
            assert!(told.is_empty(), "page {page}, {offset}: {told:?}");
            for suffix in ["db-wal", "db-shm"] {
                let _gone = fs::remove_file(path.with_extension(suffix));
            }
        }
    }
    assert!(refusals > 0);
    say(&format!("{refusals} of {} refused", good.len() / 4096 * 3));
}

#[test]
fn a_database_of_a_newer_format_is_refused() {
    let (sandbox, _, path, good) = settled_database();
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 1000).unwrap();
    drop(database);
    let newer = fs::read(&path).unwrap();
    refused(&sandbox, 100, "newer");
    assert!(newer == fs::read(&path).unwrap(), "it was changed");
    let said = sandbox.poll().clock_ahead(300_000).any_stderr().code(69);
    assert!(said.stderr.contains("1000"), "{}", said.stderr);
    sandbox.write(&path, good);
    sandbox.poll().clock_ahead(300_000).any_stderr().ok();
}

#[test]
fn another_programs_database_is_refused() {
    for (application, format) in [(0x0BAD_CAFE, 1), (0, 0)] {
        let (sandbox, _, path, _) = settled_database();
        fs::remove_file(&path).unwrap();
        let database = Connection::open(&path).unwrap();
        database
            .execute_batch("CREATE TABLE bookmarks (url TEXT)")
            .unwrap();
        database
            .pragma_update(None, "application_id", application)
            .unwrap();
        database
            .pragma_update(None, "user_version", format)
            .unwrap();
        drop(database);
        let theirs = fs::read(&path).unwrap();
        refused(&sandbox, 100, "another program's");
        assert!(theirs == fs::read(&path).unwrap(), "it was changed");
    }
}

#[test]
fn another_programs_database_where_there_was_no_state_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", RULES);
    fs::create_dir(sandbox.path("n/+state")).unwrap();
    let path = sandbox.path("n/+state/larch.db");
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    drop(database);
    let theirs = fs::read(&path).unwrap();
    refused(&sandbox, 100, "another program's");
    assert!(theirs == fs::read(&path).unwrap(), "it was changed");
}
