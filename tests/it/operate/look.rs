//! Looking at what polls left: status and log.

use super::{HELLO, NAME, failing, log, status, told};
use crate::support::Sandbox;

#[test]
fn status_and_log_say_that_all_is_well() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let printed = sandbox
        .larch(["status", "n"])
        .stdout_has("4 active: 1 for archives, 1 for categories, 1 for branches, 1 for versions\n")
        .stdout_has("4 subjects; 5 items known\n")
        .stdout_has("0 owed, 0 running, 0 waiting, 0 held, 0 dead, 0 asleep\n")
        .stdout_has(arch.location.to_str().unwrap())
        .ok();
    assert!(!printed.stdout.contains("Failed"), "{}", printed.stdout);
    let status = status(&sandbox);
    assert_eq!(status["archives"][0]["kind"], "arch");
    assert_eq!(status["archives"][0]["items"], 5);
    assert!(status["last_poll"].is_string());

    let all = log(&sandbox, &[]);
    let actions: Vec<&str> = all
        .iter()
        .map(|one| one["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["record:c", "record:b", "record:v", "record:r"]);
    assert!(all.iter().all(|one| one["state"] == "done"));
    sandbox
        .larch(["log"])
        .cwd(sandbox.path("n"))
        .stdout_has(HELLO)
        .ok();
}

#[test]
fn log_is_narrowed_by_name_action_state_and_time() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let count = |arguments: &[&str]| log(&sandbox, arguments).len();
    assert_eq!(count(&["--subject", NAME]), 4);
    assert_eq!(
        count(&["--subject", HELLO]),
        2,
        "as an item, and as a subject"
    );
    assert_eq!(count(&["--subject", &format!("{HELLO}--patch-1")]), 1);
    assert_eq!(count(&["--subject", &arch.qualified("other")]), 0);
    assert_eq!(count(&["--action", "record:b"]), 1);
    assert_eq!(count(&["--state", "done", "--state", "dead"]), 4);
    assert_eq!(count(&["--state", "dead"]), 0);
    assert_eq!(count(&["--state", "asleep"]), 0);
    assert_eq!(count(&["--failed"]), 0);
    assert_eq!(count(&["-n", "1"]), 1);
    assert_eq!(count(&["-n", "all", "--since", "1h"]), 4);
    assert_eq!(count(&["--until", "1h"]), 0);
    assert_eq!(
        count(&["--since", "2020-01-01", "--until", "2020-01-02 12:00"]),
        0
    );
    let odd = sandbox.larch(["log", "n", "--since", "yesterday"]);
    odd.stderr_has("`yesterday` is no time").code(2);
}

#[test]
fn a_failed_delivery_is_shown_with_its_error_and_its_output() {
    let sandbox = Sandbox::new();
    failing(&sandbox, 75);
    sandbox
        .larch(["status", "n"])
        .stdout_has("1 waiting")
        .stdout_has("record:r for version jo@example.org--2026/hello--main--1.0\n")
        .stdout_has("1 item, 1 attempt: exit code 75; tried again after ")
        .ok();
    let failed = log(&sandbox, &["--failed"]);
    assert_eq!(failed.len(), 1);
    let id = failed[0]["id"].as_str().unwrap();
    sandbox
        .larch(["log", "n", "--delivery", &id[..8]])
        .stdout_has(format!("{HELLO}--base-0\n"))
        .stdout_has("  | refused\n")
        .ok();
    let full = log(&sandbox, &["--delivery", id]);
    assert_eq!(full[0]["attempts"][0]["outcome"], "exit code 75");
    assert_eq!(full[0]["attempts"][0]["output"], "refused\n");
    assert_eq!(full[0]["items"][0]["name"], format!("{HELLO}--base-0"));
    let none = sandbox.larch(["log", "n", "--delivery", "zzz"]);
    none.stderr_has("no delivery has an id that begins with `zzz`")
        .code(1);
    let several = sandbox.larch(["log", "n", "--delivery", ""]);
    several.stderr_has("4 deliveries have an id").code(1);
}

#[test]
fn without_a_state_the_way_out_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", "");
    for command in ["status", "log"] {
        sandbox
            .larch([command, "n"])
            .stderr_has("has no state yet")
            .stderr_has("hint: poll first: larch notify ")
            .code(1);
    }
    assert!(!sandbox.path("n/+state").exists());
    let nowhere = sandbox.larch(["status", "nowhere"]);
    nowhere
        .stderr_has("hint: make one with: larch init nowhere")
        .code(1);
}

#[test]
fn what_cannot_be_scanned_or_is_gone_stands_in_the_status() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let category = arch.location.join("hello");
    let aside = sandbox.path("aside");
    std::fs::rename(&category, &aside).unwrap();
    sandbox.poll().clock_ahead(100_000).any_stderr().ok();
    let printed = sandbox
        .larch(["status", "n"])
        .stdout_has("Gone from their archives");
    printed.stdout_has(format!("version {HELLO}\n")).ok();
    assert_eq!(
        status(&sandbox)["subjects"]["gone"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    std::fs::rename(&arch.location, sandbox.path("elsewhere")).unwrap();
    sandbox.poll().any_stderr().code(1);
    sandbox
        .larch(["status", "n"])
        .stdout_has(format!("cannot scan {NAME}: "))
        .ok();
    assert!(status(&sandbox)["archives"][0]["error"].is_string());
}

#[test]
fn what_a_poll_found_wrong_stands_in_the_status_until_it_is_mended() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let rules = sandbox.read("n/=rules.archives");
    let bad = format!("{rules}{NAME} recrod:x\nno name noop:\n");
    sandbox.write("n/=rules.archives", bad);
    arch.commit("hello--main--1.0");
    sandbox.poll().any_stderr().code(1);
    sandbox
        .larch(["status", "n"])
        .stdout_has("\nProblems:\n")
        .stdout_has("no action is called `recrod`")
        .stdout_has("=rules.archives:3")
        .stdout_has(" (since ")
        .ok();
    let problems = status(&sandbox)["problems"].as_array().unwrap().clone();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(problems[0]["severity"], "error");
    assert!(problems[0]["since"].is_string());
    sandbox.write("n/=rules.archives", rules);
    sandbox.poll().any_stderr().ok();
    let printed = sandbox.larch(["status", "n"]).any_stdout().ok();
    assert!(!printed.stdout.contains("Problems"), "{}", printed.stdout);
}

#[test]
fn a_log_of_what_nobody_knows_is_an_error() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let log = |arguments: &[&str]| sandbox.larch(["log", "n"].iter().chain(arguments));
    log(&["--subject", &arch.qualified("hallo")])
        .stderr_has("nothing is known of the category jo@example.org--2026/hallo\n")
        .stderr_has(format!("did you mean `{NAME}/hello`?"))
        .code(1);
    log(&["--subject", "foo"])
        .stderr_has("nothing is known of the archive foo\n")
        .stderr_has("larch explain n foo\n")
        .code(1);
    log(&["--action", "recrod:r"])
        .stderr_has("no rule names the action recrod:r\n")
        .stderr_has("did you mean `record:r`?")
        .code(1);
    log(&["--action", "record:r", "--failed"]).ok();
}
