//! Hooks that start polls, and polls that run at the same time.

use super::{hook, note, noted, version, versions};
use crate::support::Sandbox;

/// What a hook runs to poll a directory of the sandbox.
fn polls(directory: &str) -> String {
    format!(
        "exec {} notify \"${{LARCH_DIR%/*}}/{directory}\"",
        env!("CARGO_BIN_EXE_larch")
    )
}

#[test]
fn the_end_of_a_poll_may_start_the_next_one_of_a_chain() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    sandbox.write(
        "m/=rules.versions",
        format!("{}/c--b--1 record:next\n", arch.name),
    );
    hook(&sandbox, "poll-end", "chain", &polls("m"));
    sandbox.poll().ok();
    let told: Vec<String> = sandbox
        .record()
        .into_iter()
        .map(|told| told.thunk)
        .collect();
    assert_eq!(told, ["mail", "next"]);
}

#[test]
fn a_hook_that_polls_its_own_directory_neither_waits_nor_runs_for_ever() {
    for point in [
        "poll-start",
        "items-found",
        "action-start",
        "action-success",
        "action-failure",
        "poll-end",
    ] {
        let sandbox = Sandbox::new();
        let names = ["c--b--1", "d--b--1", "e--b--1"];
        versions(&sandbox, &names);
        hook(
            &sandbox,
            point,
            "again",
            &format!("echo x >>\"$LARCH_DIR/ran\"\n{}", polls("n")),
        );
        let fails = point == "action-failure";
        if fails {
            sandbox.behave("exit 1");
        }
        let code = i32::from(fails);
        sandbox
            .larch(["notify", "n", "--jobs", "2"])
            .any_stderr()
            .code(code);
        assert_eq!(sandbox.attempts().len(), names.len(), "{point}");
        let ran = sandbox.read("n/ran").lines().count();
        assert!((1..=names.len()).contains(&ran), "{point}: {ran}");
    }
}

#[test]
fn a_scan_that_fails_does_not_fail_for_ever_in_its_own_hook() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", "nobody@example.org--2026 record:\n");
    hook(
        &sandbox,
        "scan-failed",
        "again",
        &format!("echo x >>\"$LARCH_DIR/ran\"\n{}", polls("n")),
    );
    sandbox.poll().any_stderr().code(1);
    assert_eq!(sandbox.read("n/ran"), "x\n");
}

#[test]
fn a_chain_that_bites_its_tail_ends() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hook(
        &sandbox,
        "poll-end",
        "chain",
        &format!("echo n >>\"$LARCH_DIR/../ran\"\n{}", polls("m")),
    );
    sandbox.write("m/=rules.archives", "");
    let back = sandbox.program(
        "back",
        &format!(
            "#!/bin/sh\necho m >>\"$LARCH_DIR/../ran\"\n{}\n",
            polls("n")
        ),
    );
    std::fs::create_dir_all(sandbox.path("m/=hooks/poll-end")).unwrap();
    std::os::unix::fs::symlink(back, sandbox.path("m/=hooks/poll-end/back")).unwrap();
    sandbox.poll().ok();
    assert_eq!(sandbox.read("ran"), "n\nm\n");
}

#[test]
fn what_a_hook_starts_does_not_hear_of_the_hook() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    sandbox.write("m/=rules.versions", format!("{}/c--b--1 env:\n", arch.name));
    sandbox.program("larch-env", "#!/bin/sh\nenv >environment\n");
    hook(&sandbox, "action-failure", "chain", &polls("m"));
    sandbox.behave("exit 1");
    sandbox.poll().any_stderr().code(1);
    let environment = sandbox.read("m/environment");
    for variable in [
        "LARCH_POINT",
        "LARCH_STAGE",
        "LARCH_OUTCOME",
        "LARCH_DELIVERY_JSON",
    ] {
        assert!(!environment.contains(variable), "{environment}");
    }
}

#[test]
fn two_polls_run_each_hook_once_for_each_delivery() {
    let sandbox = Sandbox::new();
    versions(
        &sandbox,
        &[
            "c--b--1", "d--b--1", "e--b--1", "f--b--1", "g--b--1", "h--b--1",
        ],
    );
    note(&sandbox, &["items-found", "action-start", "action-success"]);
    let polls: Vec<_> = (0..4)
        .map(|_| sandbox.larch(["notify", "n", "--wait"]).spawn())
        .collect();
    for poll in polls {
        let ended = poll.wait();
        assert_eq!((ended.code(), ended.stderr.as_str()), (Some(0), ""));
    }
    let mut noted = noted(&sandbox);
    noted.sort();
    let expected = ["action-start", "action-success", "items-found"].map(|point| vec![point; 6]);
    assert_eq!(noted, expected.concat());
    assert_eq!(sandbox.attempts().len(), 6);
}
