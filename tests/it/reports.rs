//! What a poll says of what failed: when it starts, and of what became of it only what is true.

use std::fs;

use crate::support::{Arch, Layout, Sandbox};

const DAY: i64 = 24 * 3600;

/// A rule whose action fails.
fn failing(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("c--b--1");
    let line = format!("{}/c--b--1 record:\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    sandbox.behave("exit 1");
    sandbox.poll().stderr_has("error: record: for ").code(1);
    arch
}

#[test]
fn what_was_told_after_a_failure_is_over() {
    let sandbox = Sandbox::new();
    failing(&sandbox);
    sandbox.behave("");
    sandbox
        .poll()
        .clock_ahead(3600)
        .stderr_has("over: record: for ")
        .ok();
    sandbox.poll().clock_ahead(7200).ok();
}

#[test]
fn what_was_given_up_is_not_over() {
    let sandbox = Sandbox::new();
    failing(&sandbox);
    let ended = sandbox
        .poll()
        .clock_ahead(6 * DAY)
        .stderr_has("gave up record:")
        .code(1);
    assert!(!ended.stderr.contains("over:"), "{}", ended.stderr);
    sandbox.poll().clock_ahead(7 * DAY).ok();
}

#[test]
fn what_was_dropped_or_rests_is_not_over() {
    let sandbox = Sandbox::new();
    failing(&sandbox);
    sandbox.larch(["drop", "n", "--all"]).any_stdout().ok();
    sandbox.poll().ok();

    let sandbox = Sandbox::new();
    failing(&sandbox);
    let rules = sandbox.read("n/=rules.versions");
    // Another rule keeps the file from being in doubt.
    sandbox.write(
        "n/=rules.versions",
        format!("#{rules}{}", rules.replace("record:", "noop:")),
    );
    sandbox.poll().ok();
}

#[test]
fn bad_settings_are_said_once_a_day_and_when_they_are_mended() {
    let sandbox = Sandbox::new();
    failing(&sandbox);
    sandbox.behave("");
    sandbox.poll().clock_ahead(3600).any_stderr().ok();
    sandbox.write("n/=config.toml", "[delivery]\njbos = 3\n");
    let at = |seconds| sandbox.poll().clock_ahead(3600 + seconds);
    at(0).stderr_has("=config.toml:2:1").code(78);
    at(60).code(78);
    at(DAY + 60).stderr_has("=config.toml:2:1").code(78);
    sandbox.write("n/=config.toml", "[delivery]\njobs = 3\n");
    at(DAY + 120).stderr_has("over: ").ok();
    at(DAY + 180).ok();
}

#[test]
fn a_rules_file_that_vanished_is_named_with_what_it_held() {
    let sandbox = Sandbox::new();
    let arch = failing(&sandbox);
    sandbox.behave("");
    sandbox.poll().clock_ahead(3600).any_stderr().ok();
    fs::rename(sandbox.path("n/=rules.versions"), sandbox.path("kept")).unwrap();
    sandbox.poll().clock_ahead(3600).ok();
    sandbox
        .poll()
        .clock_ahead(3600)
        .stderr_has("n/=rules.versions is missing, and its 1 rule with it")
        .ok();
    let missed = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(3600).ok();
    fs::rename(sandbox.path("kept"), sandbox.path("n/=rules.versions")).unwrap();
    sandbox.poll().clock_ahead(3600).ok();
    assert_eq!(sandbox.record().last().unwrap().names, [missed]);
}

#[test]
fn a_directory_that_was_moved_has_no_news_of_its_bad_lines() {
    let sandbox = Sandbox::new();
    failing(&sandbox);
    sandbox.behave("");
    sandbox.append("n/=rules.versions", "not a rule\n");
    sandbox.poll().clock_ahead(3600).any_stderr().code(1);
    fs::rename(sandbox.path("n"), sandbox.path("moved")).unwrap();
    sandbox.larch(["notify", "moved"]).clock_ahead(3600).code(1);
}

#[test]
fn a_state_that_lost_its_empty_directories_is_mended() {
    let sandbox = Sandbox::new();
    let arch = failing(&sandbox);
    sandbox.behave("");
    fs::remove_dir_all(sandbox.path("n/+state/locks")).unwrap();
    fs::remove_dir_all(sandbox.path("n/+state/claims")).unwrap();
    fs::remove_dir_all(sandbox.path("n/+state/output")).unwrap();
    sandbox.poll().clock_ahead(3600).any_stderr().ok();
    assert_eq!(
        sandbox.record()[0].names,
        [arch.qualified("c--b--1--base-0")]
    );
}
