//! Rules whose recipients a person changes while deliveries to them wait.

use super::{HOUR, behave, rule, states, take_sent, watch};
use crate::support::{Arch, Sandbox};

/// Nothing but what is for `al@x.org` gets through.
fn stuck<'a>(sandbox: &'a Sandbox, action: &str) -> Arch<'a> {
    let arch = watch(sandbox, action);
    behave(sandbox, "case $to in al*) ;; *) exit 75;; esac");
    sandbox.poll().any_stderr().code(1);
    take_sent(sandbox);
    arch
}

/// Edits the rule, and returns what is sent then, sorted.
fn after(sandbox: &Sandbox, arch: &Arch<'_>, action: &str) -> Vec<String> {
    rule(sandbox, arch, action);
    behave(sandbox, "");
    sandbox.poll().clock_ahead(60).any_stderr().ok();
    let mut sent = take_sent(sandbox);
    sent.sort();
    sent
}

#[test]
fn what_failed_to_a_wrong_address_goes_to_the_right_one_alone() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox, "mail-new-revisions:al@x.org,b0@x.org,cy@x.org");
    let sent = after(
        &sandbox,
        &arch,
        "mail-new-revisions:al@x.org,bo@x.org,cy@x.org",
    );
    assert_eq!(sent, ["bo@x.org base-0", "cy@x.org base-0"]);
    let next = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox).len(), 3, "{next}");
}

#[test]
fn what_was_given_up_for_a_wrong_address_can_be_retried_for_the_right_one() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org,b0@x.org");
    behave(&sandbox, "case $to in b0*) exit 100;; esac");
    sandbox.poll().any_stderr().code(1);
    take_sent(&sandbox);
    assert_eq!(
        after(&sandbox, &arch, "mail-new-revisions:al@x.org,bo@x.org"),
        [""; 0]
    );
    sandbox.larch(["retry", "n", "--dead"]).any_stdout().ok();
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox), ["bo@x.org base-0"]);
}

#[test]
fn an_address_that_is_added_hears_what_comes() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox, "mail-new-revisions:al@x.org,bo@x.org");
    let sent = after(
        &sandbox,
        &arch,
        "mail-new-revisions:cy@x.org,bo@x.org,al@x.org",
    );
    assert_eq!(sent, ["bo@x.org base-0"]);
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox).len(), 3);
}

#[test]
fn what_is_owed_to_an_address_that_is_removed_rests_until_it_returns() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox, "mail-new-revisions:al@x.org,bo@x.org,cy@x.org");
    let sent = after(&sandbox, &arch, "mail-new-revisions:al@x.org,cy@x.org");
    assert_eq!(sent, ["cy@x.org base-0"]);
    assert_eq!(
        states(&sandbox),
        ["al@x.org done", "bo@x.org waiting asleep", "cy@x.org done"]
    );
    sandbox
        .larch(["log", "n"])
        .stdout_has("no rule names bo@x.org for it any more: it rests until one does; `larch drop DIR --to bo@x.org --waiting` drops it")
        .ok();
    let status = sandbox.larch(["status", "n"]).any_stdout().ok();
    assert!(!status.stdout.contains("Failed"), "{}", status.stdout);
    rule(
        &sandbox,
        &arch,
        "mail-new-revisions:al@x.org,bo@x.org,cy@x.org",
    );
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_eq!(take_sent(&sandbox), ["bo@x.org base-0"]);
}

#[test]
fn another_kind_of_mail_keeps_its_recipients() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox, "mail-new-revisions:al@x.org,bo@x.org");
    let sent = after(&sandbox, &arch, "mail-each-revision:al@x.org,bo@x.org");
    assert_eq!(sent, ["bo@x.org base-0"]);
}

#[test]
fn a_program_takes_over_from_mail_and_mail_from_a_program() {
    let sandbox = Sandbox::new();
    let arch = stuck(&sandbox, "mail-new-revisions:bo@x.org");
    rule(&sandbox, &arch, "record:");
    sandbox.behave("exit 1");
    sandbox.poll().clock_ahead(60).any_stderr().code(1);
    assert_eq!(sandbox.attempts().len(), 1);
    let sent = after(&sandbox, &arch, "mail-new-revisions:al@x.org,bo@x.org");
    assert_eq!(sent, ["al@x.org base-0", "bo@x.org base-0"]);
    assert_eq!(sandbox.take_told(), [""; 0]);
}
