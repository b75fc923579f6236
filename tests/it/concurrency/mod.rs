//! Polls that run at once: each item is told once, and whoever leaves is covered by who stays.

mod places;
mod stampede;
mod writers;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::support::{Layout, Sandbox, Swift};

/// Which processes hold the lock of a file, as `/proc/locks` shows them.
pub(super) fn holders(path: &Path) -> Vec<u32> {
    let Ok(metadata) = fs::metadata(path) else {
        return Vec::new();
    };
    let inode = format!(":{}", metadata.ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    // NUMBER: FLOCK ADVISORY WRITE PROCESS MAJOR:MINOR:INODE …
    let holder = |line: &str| -> Option<u32> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let holds = words.get(1) == Some(&"FLOCK") && words.get(5)?.ends_with(&inode);
        holds.then(|| words[4].parse().ok()).flatten()
    };
    locks.lines().filter_map(holder).collect()
}

/// Tells the other threads to end, also when the test fails.
pub(super) struct Raise<'a>(pub(super) &'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Waits for a condition.
pub(super) fn until(mut holds: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_mins(1), "it never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn what_a_poll_reads_after_its_wait_is_said() {
    let sandbox = Sandbox::new();
    let arch = Swift::new(&sandbox, "a@example.org", Layout::Flat);
    sandbox.write(
        "n/=rules.archives",
        "a@example.org noop: noop: noop: noop:\n",
    );
    arch.commit("c--b--1.0", "base-0");
    arch.commit("d--b--1.0", "base-0");
    sandbox.poll().ok();
    sandbox.poll().clock_ahead(10).ok();
    let path = sandbox.path("n/+state/locks/a@example.org.scan");
    let scan_lock = File::options().append(true).open(&path).unwrap();
    fs2::FileExt::lock_exclusive(&scan_lock).unwrap();
    let poll = sandbox.poll().clock_ahead(20).spawn();
    let id = poll.id();
    until(|| holders(&path.with_extension("wait")).contains(&id));
    let lines = sandbox.read("n/=rules.versions");
    let kept = lines
        .lines()
        .filter(|line| !line.contains("d--b--1.0 noop:"));
    let kept: String = kept.flat_map(|line| [line, "\n"]).collect();
    assert_ne!(kept, lines);
    sandbox.write("n/=rules.versions", kept);
    fs2::FileExt::unlock(&scan_lock).unwrap();
    let ended = poll.wait();
    assert!(ended.stderr.contains("1 line"), "{}", ended.stderr);
    sandbox.poll().clock_ahead(30).ok();
}
