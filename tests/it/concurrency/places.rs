//! `jobs` bounds what runs in all polls together, and nobody leaves what the others do not see.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::time::Duration;

use super::until;
use crate::support::{Layout, Running, Sandbox, Swift, watch_for_overlaps};

#[test]
fn all_polls_together_run_as_many_actions_as_may() {
    let sandbox = Sandbox::new();
    sandbox.behave(r#"echo 1 >>"$sandbox/running"; sleep 0.02; echo -1 >>"$sandbox/running""#);
    sandbox.write(
        "n/=rules.archives",
        "a@example.org noop: noop: noop: record:r\n",
    );
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Flat);
    for number in 0..40 {
        arch.commit(&format!("c{number}--b--1.0"), "base-0");
    }
    sandbox.poll().arg("--baseline").ok();
    for number in 0..40 {
        arch.commit(&format!("c{number}--b--1.0"), "patch-1");
    }
    let polls: Vec<Running> = (0..6)
        .map(|_| sandbox.poll().arg("--jobs").arg("3").spawn())
        .collect();
    for poll in polls {
        assert!(poll.wait().status.success());
    }
    assert_eq!(sandbox.take_told().len(), 40);
    let (mut running, mut most) = (0, 0);
    for line in sandbox.read("running").lines() {
        running += line.parse::<i32>().unwrap();
        most = most.max(running);
    }
    assert_eq!((running, most), (0, 3));
}

/// Two archives; a poll with one job runs an action of the first until `go` appears, and a second
/// poll has scanned the first archive and waits for the scan lock of the other one.
struct Crowded {
    sandbox: Sandbox,
    archs: [Swift; 2],
    busy: Running,
    waiting: Running,
    scan_lock: File,
}

impl Crowded {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        watch_for_overlaps(
            &sandbox,
            r#"if mkdir "$sandbox/met" 2>/dev/null; then
    echo >"$sandbox/started"
    until [ -e "$sandbox/go" ]; do sleep 0.01; done
fi"#,
        );
        let archs =
            ["a@example.org", "b@example.org"].map(|name| Swift::new(&sandbox, name, Layout::Flat));
        sandbox.write(
            "n/=rules.archives",
            "a@example.org noop: noop: noop: record:r\nb@example.org noop: noop: noop: record:r\n",
        );
        for arch in &archs {
            arch.commit("c--b--1.0", "base-0");
        }
        sandbox.poll().arg("--baseline").ok();
        archs[0].commit("c--b--1.0", "patch-1");
        let one = || sandbox.poll().arg("--jobs").arg("1");
        let busy = one().spawn();
        until(|| !sandbox.read("started").is_empty());
        archs[0].commit("d--b--1.0", "base-0");
        let path = sandbox.path("n/+state/locks/b@example.org.scan");
        let scan_lock = File::options().append(true).open(&path).unwrap();
        fs2::FileExt::lock_exclusive(&scan_lock).unwrap();
        let waiting = one().arg("--wait").spawn();
        let id = waiting.id();
        until(|| {
            sandbox
                .read("n/=rules.versions")
                .contains("a@example.org/d--b--1.0")
        });
        // It has found that the one place is taken when its worker sleeps.
        until(|| sleeps(id));
        Self {
            sandbox,
            archs,
            busy,
            waiting,
            scan_lock,
        }
    }
}

/// All threads of a process sleep for a while, but the one that tries for a lock again and again.
fn sleeps(process: u32) -> bool {
    let switches = || -> Option<BTreeSet<String>> {
        let mut all = BTreeSet::new();
        for entry in fs::read_dir(format!("/proc/{process}/task")).ok()? {
            let status = fs::read_to_string(entry.ok()?.path().join("status")).ok()?;
            if !status.contains("State:\tS") {
                return None;
            }
            let counts = |line: &&str| line.starts_with("Pid:") || line.contains("ctxt_switches");
            all.insert(status.lines().filter(counts).collect());
        }
        Some(all)
    };
    let before = switches();
    std::thread::sleep(Duration::from_millis(50));
    match (before, switches()) {
        (Some(before), Some(after)) => before.difference(&after).count() <= 1,
        _ => false,
    }
}

#[test]
fn who_found_no_place_looks_again_when_more_comes() {
    let Crowded {
        sandbox,
        archs,
        busy,
        waiting,
        scan_lock,
    } = Crowded::new();
    sandbox.write("go", "");
    assert!(busy.wait().status.success());
    let revision = archs[1].commit("c--b--1.0", "patch-1");
    fs2::FileExt::unlock(&scan_lock).unwrap();
    let ended = waiting.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    let told = sandbox.take_told();
    assert!(told.contains(&format!("r {revision}")), "{told:?}");
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn who_found_no_place_takes_over_from_the_dead() {
    let Crowded {
        sandbox,
        mut busy,
        waiting,
        scan_lock,
        ..
    } = Crowded::new();
    busy.kill();
    busy.wait();
    fs2::FileExt::unlock(&scan_lock).unwrap();
    let ended = waiting.wait();
    assert!(ended.status.success(), "{}", ended.stderr);
    assert_eq!(sandbox.take_told().len(), 2);
    assert_eq!(sandbox.read("overlaps"), "");
}
