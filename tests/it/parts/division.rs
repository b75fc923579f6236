//! Each recipient is a lane: ordered, retried and dead by itself.

use super::{HOUR, behave, rule, states, take_sent, watch};
use crate::support::Sandbox;

#[test]
fn an_address_that_fails_costs_and_repeats_no_other_its_mail() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org,bo@x.org,cy@x.org");
    behave(
        &sandbox,
        "case $to in bo*) echo 451 later; exit 75;; cy*) echo 550 unknown; exit 100;; esac",
    );
    sandbox.poll().any_stderr().code(1);
    assert_eq!(take_sent(&sandbox), ["al@x.org base-0"]);
    assert_eq!(
        states(&sandbox),
        ["al@x.org done", "bo@x.org waiting", "cy@x.org dead"]
    );
    arch.commit("c--b--1");
    behave(&sandbox, "case $to in bo*) exit 75;; esac");
    sandbox.poll().any_stderr().code(1);
    let mut sent = take_sent(&sandbox);
    sent.sort();
    assert_eq!(sent, ["al@x.org patch-1", "cy@x.org patch-1"]);
    behave(&sandbox, "");
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox), ["bo@x.org base-0", "bo@x.org patch-1"]);
    sandbox.larch(["retry", "n", "--dead"]).any_stdout().ok();
    sandbox.poll().clock_ahead(2 * HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox), ["cy@x.org base-0"]);
}

#[test]
fn each_revision_by_itself_comes_in_order() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-each-revision:al@x.org,bo@x.org");
    for _ in 0..3 {
        arch.commit("c--b--1");
    }
    // The second message to each fails, and holds back those after it.
    behave(
        &sandbox,
        "echo >>\"$HOME/n.$to\"; [ $(wc -l <\"$HOME/n.$to\") = 2 ] && exit 75",
    );
    sandbox.poll().any_stderr().code(1);
    let mut sent = take_sent(&sandbox);
    sent.sort();
    assert_eq!(sent, ["al@x.org base-0", "bo@x.org base-0"]);
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    let sent = take_sent(&sandbox);
    for who in ["al@x.org", "bo@x.org"] {
        let own: Vec<&String> = sent.iter().filter(|line| line.starts_with(who)).collect();
        let levels = ["patch-1", "patch-2", "patch-3"];
        assert_eq!(own.len(), 3, "{sent:?}");
        assert!(
            own.iter()
                .zip(levels)
                .all(|(line, level)| line.ends_with(level)),
            "{sent:?}"
        );
    }
}

#[test]
fn what_was_detected_for_a_rule_that_is_removed_or_edited_before_it_was_divided() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org");
    // The poll dies when the delivery is made, and before it is divided.
    let poll = sandbox.poll().env("LARCH_TEST_CRASH", "before-divide");
    assert_eq!(poll.any_stderr().output().code(), None);
    assert_eq!(states(&sandbox), [" owed"]);
    rule(&sandbox, &arch, "mail-new-revisions:bo@x.org,cy@x.org");
    sandbox.poll().any_stderr().ok();
    let mut sent = take_sent(&sandbox);
    sent.sort();
    assert_eq!(sent, ["bo@x.org base-0", "cy@x.org base-0"]);

    arch.commit("c--b--1");
    let poll = sandbox.poll().env("LARCH_TEST_CRASH", "after-divide");
    assert_eq!(poll.any_stderr().output().code(), None);
    let line = sandbox.read("n/=rules.versions");
    sandbox.write(
        "n/=rules.versions",
        format!("#{line}{} noop:\n", arch.qualified("d--b--1")),
    );
    sandbox.poll().any_stderr().output();
    assert_eq!(
        states(&sandbox)[2..],
        ["bo@x.org owed asleep", "cy@x.org owed asleep"]
    );
    sandbox.write("n/=rules.versions", line);
    sandbox.poll().any_stderr().ok();
    let mut sent = take_sent(&sandbox);
    sent.sort();
    assert_eq!(sent, ["bo@x.org patch-1", "cy@x.org patch-1"]);
}

#[test]
fn what_is_forgotten_or_replayed_is_told_to_all_again() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org,bo@x.org");
    behave(&sandbox, "case $to in bo*) exit 75;; esac");
    sandbox.poll().any_stderr().code(1);
    take_sent(&sandbox);
    let version = arch.qualified("c--b--1");
    sandbox.larch(["forget", "n", &version]).any_stdout().ok();
    assert_eq!(states(&sandbox), ["al@x.org done", "bo@x.org dropped"]);
    behave(&sandbox, "");
    sandbox.poll().any_stderr().ok();
    sandbox
        .larch(["replay", "n", &version, "--from-start"])
        .any_stdout()
        .ok();
    sandbox.poll().clock_ahead(10).any_stderr().ok();
    let mut sent = take_sent(&sandbox);
    sent.sort();
    assert_eq!(
        sent,
        [
            "al@x.org base-0",
            "al@x.org base-0",
            "bo@x.org base-0",
            "bo@x.org base-0"
        ]
    );
}
