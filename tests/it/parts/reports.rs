//! What a poll says of parts that fail.

use super::{HOUR, behave, watch};
use crate::support::Sandbox;

const DAY: i64 = 24 * HOUR;

fn many() -> String {
    let addresses: Vec<String> = (0..37).map(|number| format!("r{number}@x.org")).collect();
    format!("mail-new-revisions:{}", addresses.join(","))
}

#[test]
fn a_relay_that_is_down_is_one_problem_from_its_start_to_its_end() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, &many());
    behave(&sandbox, "echo 451 relay down; exit 75");
    let ended = sandbox
        .poll()
        .stderr_has("error: 37 parts wait: exit code 75")
        .stderr_has("to r0@x.org: 1 item, delivery ")
        .stderr_has("and 34 more: larch log ")
        .stderr_has("| 451 relay down")
        .code(1);
    assert_eq!(
        ended.stderr.matches("error:").count(),
        1,
        "{}",
        ended.stderr
    );
    arch.commit("c--b--1");
    behave(&sandbox, "exit 71");
    sandbox.poll().clock_ahead(HOUR).code(1);
    sandbox
        .poll()
        .clock_ahead(DAY + HOUR)
        .stderr_has("37 parts wait: ")
        .code(1);
    behave(&sandbox, "");
    let ended = sandbox
        .poll()
        .clock_ahead(2 * DAY)
        .stderr_has("over: 37 parts wait: exit code 75")
        .ok();
    assert_eq!(ended.stderr.matches("over:").count(), 1, "{}", ended.stderr);
    sandbox.poll().clock_ahead(2 * DAY + HOUR).ok();
}

#[test]
fn one_that_waits_is_named_with_its_recipient() {
    let sandbox = Sandbox::new();
    let arch = watch(&sandbox, "mail-new-revisions:al@x.org,bo@x.org");
    behave(&sandbox, "case $to in bo*) exit 75;; esac");
    let version = arch.qualified("c--b--1");
    sandbox
        .poll()
        .stderr_has(format!(
            "error: mail-new-revisions for {version} to bo@x.org failed: exit code 75"
        ))
        .code(1);
}

#[test]
fn what_is_refused_for_good_is_said_once_for_all() {
    let sandbox = Sandbox::new();
    watch(&sandbox, &many());
    behave(&sandbox, "echo 550 no such user; exit 100");
    let ended = sandbox
        .poll()
        .stderr_has("gave up 37 parts: exit code 100")
        .stderr_has("to r1@x.org: 1 item, delivery ")
        .stderr_has("--state dead -n all")
        .stderr_has("| 550 no such user")
        .code(1);
    assert_eq!(
        ended.stderr.matches("error:").count(),
        1,
        "{}",
        ended.stderr
    );
    sandbox.poll().clock_ahead(HOUR).ok();
}
