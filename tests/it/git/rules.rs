//! Lines for git repositories that are added, dropped, edited, or return.

use super::server::{Server, told};
use crate::parts::{behave, sendmail, take_sent};
use crate::support::Sandbox;

const MAIN: &str = "a--heads--main";
const DEV: &str = "a--heads--dev";

#[test]
fn a_line_that_a_person_adds_is_owed_nothing_of_the_past_and_the_number_is_said() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    repo.push("main", &["1", "2", "3"]);
    repo.push("dev", &["4"]);
    server.polled();
    sandbox.append("n/=rules.versions", format!("srv/{MAIN} record:new\n"));
    sandbox
        .poll()
        .stderr_has("3 items that were there before the new rules are not told")
        .ok();
    assert_eq!(server.revisions(), [""; 0]);
    let next = repo.push("main", &["5"]);
    let mut expected = told("r", MAIN, &next);
    expected.extend(told("new", MAIN, &next));
    server.expect(expected);
    // A line for the repository hands down to all that is there.
    sandbox.append(
        "n/=rules.categories",
        "srv/a record:also record:also record:also\n",
    );
    sandbox
        .poll()
        .stderr_has("items that were there before the new rules are not told")
        .ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let next = repo.push("dev", &["6"]);
    let mut expected = told("r", DEV, &next);
    expected.extend(told("also", DEV, &next));
    server.expect(expected);
}

#[test]
fn added_says_what_an_added_line_is_owed() {
    for (added, owed) in [("\"all\"", 3), ("1", 1)] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        server.settings(&format!("[rules]\nadded = {added}\n"));
        let repo = server.repo("a");
        let ids = repo.push("main", &["1", "2", "3"]);
        server.polled();
        sandbox.append("n/=rules.versions", format!("srv/{MAIN} record:new\n"));
        sandbox.poll().any_stderr().ok();
        assert_eq!(server.revisions(), told("new", MAIN, &ids[3 - owed..]));
    }
}

/// A directory with a line for each of two branches of one repository, with the same action.
fn two_branches(sandbox: &Sandbox) -> Server<'_> {
    let server = Server::new(sandbox);
    let repo = server.repo("a");
    let ids = repo.push("main", &["1"]);
    repo.set("refs/heads/dev", &ids[0]);
    sandbox.write(
        "n/=rules.versions",
        format!("srv/{MAIN} record:r\nsrv/{DEV} record:r\n"),
    );
    assert_eq!(server.polled(), told("r", MAIN, &ids));
    server
}

#[test]
fn what_a_dropped_rule_was_owed_is_told_by_the_next_watched_ref_and_not_once_more() {
    let sandbox = Sandbox::new();
    let server = two_branches(&sandbox);
    let repo = server.repo("a");
    sandbox.behave("exit 75");
    let ids = repo.push("main", &["2", "3"]);
    sandbox.poll().any_stderr().code(1);
    sandbox.behave("");
    sandbox.write("n/=rules.versions", format!("srv/{DEV} record:r\n"));
    sandbox.poll().any_stderr().clock_ahead(600).ok();
    assert_eq!(server.revisions(), [""; 0]);
    repo.set("refs/heads/dev", &ids[0]);
    sandbox.poll().clock_ahead(700).ok();
    assert_eq!(server.revisions(), told("r", DEV, &ids[..1]));
    // The line returns: what is left is owed, and nothing twice.
    sandbox.append("n/=rules.versions", format!("srv/{MAIN} record:r\n"));
    sandbox.poll().any_stderr().clock_ahead(90_000).ok();
    assert_eq!(server.revisions(), told("r", MAIN, &ids[1..]));
    repo.set("refs/heads/dev", &ids[1]);
    sandbox.poll().clock_ahead(90_100).ok();
    assert_eq!(server.revisions(), [""; 0]);
    let log = server.larch("status", &["--json"]).any_stdout().ok();
    assert!(log.stdout.contains("\"waiting\":0"), "{}", log.stdout);
}

#[test]
fn what_a_dropped_rule_owed_to_one_recipient_is_owed_to_that_one_when_it_returns() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let server = Server::new(&sandbox);
    let repo = server.repo("a");
    let ids = repo.push("main", &["1"]);
    repo.set("refs/heads/dev", &ids[0]);
    let line = |name: &str| format!("srv/{name} mail-new-revisions:al@x.org,bo@x.org\n");
    sandbox.write("n/=rules.versions", line(MAIN) + &line(DEV));
    sandbox.poll().any_stderr().ok();
    behave(&sandbox, "case $to in bo*) exit 75;; esac");
    let ids = repo.push("main", &["2", "3"]);
    sandbox.poll().any_stderr().code(1);
    behave(&sandbox, "");
    sandbox.write("n/=rules.versions", line(DEV));
    sandbox.poll().any_stderr().clock_ahead(600).ok();
    take_sent(&sandbox);
    repo.set("refs/heads/dev", &ids[0]);
    sandbox.poll().clock_ahead(700).ok();
    assert!(take_sent(&sandbox).contains(&format!("bo@x.org {}", ids[0])));
    sandbox.append("n/=rules.versions", line(MAIN));
    sandbox.poll().any_stderr().clock_ahead(90_000).ok();
    assert_eq!(take_sent(&sandbox), [format!("bo@x.org {}", ids[1])]);
}

#[test]
fn an_edited_line_repeats_nothing_and_takes_over_what_waits() {
    let sandbox = Sandbox::new();
    let server = two_branches(&sandbox);
    let repo = server.repo("a");
    sandbox.behave("[ \"$LARCH_THUNK\" != r ] || exit 75");
    let ids = repo.push("main", &["2"]);
    sandbox.poll().any_stderr().code(1);
    sandbox.write(
        "n/=rules.versions",
        format!("srv/{MAIN} record:better\nsrv/{DEV} record:better\n"),
    );
    sandbox.poll().any_stderr().ok();
    assert_eq!(server.revisions(), told("better", MAIN, &ids));
    repo.set("refs/heads/dev", &ids[0]);
    sandbox.poll().ok();
    assert_eq!(server.revisions(), [""; 0]);
    let next = repo.push("dev", &["3"]);
    assert_eq!(server.polled(), told("better", DEV, &next));
    repo.set("refs/heads/main", &next[0]);
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn one_of_two_lines_with_the_same_action_is_edited() {
    let sandbox = Sandbox::new();
    let server = two_branches(&sandbox);
    let repo = server.repo("a");
    let ids = repo.push("dev", &["2"]);
    assert_eq!(server.polled(), told("r", DEV, &ids));
    sandbox.write(
        "n/=rules.versions",
        format!("srv/{MAIN} record:r\nsrv/{DEV} record:other\n"),
    );
    assert_eq!(server.polled(), [""; 0]);
    let next = repo.push("dev", &["3"]);
    assert_eq!(server.polled(), told("other", DEV, &next));
    // Its old action was told of the second commit by the line that was edited.
    repo.set("refs/heads/main", &next[0]);
    assert_eq!(server.polled(), told("r", MAIN, &next));
}

#[test]
fn a_baseline_covers_what_a_dropped_rule_was_owed() {
    let sandbox = Sandbox::new();
    let server = two_branches(&sandbox);
    let repo = server.repo("a");
    sandbox.behave("exit 75");
    let ids = repo.push("main", &["2", "3"]);
    sandbox.poll().any_stderr().code(1);
    sandbox.behave("");
    sandbox.write("n/=rules.versions", format!("srv/{DEV} record:r\n"));
    repo.set("refs/heads/dev", &ids[1]);
    sandbox.poll().arg("--baseline").any_stderr().ok();
    assert_eq!(server.polled(), [""; 0]);
    let next = repo.push("dev", &["4"]);
    assert_eq!(server.polled(), told("r", DEV, &next));
}

#[test]
fn what_comes_while_a_line_is_away_is_told_when_it_returns() {
    let sandbox = Sandbox::new();
    let server = two_branches(&sandbox);
    let repo = server.repo("a");
    let lines = sandbox.read("n/=rules.versions");
    sandbox.write("n/=rules.versions", format!("srv/{DEV} record:r\n"));
    let ids = repo.push("main", &["2", "3"]);
    assert_eq!(server.polled(), [""; 0]);
    repo.set("refs/heads/dev", &ids[0]);
    assert_eq!(server.polled(), told("r", DEV, &ids[..1]));
    sandbox.write("n/=rules.versions", lines);
    assert_eq!(server.polled(), told("r", MAIN, &ids[1..]));
    assert_eq!(server.polled(), [""; 0]);
}
