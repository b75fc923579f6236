//! A poll in which nothing changed.

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use rusqlite::Connection;

use super::{LAYOUTS, settled};
use crate::support::{Layout, Sandbox, databases, say};

#[test]
fn an_idle_poll_commits_nothing() {
    for layout in LAYOUTS {
        let (sandbox, _) = settled(layout);
        let path = sandbox.path("n/+state/larch.db");
        let watcher = Connection::open(&path).unwrap();
        let version = || -> i64 {
            let row = watcher.query_row("PRAGMA data_version", [], |row| row.get(0));
            row.unwrap()
        };
        let file = || {
            let file = fs::metadata(&path).unwrap();
            (file.len(), file.mtime(), file.mtime_nsec())
        };
        let before = (version(), file());
        for ahead in [30, 40, 50] {
            sandbox.poll().clock_ahead(ahead).ok();
            assert_eq!(before, (version(), file()), "{layout:?} at {ahead}");
        }
        let log = fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
        assert_eq!(log, 0, "the write-ahead log grew");
    }
}

/// The lines of a trace of an idle poll; `None` where nothing can be traced.
fn trace_of_an_idle_poll(sandbox: &Sandbox) -> Option<Vec<String>> {
    let calls = "trace=fsync,fdatasync,sync_file_range,msync,open,openat,openat2,getdents64";
    let can_trace = std::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|traced| traced.status.success());
    if !can_trace {
        say("skipped: strace is not there, or may not trace");
        return None;
    }
    let trace = sandbox.path("tmp/trace");
    let larch = env!("CARGO_BIN_EXE_larch");
    let arguments = ["-f", "-y", "-e", calls, "-o"];
    sandbox
        .run("strace", arguments)
        .arg(&trace)
        .arg(larch)
        .arg("notify")
        .arg("n")
        .clock_ahead(60)
        .ok();
    let text = fs::read_to_string(trace).unwrap();
    Some(text.lines().map(str::to_owned).collect())
}

#[test]
fn an_idle_poll_neither_syncs_nor_opens_a_directory_of_the_archive() {
    for layout in LAYOUTS {
        let (sandbox, arch) = settled(layout);
        let Some(trace) = trace_of_an_idle_poll(&sandbox) else {
            return;
        };
        assert!(
            trace.iter().any(|line| line.contains("larch.db")),
            "{trace:#?}"
        );
        let synced: Vec<&String> = trace.iter().filter(|line| line.contains("sync")).collect();
        assert!(synced.is_empty(), "{synced:#?}");
        // The root is held open, and looked at; nothing below it is opened, and nothing is listed.
        let root = arch.location.to_str().unwrap();
        let opened: Vec<&String> = trace
            .iter()
            .filter(|line| line.contains("open") && line.contains(root))
            .collect();
        assert!(opened.len() <= 1, "{opened:#?}");
        let listed: Vec<&String> = trace
            .iter()
            .filter(|line| line.contains("getdents") && line.contains(root))
            .collect();
        assert!(listed.is_empty(), "{listed:#?}");
    }
}

#[test]
fn a_subject_that_is_gone_costs_no_listing_and_no_transaction() {
    for layout in LAYOUTS {
        let (sandbox, arch) = settled(layout);
        let gone = match layout {
            Layout::Nested => "e",
            Layout::Flat => "e--b--1.0",
        };
        fs::rename(arch.location.join(gone), sandbox.path("aside")).unwrap();
        sandbox.poll().clock_ahead(60).ok();
        sandbox.poll().clock_ahead(70).ok();
        let before = databases(&sandbox.path("n"));
        sandbox.poll().clock_ahead(80).ok();
        assert!(before == databases(&sandbox.path("n")), "{layout:?}");
        if let Some(trace) = trace_of_an_idle_poll(&sandbox) {
            let root = arch.location.to_str().unwrap();
            let listed = trace
                .iter()
                .filter(|line| line.contains("getdents") && line.contains(root));
            assert_eq!(listed.count(), 0, "{layout:?}");
        }
        // It returns with what it remembers.
        fs::rename(sandbox.path("aside"), arch.location.join(gone)).unwrap();
        sandbox.poll().clock_ahead(90).ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
        let revision = arch.commit("e--b--1.0", "patch-2");
        sandbox.poll().clock_ahead(100).ok();
        assert_eq!(sandbox.take_told(), [format!("r {revision}")]);
    }
}

#[test]
fn a_subject_that_went_before_it_was_ever_listed_is_gone() {
    for layout in LAYOUTS {
        let (sandbox, arch) = settled(layout);
        let made = arch.make_version("f--b--1.0");
        let crash = sandbox.poll().clock_ahead(30);
        let crash = crash.env("LARCH_TEST_CRASH", "after-record:1");
        assert_eq!(crash.output().code(), None);
        let gone = match layout {
            Layout::Nested => arch.location.join("f"),
            Layout::Flat => made,
        };
        fs::remove_dir_all(gone).unwrap();
        sandbox.poll().clock_ahead(40).ok();
        sandbox.poll().clock_ahead(50).ok();
    }
}
