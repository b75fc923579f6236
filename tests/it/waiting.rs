//! Polls that wait for others, and those that may not.

use crate::support::{Arch, Layout, Sandbox};

/// An archive with one version, of which `record:` is to be told.
fn one_version(sandbox: &Sandbox, layout: Layout) -> Arch<'_> {
    let arch = Arch::new(sandbox, layout);
    arch.import("c--b--1");
    let line = format!("{}/c--b--1 record:\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    arch
}

/// The names that `record:` was told, in the order of the names' patch levels.
fn told(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.record();
    let mut names: Vec<String> = told.into_iter().flat_map(|told| told.names).collect();
    names.sort_by_key(|name| {
        let (_, level) = name.rsplit_once('-').unwrap();
        level.parse::<u32>().unwrap()
    });
    names
}

#[test]
fn a_poll_that_may_not_wait_says_so() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox, Layout::Flat);
    sandbox.behave("while [ ! -e \"$sandbox/go\" ]; do sleep 0.01; done");
    let first = sandbox.poll().spawn();
    while sandbox.attempts().is_empty() {
        std::thread::yield_now();
    }
    // An action that runs holds no scan up.
    let revision = arch.commit("c--b--1");
    sandbox.poll().arg("--no-wait").ok();
    sandbox.poll().arg("--wait").ok();
    assert_eq!(
        sandbox.attempts().len(),
        1,
        "a lane has one delivery at a time"
    );
    sandbox.write("go", "");
    assert_eq!(first.wait().code(), Some(0));
    // The poll that ran the first delivery looked again, and found the second.
    assert_eq!(told(&sandbox).last(), Some(&revision));
}
