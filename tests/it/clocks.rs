//! Times that do not tell: equal ones, ones that go back, ones that a copy brings with it.

use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{Layout, Sandbox, Swift};

const LAYOUTS: [Layout; 2] = [Layout::Nested, Layout::Flat];
const RULES: &str = "a@example.org record:c record:b record:v record:r\n";

fn set_times(path: &Path, time: SystemTime) {
    let times = FileTimes::new().set_modified(time).set_accessed(time);
    File::open(path).unwrap().set_times(times).unwrap();
}

/// Sets the times of every directory of an archive.
fn set_all_times(root: &Path, time: SystemTime) {
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.unwrap();
        if entry.file_type().is_dir() {
            set_times(entry.path(), time);
        }
    }
}

fn long_ago() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
}

/// Everything in the archive has the same old time, before and after each listing.
#[test]
fn equal_times_hide_nothing() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        sandbox.write("n/=rules.archives", RULES);
        let arch = Swift::new(&sandbox, "a@example.org", layout);
        arch.commit("c--b--1.0", "base-0");
        set_all_times(&arch.location, long_ago());
        sandbox.poll().ok();
        sandbox.poll().clock_ahead(10).ok();
        sandbox.take_told();
        let mut ahead = 10;
        for number in 0..12 {
            ahead += 10;
            let revision = match number % 3 {
                0 => arch.commit(&format!("c{number}--b--1.0"), "base-0"),
                1 => arch.commit(&format!("c--b--2.{number}"), "base-0"),
                _ => arch.commit("c--b--1.0", &format!("patch-{number}")),
            };
            set_all_times(&arch.location, long_ago());
            sandbox.poll().clock_ahead(ahead).ok();
            let told = sandbox.take_told();
            assert_eq!(told.last(), Some(&format!("r {revision}")), "{layout:?}");
            // Once clean, nothing is told again.
            sandbox.poll().clock_ahead(ahead + 5).ok();
            assert_eq!(sandbox.take_told(), [""; 0]);
        }
    }
}

/// Revisions appear while the listing goes on, in the same tick of a clock that hardly ticks.
#[test]
fn what_appears_beside_a_listing_is_told() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", RULES);
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Flat);
    let directory = arch.make_version("c--b--1.0");
    let mut expected = Vec::new();
    for round in 0..10 {
        let poll = sandbox.poll().spawn();
        for number in 0..20 {
            let level = Swift::level(round * 20 + number);
            expected.push(format!("r {}", arch.commit("c--b--1.0", &level)));
            set_times(&directory, long_ago());
        }
        assert!(poll.wait().status.success());
    }
    sandbox.poll().ok();
    let mut told = sandbox.take_told();
    told.retain(|told| told.starts_with("r "));
    assert_eq!(told, expected);
}

#[test]
fn a_clock_that_jumps_loses_and_repeats_nothing() {
    const YEAR: i64 = 365 * 24 * 3600;
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        sandbox.write("n/=rules.archives", RULES);
        let arch = Swift::new(&sandbox, "a@example.org", layout);
        for (number, ahead) in [0, YEAR, 0, -YEAR, 10, -20 * YEAR, 5 * YEAR, 60, -60, 0]
            .into_iter()
            .enumerate()
        {
            let revision = arch.commit("c--b--1.0", &Swift::level(number));
            sandbox.poll().clock_ahead(ahead).ok();
            let told = sandbox.take_told();
            assert_eq!(told.last(), Some(&format!("r {revision}")), "{ahead}");
            for later in [3, 6] {
                sandbox.poll().clock_ahead(ahead + later).ok();
                assert_eq!(sandbox.take_told(), [""; 0]);
            }
        }
    }
}

#[test]
fn what_failed_under_a_clock_far_ahead_is_tried_again_soon() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "n/=rules.archives",
        "a@example.org noop: noop: noop: record:r\n",
    );
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Nested);
    let revision = arch.commit("c--b--1.0", "base-0");
    sandbox.behave("exit 1");
    let year = 365 * 24 * 3600;
    sandbox.poll().clock_ahead(year).any_stderr().code(1);
    sandbox.behave("");
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("r {revision}")]);
}

#[test]
fn what_is_not_due_stays_so_when_the_clock_is_set_back_a_little() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "n/=rules.archives",
        "a@example.org noop: noop: noop: record:r\n",
    );
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Nested);
    arch.commit("c--b--1.0", "base-0");
    sandbox.behave("exit 1");
    sandbox.poll().any_stderr().code(1);
    for ahead in [-1, -30, 0, 30] {
        sandbox.poll().clock_ahead(ahead).any_stderr().code(1);
    }
    assert_eq!(sandbox.attempts().len(), 1);
}

/// Copies a directory as `rsync -a` does: what is inside first, its old times last.
fn copy(from: &Path, to: &Path, last: &str) {
    fs::create_dir_all(to).unwrap();
    let mut entries: Vec<_> = fs::read_dir(from)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    entries.sort_by_key(|name| name == last);
    for name in entries {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            copy(&from, &to, last);
        } else if !to.exists() {
            fs::copy(&from, &to).unwrap();
        }
        set_times(&to, fs::metadata(&from).unwrap().modified().unwrap());
    }
    set_times(to, fs::metadata(from).unwrap().modified().unwrap());
}

#[test]
fn a_copy_that_grows_with_old_times_is_told_whole_and_once() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        sandbox.write("n/=rules.archives", RULES);
        let master = Swift::new(&sandbox, "m@example.org", layout);
        let mirror = Swift::new(&sandbox, "a@example.org", layout);
        let mut expected = Vec::new();
        for number in 0..6 {
            let version = format!("c--b--{}.0", number % 2);
            let level = Swift::level(number / 2);
            master.commit(&version, &level);
            set_all_times(
                &master.location,
                long_ago() + Duration::from_hours(number as u64),
            );
            let revision = master.make_version(&version).join(&level);
            let copied = mirror.make_version(&version).join(&level);
            let ahead = i64::try_from(number).unwrap() * 100;
            let poll_twice = |from: i64| {
                for later in [0, 10] {
                    sandbox.poll().clock_ahead(ahead + from + later).ok();
                }
            };
            // First an empty directory, then one with an empty log: neither is a revision yet.
            fs::create_dir(&copied).unwrap();
            copy(&master.location, &mirror.location, "log");
            let log = fs::read(copied.join("log")).unwrap();
            fs::remove_file(copied.join("log")).unwrap();
            set_all_times(&mirror.location, long_ago());
            poll_twice(0);
            sandbox.write(copied.join("log"), "");
            set_all_times(&mirror.location, long_ago());
            poll_twice(20);
            let told = sandbox.take_told();
            assert!(told.iter().all(|told| !told.starts_with("r ")), "{told:?}");
            // Only the revision's own directory and the file in it change now.
            sandbox.write(copied.join("log"), &log);
            copy(&revision, &copied, "log");
            set_all_times(&mirror.location, long_ago());
            poll_twice(40);
            expected.push(format!("r a@example.org/{version}--{level}"));
            assert_eq!(sandbox.take_told(), expected.split_off(0), "{layout:?}");
        }
    }
}
