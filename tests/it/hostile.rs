//! What careless or ill-meaning people may put in larch's way.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use crate::support::{Arch, Layout, Sandbox};

fn fifo(path: &Path) {
    rustix::fs::mkfifoat(
        rustix::fs::CWD,
        path,
        rustix::fs::Mode::from_raw_mode(0o644),
    )
    .unwrap();
}

fn one_version(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Flat);
    arch.import("c--b--1");
    let line = format!("{}/c--b--1 record:\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    arch
}

#[test]
fn a_rules_file_that_nobody_writes_to_holds_nobody_up() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    fifo(&sandbox.path("n/=rules.branches"));
    let ended = sandbox
        .poll()
        .limit(Duration::from_secs(10))
        .stderr_has("=rules.branches")
        .code(1);
    assert!(!ended.stderr.contains("panicked"));
    assert_eq!(sandbox.record().len(), 1);
}

#[test]
fn a_log_that_nobody_writes_to_holds_nobody_up() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    arch.place("c--b--1", "patch-1", None);
    fifo(&arch.version_dir("c--b--1").join("patch-1/log"));
    sandbox.poll().limit(Duration::from_secs(10)).ok();
    assert_eq!(sandbox.record().len(), 1);
    assert_eq!(sandbox.record()[0].names.len(), 1, "no log, no revision");
}

#[test]
fn an_archive_file_that_nobody_writes_to_holds_nobody_up() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let version = arch.location.join(".archive-version");
    fs::remove_file(&version).unwrap();
    fifo(&version);
    sandbox
        .poll()
        .limit(Duration::from_secs(10))
        .stderr_has(&arch.name)
        .code(1);
}

#[test]
fn a_log_of_any_size_and_content_is_described() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let log = "Summary: bell\x07 and \x1b[31mred\r\nCreator: x\n";
    arch.place("c--b--1", "patch-1", Some(log));
    let path = arch.version_dir("c--b--1").join("patch-1/log");
    // Three gigabytes of nothing.
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(3 << 30)
        .unwrap();
    sandbox.behave("cat >\"$sandbox/input\"");
    sandbox.poll().limit(Duration::from_secs(20)).ok();
    let input = sandbox.read("input");
    assert_eq!(input.lines().count(), 2, "one line for each item: {input}");
    assert!(input.len() < 10_000);
    assert!(!input.contains('\x1b'));
}

#[test]
fn directories_with_strange_names_are_no_items() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let version = arch.version_dir("c--b--1");
    for name in [
        b"patch-1\n".as_slice(),
        b"patch-\xff",
        b"patch-1 2",
        "patch-\u{0661}".as_bytes(),
        b"-patch-1",
        b"patch--1",
        b"$(reboot)",
        b"%20",
    ] {
        let directory = version.join(OsStr::from_bytes(name));
        sandbox.write(directory.join("log"), "Summary: x\n");
        // In the archive itself this would be a version without a branch.
        if name != b"patch--1" {
            let directory = arch.location.join(OsStr::from_bytes(name));
            sandbox.write(directory.join("log"), "x");
        }
    }
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    let told = sandbox.take_told();
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn numbers_may_be_of_any_size() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let levels = [
        "patch-9",
        "patch-10",
        "patch-18446744073709551616",
        "patch-99999999999999999999999999999999999999999999",
    ];
    for level in levels.iter().rev() {
        arch.place("c--b--1", level, Some("Summary: x\n"));
    }
    sandbox.poll().ok();
    let names = sandbox.record().remove(0).names;
    let expected: Vec<String> = ["base-0"]
        .iter()
        .chain(&levels)
        .map(|level| arch.qualified(&format!("c--b--1--{level}")))
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn a_subject_that_never_was_is_said_until_it_is() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let line = format!("{}/d--b--1 record:late\n", arch.name);
    sandbox.append("n/=rules.versions", line);
    sandbox.poll().stderr_has("d--b--1").code(1);
    assert_eq!(sandbox.take_told().len(), 1);
    sandbox.poll().code(1);
    let revision = arch.import("d--b--1");
    assert_ne!(sandbox.poll().any_stderr().ok().stderr, "");
    assert_eq!(sandbox.take_told(), [format!("late {revision}")]);
    sandbox.poll().ok();
}

#[test]
fn closed_standard_streams_damage_nothing() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("exit 1");
    let larch = env!("CARGO_BIN_EXE_larch");
    let script = format!("exec {larch} notify n <&- >&- 2>&-");
    sandbox.run("sh", ["-c", &script]).code(1);
    sandbox.behave("");
    sandbox.poll().clock_ahead(3600).any_stderr().ok();
    assert_eq!(
        sandbox.take_told(),
        [format!(" {}", arch.qualified("c--b--1--base-0"))]
    );
}

#[test]
fn a_poll_that_is_asked_to_end_ends_its_actions_and_owes_them() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("echo $$ >\"$sandbox/action\"; sleep 30");
    let poll = sandbox.poll().limit(Duration::from_secs(20)).spawn();
    while sandbox.read("action").is_empty() {
        std::thread::yield_now();
    }
    let own = rustix::process::Pid::from_raw(i32::try_from(poll.id()).unwrap()).unwrap();
    rustix::process::kill_process(own, rustix::process::Signal::TERM).unwrap();
    let ended = poll.wait();
    assert_ne!(ended.code(), Some(0), "{ended:?}");
    let action = sandbox.read("action").trim().parse().unwrap();
    let action = rustix::process::Pid::from_raw(action).unwrap();
    assert!(rustix::process::test_kill_process(action).is_err());
    sandbox.behave("");
    sandbox.poll().any_stderr().output();
    sandbox.poll().clock_ahead(3600).any_stderr().ok();
    assert_eq!(
        sandbox.take_told(),
        [format!(" {}", arch.qualified("c--b--1--base-0"))]
    );
}

#[test]
fn a_poll_without_a_home_says_what_is_missing() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let ended = sandbox.poll().without_env("HOME").any_stderr().output();
    assert!(ended.code().is_some_and(|code| code != 0), "{ended:?}");
    assert!(
        ended.stderr.contains(&arch.name) || ended.stderr.contains("HOME"),
        "{ended:?}"
    );
}

#[test]
fn a_thunk_is_data() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    for thunk in [
        "$(touch${IFS}owned)",
        "`id`",
        "--help",
        "a:b:c",
        "*",
        "\"'",
        "\\n%s",
    ] {
        sandbox.write(
            "n/=rules.versions",
            format!("{}/c--b--1 record:{thunk}\n", arch.name),
        );
        let revision = arch.commit("c--b--1");
        sandbox.poll().any_stderr().ok();
        let told = sandbox.take_told();
        assert_eq!(told.last(), Some(&format!("{thunk} {revision}")));
    }
    assert!(!sandbox.path("n/owned").exists());
}

#[test]
fn a_settings_file_that_is_none_is_said_to_be_that() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    fs::create_dir(sandbox.path("n/=config.toml")).unwrap();
    sandbox.poll().stderr_has("=config.toml").code(78);
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_name() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let line = format!("\u{feff}{}/c--b--1 record:\r\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    let ended = sandbox.poll().any_stderr().output();
    // Taken as it was meant, or said: both will do, silence will not.
    assert!(
        sandbox.record().len() == 1 || ended.stderr.contains("=rules.versions:1:1"),
        "{ended:?}"
    );
}
