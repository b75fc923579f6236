//! Many polls at once, while revisions appear.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{Raise, holders};
use crate::support::{
    Layout, Running, Sandbox, Swift, Told, check_database, check_rules, rounds, say,
    watch_for_overlaps,
};

/// How many polls are started at once.
const POLLS: usize = 64;

fn signal(process: u32, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(process.try_into().unwrap()).unwrap();
    // It may have ended meanwhile.
    let _gone = rustix::process::kill_process(process, signal);
}

fn is_stopped(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| stat.rsplit(") ").next().unwrap().starts_with('T'))
}

/// Kills the poll that waits for the scan lock, if there is one. It is stopped first, so that it
/// does not become the scanner meanwhile. Returns which was killed.
fn kill_the_waiter(polls: &mut [Running], locks: &Path) -> Option<u32> {
    let waiter = holders(&locks.join("a@example.org.wait"))
        .first()
        .copied()?;
    let poll = polls.iter_mut().find(|poll| poll.id() == waiter)?;
    signal(waiter, rustix::process::Signal::STOP);
    while !is_stopped(waiter) {
        if poll.has_ended() {
            return None;
        }
        std::thread::sleep(Duration::from_micros(100));
    }
    let waits_still = holders(&locks.join("a@example.org.wait")).contains(&waiter)
        && !holders(&locks.join("a@example.org.scan")).contains(&waiter);
    if waits_still {
        poll.kill();
    }
    signal(waiter, rustix::process::Signal::CONT);
    waits_still.then_some(waiter)
}

/// 64 polls of a directory that was never polled before, while revisions appear.
///
/// A waiter is killed now and then where there is but one archive: with several, a poll may wait for
/// one while it scans another.
fn stampede(round: usize, layout: Layout, archives: &[&str]) -> (usize, usize) {
    let sandbox = Sandbox::new();
    watch_for_overlaps(&sandbox, "");
    let mut archs = Vec::new();
    let mut rules = Vec::new();
    for name in archives {
        let arch = Swift::new(&sandbox, name, layout);
        for number in 0..3 {
            arch.commit("c--b--1.0", &Swift::level(number));
        }
        rules.push(format!("{name} record:c record:b record:v record:r\n"));
        archs.push(arch);
    }
    sandbox.write("n/=rules.archives", rules.concat());
    let committed = Mutex::new(Vec::new());
    let stop = AtomicBool::new(false);
    let locks = sandbox.path("n/+state/locks");
    let (mut before_last, mut ended_well) = (0, 0);
    let mut killed = BTreeSet::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0.. {
                let version = format!("c{}--b--1.0", number % 7);
                let arch = &archs[number / 7 % archs.len()];
                let revision = arch.commit(&version, &Swift::level(number / 7 / archs.len()));
                committed.lock().unwrap().push(revision);
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(3));
            }
        });
        let _ended = Raise(&stop);
        let mut polls = Vec::new();
        let mut starts = Vec::new();
        for number in 0..POLLS {
            starts.push(committed.lock().unwrap().len());
            let poll = sandbox.poll().limit(Duration::from_mins(3));
            polls.push(poll.any_stderr().spawn());
            if archives.len() == 1 && number % 4 == round % 4 {
                killed.extend(kill_the_waiter(&mut polls, &locks));
            }
        }
        for (number, poll) in polls.into_iter().enumerate() {
            let id = poll.id();
            let ended = poll.wait();
            if ended.status.success() {
                before_last = before_last.max(starts[number]);
                ended_well += 1;
            } else {
                assert!(killed.contains(&id), "{} {}", ended.status, ended.stderr);
            }
            assert_eq!(ended.stderr, "");
        }
    });
    // Told without a later poll.
    let told: BTreeSet<String> = sandbox.record().iter().flat_map(Told::pairs).collect();
    let committed = committed.into_inner().unwrap();
    for revision in &committed[..before_last] {
        assert!(told.contains(&format!("r {revision}")), "{revision}");
    }
    sandbox.poll().ok();
    let told: Vec<String> = sandbox.record().iter().flat_map(Told::pairs).collect();
    let distinct: BTreeSet<&String> = told.iter().collect();
    assert_eq!(told.len(), distinct.len(), "told twice");
    for revision in &committed {
        assert!(distinct.contains(&format!("r {revision}")), "{revision}");
    }
    assert_eq!(sandbox.attempts().len(), sandbox.record().len());
    assert_eq!(sandbox.read("overlaps"), "");
    check_database(&sandbox, "n");
    check_rules(&sandbox, "n");
    assert_eq!(ended_well + killed.len(), POLLS);
    (committed.len(), killed.len())
}

#[test]
fn polls_that_start_at_once_tell_each_item_once() {
    for round in 0..rounds(3).min(60) {
        let layout = [Layout::Nested, Layout::Flat][round % 2];
        let archives = ["a@example.org", "b@example.org", "c@example.org"];
        let archives = &archives[..[1, 1, 3][round % 3]];
        let (items, killed) = stampede(round, layout, archives);
        say(&format!(
            "round {round}: {POLLS} polls, {items} revisions, {killed} waiters killed"
        ));
    }
}
