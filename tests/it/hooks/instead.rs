//! A hook in place of the action.

use super::{hook, note, noted, version};
use crate::support::Sandbox;

#[test]
fn the_exit_code_of_what_runs_instead_counts() {
    for (code, state) in [("0", "done"), ("1", "waiting"), ("100", "dead")] {
        let sandbox = Sandbox::new();
        version(&sandbox);
        hook(
            &sandbox,
            "instead-of-action",
            "x",
            &format!("echo ran >>ran; echo said; exit {code}"),
        );
        let ended = sandbox.poll().output();
        assert_eq!(
            ended.code(),
            Some(i32::from(code != "0")),
            "{}",
            ended.stderr
        );
        assert_eq!(ended.stderr.contains("| said"), code != "0");
        assert!(sandbox.attempts().is_empty());
        let log = sandbox
            .larch(["log", "n", "--json"])
            .any_stdout()
            .ok()
            .stdout;
        assert!(log.contains(&format!("\"state\":\"{state}\"")), "{log}");
        // What waits is tried again.
        sandbox.poll().clock_ahead(3600).any_stderr().output();
        let runs = sandbox.read("n/ran").lines().count();
        assert_eq!(runs, if state == "waiting" { 2 } else { 1 });
    }
}

#[test]
fn the_first_that_matches_runs_alone_and_gives_noop_something_to_do() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    sandbox.write(
        "n/=rules.versions",
        format!("{}/c--b--1 noop:\n", arch.name),
    );
    sandbox.write(
        "n/=config.toml",
        "[[hook]]\non = \"instead-of-action\"\nmatch = [\"**/other--**\"]\ncommand = [\"other\"]\n
         [[hook]]\non = \"instead-of-action\"\nmatch = [\"**--base-0\"]\ncommand = [\"first\", \"its own\"]\n",
    );
    sandbox.program("first", "#!/bin/sh\nprintf '%s|' \"$@\" >>told\n");
    hook(&sandbox, "instead-of-action", "last", "echo last >>told");
    sandbox.poll().ok();
    assert_eq!(
        sandbox.read("n/told"),
        format!("its own|{}/c--b--1--base-0|", arch.name)
    );
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(60).ok();
    assert!(sandbox.read("n/told").ends_with("|last\n"));
}

#[test]
fn what_does_nothing_has_hooks_all_the_same() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    sandbox.write(
        "n/=rules.versions",
        format!("{}/c--b--1 noop:\n", arch.name),
    );
    note(&sandbox, &["action-start", "action-success"]);
    sandbox.poll().ok();
    assert_eq!(noted(&sandbox), ["action-start", "action-success"]);
}

#[test]
fn a_kill_repeats_what_runs_instead_and_loses_what_comes_after() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    hook(&sandbox, "instead-of-action", "x", "echo ran >>ran");
    note(&sandbox, &["action-success"]);
    sandbox
        .poll()
        .env("LARCH_TEST_CRASH", "before-settle")
        .output();
    assert_eq!(sandbox.read("n/ran").lines().count(), 1);
    sandbox.poll().ok();
    assert_eq!(sandbox.read("n/ran").lines().count(), 2);
    assert_eq!(noted(&sandbox).len(), 1);
    arch.commit("c--b--1");
    sandbox
        .poll()
        .env("LARCH_TEST_CRASH", "after-settle")
        .output();
    sandbox.poll().ok();
    assert_eq!(sandbox.read("n/ran").lines().count(), 3);
    assert_eq!(noted(&sandbox).len(), 1);
}
