//! What the operator's commands show of parts, and what they change.

use super::{HOUR, behave, parts, states, take_sent, watch};
use crate::support::{Arch, Sandbox};

/// To `bo@x.org` nothing gets through, and `cy@x.org` is refused for good.
fn stuck(sandbox: &Sandbox) -> Arch<'_> {
    let arch = watch(sandbox, "mail-new-revisions:al@x.org,bo@x.org,cy@x.org");
    behave(sandbox, "case $to in bo*) exit 75;; cy*) exit 100;; esac");
    sandbox.poll().any_stderr().code(1);
    behave(sandbox, "");
    take_sent(sandbox);
    arch
}

#[test]
fn a_line_counts_the_parts_and_tells_what_is_wrong() {
    let sandbox = Sandbox::new();
    stuck(&sandbox);
    sandbox
        .larch(["log", "n"])
        .stdout_has("1 item, 3 parts: 1 done, 1 waiting, 1 dead\n    cy@x.org: exit code 100")
        .ok();
    let log = sandbox
        .larch(["log", "n", "--to", "CY@x.org"])
        .any_stdout()
        .ok();
    assert!(
        log.stdout.contains("  dead     mail-new-revisions:"),
        "{}",
        log.stdout
    );
    assert!(!log.stdout.contains("parts"), "{}", log.stdout);
    let none = ["log", "n", "--to", "al@x.org", "--failed"];
    sandbox.larch(none).ok();
    sandbox
        .larch(["status", "n"])
        .stdout_has(
            "1 item, 3 parts: 1 done, 1 waiting, 1 dead, 1 attempt to cy@x.org: exit code 100",
        )
        .ok();
}

#[test]
fn the_full_form_lists_each_part_with_its_attempts() {
    let sandbox = Sandbox::new();
    stuck(&sandbox);
    let parts = parts(&sandbox);
    let id = |who: &str| {
        let mut ids = parts
            .iter()
            .filter(|(_, (part, _))| part["recipient"] == who);
        ids.next().unwrap().0.clone()
    };
    let bo = id("bo@x.org");
    sandbox
        .larch(["log", "n", "--delivery", &bo])
        .stdout_has(format!("part {bo} to bo@x.org (1 item)     waiting"))
        .stdout_has(format!(
            "part {} to al@x.org (1 item)     done",
            id("al@x.org")
        ))
        .stdout_has(": exit code 75\n")
        .ok();
}

#[test]
fn one_part_is_retried_or_dropped_by_its_id_or_its_recipient() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox);
    sandbox
        .larch(["retry", "n", "--all", "--to", "bo@x.org"])
        .stdout_has(" to bo@x.org: 1 item, waiting, now tried at the next poll")
        .ok();
    sandbox.poll().any_stderr().ok();
    assert_eq!(take_sent(&sandbox), ["bo@x.org base-0"]);
    let parts = parts(&sandbox);
    let dead = parts.iter().find(|(_, (part, _))| part["state"] == "dead");
    let cy = dead.unwrap().0;
    sandbox
        .larch(["drop", "n", cy])
        .stdout_has(" to cy@x.org: 1 item, dead, now dropped")
        .ok();
    assert_eq!(
        states(&sandbox),
        ["al@x.org done", "bo@x.org done", "cy@x.org dropped"]
    );
    sandbox.larch(["retry", "n", cy]).any_stdout().ok();
    sandbox.poll().clock_ahead(HOUR).ok();
    assert_eq!(take_sent(&sandbox), ["cy@x.org base-0"]);
    let name = arch.qualified("c--b--1--base-0");
    sandbox
        .larch(["explain", "n", &name])
        .stdout_has(" of 1 item to bo@x.org, made ")
        .ok();
}
