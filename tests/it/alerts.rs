//! Alerts: what the operator hears by mail, and when.

use std::fs;

use serde_json::Value;

use super::mail::{sendmail, take_mail};
use crate::support::{Arch, Layout, Repo, Run, Sandbox, Server, free_port, register};

/// A directory that follows an archive, and alerts `op@example.org` after so many polls.
fn alerting(sandbox: &Sandbox, after: usize) -> Arch<'_> {
    sendmail(sandbox);
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    configure(sandbox, after, "");
    sandbox.poll().ok();
    arch
}

#[track_caller]
fn configure(sandbox: &Sandbox, after: usize, more: &str) {
    let settings = format!(
        "[mail]\nfrom = \"larch <larch@example.org>\"\n[alerts]\nmail = [\"op@example.org\"]\n\
         after = {after}\n{more}"
    );
    sandbox.write("n/=config.toml", settings);
}

/// The archive is away, or back.
#[track_caller]
fn hide(arch: &Arch<'_>, is_away: bool) {
    let away = arch.location.with_extension("away");
    let (from, to) = if is_away {
        (&arch.location, &away)
    } else {
        (&away, &arch.location)
    };
    fs::rename(from, to).unwrap();
}

/// The subject and the text of the only mail since the last call.
#[track_caller]
fn take_alert(sandbox: &Sandbox) -> (String, String) {
    let mail = take_mail(sandbox);
    let [message] = &mail[..] else {
        panic!("{mail:#?}");
    };
    let headers = &message["headers"];
    assert_eq!(headers["from"], "larch <larch@example.org>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    // Where the sandbox is stands in the subject.
    let subject = text(&headers["subject"]).replace(sandbox.path("").to_str().unwrap(), "");
    (subject, text(&message["body"]))
}

fn at(sandbox: &Sandbox, seconds: i64) -> Run {
    sandbox.poll().clock_ahead(seconds).any_stderr()
}

#[test]
fn what_fails_three_times_in_a_row_is_told_once_and_once_when_it_is_over() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 3);
    hide(&arch, true);
    for _ in 0..2 {
        at(&sandbox, 0).code(1);
        assert!(take_mail(&sandbox).is_empty());
    }
    at(&sandbox, 0).code(1);
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 1 problem");
    assert!(text.starts_with("Fails in "), "{text}");
    assert!(text.contains("\n* "), "{text}");
    assert!(text.contains(&arch.name), "{text}");
    at(&sandbox, 0).code(1);
    // A day later standard error has it again; the operator knows.
    at(&sandbox, 90_000).code(1);
    assert!(take_mail(&sandbox).is_empty());
    hide(&arch, false);
    at(&sandbox, 90_000).ok();
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 1 problem over");
    assert!(text.starts_with("Over in "), "{text}");
    at(&sandbox, 90_000).ok();
    assert!(take_mail(&sandbox).is_empty());
}

#[test]
fn what_is_well_before_its_time_is_not_told_and_counted_anew() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 2);
    for _ in 0..3 {
        hide(&arch, true);
        at(&sandbox, 0).code(1);
        hide(&arch, false);
        at(&sandbox, 0).ok();
    }
    assert!(take_mail(&sandbox).is_empty());
    hide(&arch, true);
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    take_alert(&sandbox);
}

#[test]
fn a_dead_host_is_one_entry_with_its_archives() {
    let sandbox = Sandbox::new();
    alerting(&sandbox, 1);
    Repo::new(&sandbox, "x");
    let mut server = Server::http(&sandbox);
    let dead = format!("127.0.0.1:{}", free_port());
    let follow = |name: &str, host: &str, path: &str| {
        register(&sandbox, name, &format!("git:http://{host}/{path}.git"));
        let line = "record:category record:branch record:version record:revision";
        sandbox.append("n/=rules.archives", format!("{name} {line}\n"));
    };
    for name in ["dead1", "dead2", "dead3", "dead4", "dead5"] {
        follow(name, &dead, "x");
    }
    follow("gone", &server.host, "gone");
    at(&sandbox, 0).code(1);
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 2 problems");
    let entry = format!("\nOn {dead}:\n\n* cannot read from {dead}: ");
    assert!(text.contains(&entry), "{text}");
    assert!(
        text.contains("\n    5 archives on it: dead1, dead2, dead3 and 2 more\n"),
        "{text}"
    );
    let other = format!("\nOn {}:\n\n* ", server.host);
    assert!(text.contains(&other), "{text}");
    assert_eq!(text.matches("\n* ").count(), 2, "{text}");
    server.stop();
}

#[test]
fn a_dead_delivery_is_told_once_and_by_one_mail_with_all_else() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 1);
    sandbox.behave("exit 100");
    arch.commit("c--b--1");
    arch.import("d--b--1");
    at(&sandbox, 0).code(1);
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 4 given up");
    assert!(text.contains("Run it again with: larch retry"), "{text}");
    at(&sandbox, 0).ok();
    assert!(take_mail(&sandbox).is_empty());
}

#[test]
fn an_alert_that_cannot_be_sent_is_a_problem_of_its_own_and_sent_later() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 1);
    sandbox.write("home/sendmail-then", "echo the queue is full; exit 75");
    hide(&arch, true);
    let unsent = "cannot send an alert to op@example.org: exit code 75";
    sandbox.poll().stderr_has(unsent).code(1);
    take_mail(&sandbox);
    // That it fails still is no news, and nothing to alert of.
    sandbox.poll().code(1);
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 1 problem");
    assert!(!text.contains(unsent), "{text}");
    sandbox.write("home/sendmail-then", "");
    at(&sandbox, 0)
        .stderr_has(format!("over: {unsent}"))
        .code(1);
    take_alert(&sandbox);
    sandbox.write("home/sendmail-then", "exit 75");
    hide(&arch, false);
    // All is well, but nobody heard of it.
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    take_mail(&sandbox);
    sandbox.write("home/sendmail-then", "");
    at(&sandbox, 0).ok();
    assert_eq!(take_alert(&sandbox).0, "[larch] n: 1 problem over");
    at(&sandbox, 0).ok();
    assert!(take_mail(&sandbox).is_empty());
}

#[test]
fn a_kill_after_the_mail_tells_it_again_as_the_same_message() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 1);
    sandbox.write("home/sendmail-then", "kill -9 $PPID");
    hide(&arch, true);
    assert_eq!(sandbox.poll().any_stderr().output().code(), None);
    sandbox.write("home/sendmail-then", "");
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    let mail = take_mail(&sandbox);
    assert_eq!(mail.len(), 2, "{mail:#?}");
    assert_eq!(
        mail[0]["headers"]["message-id"],
        mail[1]["headers"]["message-id"]
    );
}

#[test]
fn mail_that_fails_is_told_of_when_mail_works_again_and_goes_in_no_circle() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 1);
    let line = format!("{}/c--b--1 mail-new-revisions:jo@example.org\n", arch.name);
    sandbox.append("n/=rules.versions", line);
    sandbox.poll().any_stderr().ok();
    arch.commit("c--b--1");
    sandbox.write("home/sendmail-then", "exit 75");
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    take_mail(&sandbox);
    sandbox.write("home/sendmail-then", "");
    // The delivery waits still, so that this is what the operator hears.
    at(&sandbox, 0).code(1);
    let (subject, text) = take_alert(&sandbox);
    assert_eq!(subject, "[larch] n: 1 problem");
    assert!(text.contains("failed: exit code 75"), "{text}");
    at(&sandbox, 3600).ok();
    let mail = take_mail(&sandbox);
    let to = |message: &Value| message["headers"]["to"].as_str().unwrap().to_owned();
    let mut to: Vec<String> = mail.iter().map(to).collect();
    to.sort();
    assert_eq!(to, ["jo@example.org", "op@example.org"]);
}

#[test]
fn a_damaged_or_older_memory_is_read_and_starts_the_count_anew() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 2);
    hide(&arch, true);
    at(&sandbox, 0).code(1);
    let memory = sandbox.read("n/+state/reports.json");
    sandbox.write("n/+state/reports.json", "{ damaged");
    at(&sandbox, 0).code(1);
    assert!(take_mail(&sandbox).is_empty());
    at(&sandbox, 0).code(1);
    take_alert(&sandbox);
    // As a release without alerts left it.
    let mut older: Value = serde_json::from_str(&memory).unwrap();
    for (_, entry) in older["standing"].as_object_mut().unwrap() {
        entry.as_object_mut().unwrap().remove("polls").unwrap();
    }
    sandbox.write("n/+state/reports.json", older.to_string());
    sandbox.poll().code(1);
    assert!(take_mail(&sandbox).is_empty());
    sandbox.poll().code(1);
    take_alert(&sandbox);
}

#[test]
fn each_operator_is_told_and_one_who_cannot_be_costs_no_other_a_repetition() {
    let sandbox = Sandbox::new();
    let arch = alerting(&sandbox, 1);
    sandbox.write(
        "n/=config.toml",
        "[alerts]\nmail = [\"a@example.org\", \"b@example.org\"]\nafter = 1\n",
    );
    sandbox.write("home/sendmail-then", "case $3 in a@*) exit 75;; esac");
    hide(&arch, true);
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    sandbox.write("home/sendmail-then", "");
    at(&sandbox, 0).code(1);
    at(&sandbox, 0).code(1);
    let mail = take_mail(&sandbox);
    let to = |message: &Value| message["headers"]["to"].as_str().unwrap().to_owned();
    let mut to: Vec<String> = mail.iter().map(to).collect();
    to.sort();
    assert_eq!(
        to,
        [
            "a@example.org",
            "a@example.org",
            "a@example.org",
            "b@example.org"
        ]
    );
}
