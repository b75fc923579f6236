//! Hooks that fail, hang, flood, are missing or are not to be trusted: they are reported, and nothing
//! else differs.

use std::os::unix::fs::symlink;

use super::{hook, version};
use crate::support::Sandbox;

#[test]
fn a_hook_that_fails_is_reported_once_and_the_delivery_is_done() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    hook(
        &sandbox,
        "action-success",
        "tell",
        "echo first; echo no luck >&2; exit 3",
    );
    let failed = "error: the hook =hooks/action-success/tell at action-success failed: exit code 3
    It was run for jo@example.org--2026/c--b--1. It is not run again for that, and nothing else was changed by it.
    | first
    | no luck
";
    sandbox.poll().stderr_has(failed).code(1);
    assert_eq!(sandbox.take_told().len(), 1);
    // It has nothing to do, and nothing is said of it.
    sandbox.poll().clock_ahead(60).ok();
    // It fails again, which is known.
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(120).code(1);
    arch.commit("c--b--1");
    sandbox.program("action-success-tell", "#!/bin/sh\n");
    sandbox
        .poll()
        .clock_ahead(180)
        .stderr_has("over: the hook =hooks/action-success/tell at action-success failed")
        .ok();
    assert_eq!(sandbox.take_told().len(), 2);
    assert_eq!(sandbox.attempts().len(), 3);
}

#[test]
fn a_problem_of_a_hook_that_was_removed_is_gone() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hook(&sandbox, "poll-end", "x", "exit 1");
    sandbox
        .poll()
        .stderr_has("the hook =hooks/poll-end/x")
        .code(1);
    sandbox.poll().clock_ahead(60).code(1);
    std::fs::remove_file(sandbox.path("n/=hooks/poll-end/x")).unwrap();
    sandbox.poll().clock_ahead(120).ok();
    let status = sandbox.larch(["status", "n", "--json"]).any_stdout().ok();
    assert!(!status.stdout.contains("hook"), "{}", status.stdout);
}

#[test]
fn a_hook_that_hangs_is_ended_with_all_that_it_started() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    sandbox.program(
        "hang",
        "#!/bin/sh\nsleep 600 &\necho $$ >group\nsleep 600\n",
    );
    sandbox.write(
        "n/=config.toml",
        "[[hook]]\non = \"action-start\"\ncommand = [\"hang\"]\ntimeout = \"1s\"\n",
    );
    sandbox
        .poll()
        .stderr_has("the hook hang at action-start failed: ran longer than 1s and was ended")
        .code(1);
    assert_eq!(sandbox.take_told().len(), 1);
    let group = sandbox.read("n/group").trim().parse().unwrap();
    let group = rustix::process::Pid::from_raw(group).unwrap();
    // Its members are gone, but for those that nobody has waited for yet.
    while rustix::process::test_kill_process_group(group).is_ok() {
        std::thread::yield_now();
    }
}

#[test]
fn a_hook_that_floods_is_reported_and_its_output_is_cut() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    sandbox.write("n/=config.toml", "[delivery]\noutput_limit = \"4KiB\"\n");
    hook(
        &sandbox,
        "action-success",
        "flood",
        "head -c 30000000 /dev/zero; echo; echo the end",
    );
    let said = "the hook =hooks/action-success/flood at action-success printed 30000009 bytes, of which 4096 are kept";
    sandbox
        .poll()
        .stderr_has(said)
        .stderr_has("| the end")
        .code(1);
    let id = sandbox.record()[0].id.clone();
    let kept = sandbox.path(format!("n/+state/output/{id}.action-success.0.1"));
    assert!(kept.metadata().unwrap().len() < 5000);
    assert_eq!(sandbox.take_told().len(), 1);
}

#[test]
fn a_hook_that_is_not_there_is_reported_with_what_to_do() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    sandbox.write("n/plain", "#!/bin/sh\n");
    sandbox.write(
        "n/=config.toml",
        "[[hook]]\non = \"action-success\"\ncommand = [\"no-such\"]\n
         [[hook]]\non = \"action-success\"\ncommand = [\"./plain\"]\n
         [[hook]]\non = \"action-success\"\ncommand = [\"/no/such\"]\n
         [[hook]]\non = \"action-success\"\ncommand = [\"true\"]\n",
    );
    sandbox
        .poll()
        .stderr_has("the hook no-such at action-success failed: could not be started: there is no program `no-such` on the PATH or in LARCH_EXEC_PATH")
        .stderr_has("n/./plain is not an executable file; `chmod +x` makes it one")
        .stderr_has("there is no program /no/such")
        .code(1);
    assert_eq!(sandbox.take_told().len(), 1);
}

#[test]
fn check_names_hooks_that_cannot_run_and_what_never_runs() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hook(&sandbox, "action-sucess", "x", "exit 1");
    hook(&sandbox, "poll-end", "good", "exit 1");
    for name in ["plain", ".hidden", "backup~"] {
        sandbox.write(format!("n/=hooks/poll-end/{name}"), "");
        sandbox.chmod(format!("n/=hooks/poll-end/{name}"), 0o644);
    }
    sandbox.write(
        "n/=config.toml",
        "[[hook]]\non = \"poll-end\"\ncommand = [\"no-such\"]\n",
    );
    sandbox
        .larch(["check", "n"])
        .stdout_has("error: the hook no-such at poll-end cannot run: ")
        .stdout_has("warning: =hooks/action-sucess is the directory of no point of a poll; did you mean `action-success`?")
        .stdout_has("warning: =hooks/poll-end/plain is no executable file, so it is never run")
        .stdout_has("n: 1 error, 2 warnings; ")
        .code(1);
}

#[test]
fn a_directory_of_no_point_is_warned_of() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hook(&sandbox, "action-sucess", "x", "exit 1");
    sandbox
        .poll()
        .stderr_has("warning: =hooks/action-sucess is the directory of no point of a poll; did you mean `action-success`?")
        .ok();
    sandbox.poll().clock_ahead(60).ok();
}

#[test]
fn what_others_can_write_is_not_run_by_root() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    hook(&sandbox, "action-success", "x", "echo ran >>ran");
    let refused = |path: &str| {
        let path = sandbox.path(path);
        format!(
            "others than root can write to {}: chown root and chmod go-w it",
            path.display()
        )
    };
    for (number, path) in [
        "bin/action-success-x",
        "n/=hooks/action-success",
        "n/=hooks",
    ]
    .into_iter()
    .enumerate()
    {
        sandbox.chmod(path, 0o775);
        let said = if number == 0 {
            "n/=hooks/action-success/x"
        } else {
            path
        };
        sandbox
            .poll()
            .clock_ahead(i64::try_from(number).unwrap() * 100_000)
            .stderr_has(refused(said))
            .code(1);
        sandbox.chmod(path, 0o755);
        arch.commit("c--b--1");
    }
    assert_eq!(sandbox.read("n/ran"), "");
    sandbox.poll().clock_ahead(300_000).stderr_has("over:").ok();
    assert_eq!(sandbox.read("n/ran"), "ran\n");
    // So it is with a program that the settings name, and with its directory.
    symlink("/bin/true", sandbox.path("work/hook")).unwrap();
    sandbox.chmod("work", 0o777);
    sandbox.write(
        "n/=config.toml",
        format!(
            "[[hook]]\non = \"poll-end\"\ncommand = [\"{}\"]\n",
            sandbox.path("work/hook").display()
        ),
    );
    sandbox
        .poll()
        .clock_ahead(400_000)
        .stderr_has(refused("work"))
        .code(1);
}

#[test]
fn the_output_of_hooks_is_in_the_log_of_the_delivery() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hook(&sandbox, "action-success", "quiet", "");
    hook(&sandbox, "action-success", "say", "echo said $LARCH_RESULT");
    hook(&sandbox, "action-start", "fail", "exit 1");
    sandbox.poll().any_stderr().code(1);
    let id = sandbox.record()[0].id.clone();
    let log = sandbox
        .larch(["log", "n", "--delivery", &id])
        .any_stdout()
        .ok()
        .stdout;
    let (_, hooks) = log.split_once("success\n").unwrap();
    assert_eq!(
        hooks,
        "  action-start
  | =hooks/action-start/fail: exit code 1
  action-success
  | =hooks/action-success/say: success
  | said success
"
    );
    let json = sandbox
        .larch(["log", "n", "--delivery", &id, "--json"])
        .any_stdout()
        .ok()
        .stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let hooks = &json["attempts"][0]["hooks"];
    assert_eq!(hooks[1]["point"], "action-success");
    assert_eq!(
        hooks[1]["output"],
        "=hooks/action-success/say: success\nsaid success\n"
    );
}
