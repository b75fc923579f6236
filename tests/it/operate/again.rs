//! Telling again: replay and forget.

use super::{FOLLOW, HELLO, NAME, failing, log, objects, status, told};
use crate::support::Sandbox;

/// Runs replay, and polls: what is told then.
fn replayed(sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let arguments = ["replay", "n"].iter().chain(arguments);
    sandbox.larch(arguments).any_stdout().ok();
    sandbox.poll().ok();
    sandbox.take_told()
}

#[test]
fn replay_tells_from_the_start_after_an_item_since_a_time_or_from_a_delivery_on() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    arch.commit("hello--main--1.0");
    sandbox.poll().clock_ahead(3600).ok();
    sandbox.take_told();
    // Clean, so that nothing but the replay makes the poll list it.
    sandbox.poll().clock_ahead(3610).ok();
    let revisions = |levels: &[&str]| {
        let names = levels.iter().map(|level| format!("r {HELLO}--{level}"));
        names.collect::<Vec<String>>()
    };
    assert_eq!(
        replayed(&sandbox, &[HELLO, "--from-start"]),
        revisions(&["base-0", "patch-1", "patch-2"])
    );
    assert_eq!(
        replayed(&sandbox, &[HELLO, "--after", "patch-1"]),
        revisions(&["patch-2"])
    );
    assert_eq!(
        replayed(&sandbox, &[HELLO, "--after", &format!("{HELLO}--base-0")]),
        revisions(&["patch-1", "patch-2"])
    );
    let all = log(
        &sandbox,
        &["--subject", HELLO, "--action", "record:r", "-n", "all"],
    );
    let second = all[1]["id"].as_str().unwrap();
    assert_eq!(
        replayed(&sandbox, &[HELLO, "--delivery", second]),
        revisions(&["patch-2"])
    );
    let soon = sandbox
        .larch(["replay", "n", HELLO, "--since", "1h"])
        .clock_ahead(5400);
    soon.stdout(format!("version {HELLO}: 1 item told by the next poll\n"))
        .ok();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), revisions(&["patch-2"]));
    let ids: std::collections::HashSet<String> = log(&sandbox, &["-n", "all"])
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 10, "each has an id of its own");
}

#[test]
fn replay_below_tells_every_level_and_a_dry_run_none() {
    let sandbox = Sandbox::new();
    told(&sandbox);
    sandbox
        .larch(["replay", "n", NAME, "--below", "--from-start", "--dry-run"])
        .stdout_has(format!(
            "version {HELLO}: 2 items would be told by the next poll\n"
        ))
        .ok();
    sandbox.poll().ok();
    assert!(sandbox.take_told().is_empty());
    assert_eq!(replayed(&sandbox, &[NAME, "--from-start"]).len(), 1);
    sandbox.append("n/=rules.archives", format!("{NAME} record:also\n"));
    sandbox.poll().any_stderr().ok();
    sandbox
        .larch(["replay", "n", NAME, "--from-start", "--dry-run"])
        .stdout(format!(
            "archive {NAME}: 1 item for 2 actions would be told by the next poll\n"
        ))
        .ok();
    sandbox.write("n/=rules.archives", FOLLOW);
    sandbox.poll().any_stderr().ok();
    assert_eq!(
        replayed(&sandbox, &[NAME, "--from-start", "--below"]).len(),
        5
    );
    let action = &[NAME, "--from-start", "--below", "--action", "record:v"];
    assert_eq!(replayed(&sandbox, action), [format!("v {HELLO}")]);
}

#[test]
fn replay_refuses_what_it_does_not_know() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let replay = |arguments: &[&str]| {
        let arguments = ["replay", "n"].iter().chain(arguments);
        sandbox.larch(arguments)
    };
    replay(&[HELLO]).any_stderr().code(2);
    replay(&[&arch.qualified("hallo"), "--from-start"])
        .stderr_has("nothing is known of the category jo@example.org--2026/hallo\n")
        .stderr_has(format!("did you mean `{NAME}/hello`?"))
        .code(1);
    replay(&[HELLO, "--after", "patch-11"])
        .stderr_has(format!(
            "nothing is known of the revision {HELLO}--patch-11"
        ))
        .stderr_has(format!("did you mean `{HELLO}--patch-1`?"))
        .code(1);
    replay(&[HELLO, "--from-start", "--action", "record:x"])
        .stderr_has(format!("no rule with the action record:x names {HELLO}"))
        .stderr_has(format!("larch explain n {HELLO}\n"))
        .code(1);
    let archive = log(&sandbox, &["--action", "record:c"]);
    replay(&[HELLO, "--delivery", archive[0]["id"].as_str().unwrap()])
        .stderr_has(format!("is for {NAME}"))
        .code(1);
    replay(&[HELLO, "--since", "2000-01-01", "--until", "x"])
        .any_stderr()
        .code(2);
    replay(&[HELLO, "--after", "patch-1"])
        .stdout(format!(
            "nothing of {HELLO} lies behind that, so nothing is told\n"
        ))
        .ok();
}

#[test]
fn a_forgotten_revision_is_told_again_and_nothing_else() {
    let sandbox = Sandbox::new();
    told(&sandbox);
    let revision = format!("{HELLO}--base-0");
    let forget = || sandbox.larch(["forget", "n", &revision]);
    forget()
        .arg("--dry-run")
        .stdout(format!(
            "would forget that the revision {revision} was seen\n"
        ))
        .ok();
    sandbox.poll().ok();
    assert!(sandbox.take_told().is_empty());
    forget()
        .stdout(format!("forgot that the revision {revision} was seen\n"))
        .ok();
    forget()
        .stderr_has("nothing is known of the revision")
        .code(1);
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("r {revision}")]);
    sandbox.poll().ok();
    assert!(sandbox.take_told().is_empty());
}

#[test]
fn a_forgotten_category_is_new_with_all_below_it_and_its_rules_stand() {
    for first in ["all", "none"] {
        let sandbox = Sandbox::new();
        let arch = told(&sandbox);
        arch.import("other--main--1.0");
        sandbox.poll().ok();
        sandbox.take_told();
        sandbox.write("n/=config.toml", format!("[rules]\nfirst = {first:?}\n"));
        let files = [
            "n/=rules.categories",
            "n/=rules.branches",
            "n/=rules.versions",
        ];
        // One added line is edited, and another one taken out.
        let versions = sandbox.read(files[2]).replace("record:r", "record:edited");
        sandbox.write(files[2], versions);
        let branches = sandbox.read(files[1]);
        let without = branches.replace(&format!("{NAME}/hello--main record:v record:r\n"), "");
        assert_ne!(branches, without);
        sandbox.write(files[1], &without);
        sandbox.poll().any_stderr().ok();
        assert!(sandbox.take_told().is_empty());

        let category = arch.qualified("hello");
        let forgotten = objects(sandbox.larch(["forget", "n", &category, "--json"]));
        assert_eq!(forgotten.len(), 4, "{forgotten:?}");
        sandbox.poll().any_stderr().ok();
        let mut told = sandbox.take_told();
        told.sort();
        let mut expected = vec![
            format!("b {category}--main"),
            format!("c {category}"),
            format!("edited {HELLO}--base-0"),
            format!("edited {HELLO}--patch-1"),
            format!("v {HELLO}"),
        ];
        expected.sort();
        assert_eq!(told, expected, "first = {first}");
        assert_eq!(
            sandbox.read(files[2]).matches(HELLO).count(),
            1,
            "the edited line stands"
        );
        let returned = sandbox.active_lines(files[1]);
        assert!(returned.contains(&format!("{category}--main record:v record:r")));
        sandbox.poll().ok();
        assert!(sandbox.take_told().is_empty());
    }
}

#[test]
fn what_is_on_its_way_is_dropped_when_it_is_forgotten() {
    let sandbox = Sandbox::new();
    failing(&sandbox, 75);
    let printed = sandbox.larch(["forget", "n", NAME]);
    printed
        .stdout_has(format!(
            "forgot the version {HELLO}: 1 item, 1 delivery dropped\n"
        ))
        .ok();
    sandbox.behave("");
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told().len(), 4);
    assert_eq!(status(&sandbox)["deliveries"]["waiting"], 0);
}
