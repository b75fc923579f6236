//! Polls that are killed one after the other, from the first one on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use crate::support::{Arch, Layout, Sandbox};

/// Fails loudly when two runs of the same delivery overlap, and takes long enough to be caught at
/// it. A lock is let go of by whatever way the action ends.
const ALONE: &str = "exec 8>\"$sandbox/tmp/lock.$LARCH_DELIVERY_ID\"
    flock -n 8 || echo \"$LARCH_DELIVERY_ID\" >>\"$sandbox/clash\"
    sleep 0.003";

/// How often each `THUNK NAME` was told.
fn counts(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for pair in sandbox
        .attempts()
        .iter()
        .flat_map(crate::support::Told::pairs)
    {
        *counts.entry(pair).or_default() += 1;
    }
    counts
}

/// Every rules file is whole: its lines end, are what larch adds, and stand there once.
fn assert_whole_rules(sandbox: &Sandbox, archive: &str) {
    for file in ["categories", "branches", "versions"] {
        let text = sandbox.read(format!("n/=rules.{file}"));
        assert!(text.is_empty() || text.ends_with('\n'), "{text}");
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let distinct: BTreeSet<&&str> = lines.iter().collect();
        assert_eq!(lines.len(), distinct.len(), "{text}");
        for line in lines {
            assert!(
                line.starts_with(&format!("{archive}/")) && line.ends_with(" record:revision"),
                "a torn line: {line:?} in\n{text}"
            );
        }
    }
}

/// The names of all places where larch can be made to die, from its sources.
fn fault_points() -> BTreeSet<String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut points = BTreeSet::new();
    for entry in WalkDir::new(source) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|name| name == "rs") {
            let text = fs::read_to_string(entry.path()).unwrap();
            for call in text.split("fault::point(\"").skip(1) {
                points.insert(call.split('"').next().unwrap().to_owned());
            }
        }
    }
    points
}

/// Kills one poll after the other at these points, and then polls until all is told. Returns which
/// of them died.
fn recover_from(crashes: &[String]) -> Vec<bool> {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    arch.import("d--b--1");
    sandbox.follow(&arch.name);
    sandbox.behave(ALONE);
    let mut died = Vec::new();
    for crash in crashes {
        let poll = sandbox.poll().args(["--jobs", "1"]);
        let ended = poll.env("LARCH_TEST_CRASH", crash).any_stderr().output();
        assert!(
            ended.code().is_none() || ended.code() == Some(0),
            "{crashes:?}: {ended:?}"
        );
        died.push(ended.code().is_none());
    }
    sandbox.poll().clock_ahead(100_000).any_stderr().ok();
    assert_eq!(counts(&sandbox).len(), 8, "{crashes:?}");
    let attempts = sandbox.attempts();
    let deliveries: BTreeSet<&String> = attempts.iter().map(|told| &told.id).collect();
    assert_eq!(deliveries.len(), 7, "{crashes:?}");
    let kills = died.iter().filter(|died| **died).count();
    assert!(
        attempts.len() - deliveries.len() <= kills,
        "{crashes:?}: {attempts:?}"
    );
    assert_eq!(sandbox.read("clash"), "", "{crashes:?}");
    assert_whole_rules(&sandbox, &arch.name);
    for file in ["categories", "branches", "versions"] {
        let lines = sandbox.active_lines(format!("n/=rules.{file}"));
        assert_eq!(lines.len(), 2, "{crashes:?}: {lines:?}");
    }
    sandbox.poll().clock_ahead(200_000).ok();
    assert_eq!(sandbox.attempts(), attempts, "{crashes:?}");
    died
}

#[test]
fn kills_one_after_the_other_lose_nothing() {
    for point in fault_points() {
        let crash = format!("{point}:1");
        recover_from(&[crash.clone(), crash.clone(), crash]);
    }
}
