//! `larch init`: what it makes, what it keeps, what it refuses.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Arch, Layout, Sandbox};

#[test]
fn init_makes_a_directory_to_start_from() {
    let sandbox = Sandbox::new();
    let said = sandbox.larch(["init", "a/n"]).any_stdout().ok();
    assert_eq!(said.stdout.lines().count(), 3, "{}", said.stdout);
    let mode = sandbox.path("a/n").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(sandbox.active_lines("a/n/=rules.archives"), [""; 0]);
    assert!(sandbox.read("a/n/=rules.archives").len() > 500);
    assert!(!sandbox.path("a/n/+state").exists());
    sandbox
        .larch(["check", "a/n"])
        .stdout_has("warning: a/n has no rules")
        .code(1);
}

#[test]
fn a_first_rule_works_as_it_is() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let said = sandbox
        .larch(["init", "n", "--archive", &arch.name])
        .arg("--action=noop:")
        .arg("--action=record:team")
        .any_stdout()
        .ok();
    assert_eq!(said.stdout.lines().count(), 3, "{}", said.stdout);
    assert_eq!(
        sandbox.active_lines("n/=rules.archives"),
        ["jo@example.org--2026 noop: record:team"]
    );
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
}

#[test]
fn what_a_person_wrote_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.versions", "");
    sandbox
        .larch(["init", "n"])
        .stderr(
            "error: n has rules already: =rules.versions\n\
             hint: `larch check n` says what is wrong with it\n",
        )
        .code(1);
    assert!(!sandbox.path("n/=rules.archives").exists());
    sandbox.write("m/=config.toml", "# mine\n");
    sandbox.larch(["init", "m"]).any_stdout().ok();
    assert_eq!(sandbox.read("m/=config.toml"), "# mine\n");
    assert!(sandbox.path("m/=rules.archives").exists());
}

#[test]
fn what_is_no_rule_is_refused() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["--archive", "A"][..],
        &["--action", "noop:"],
        &["--archive=-A", "--action", "noop:"],
        &["--archive", "A/c", "--action", "noop:"],
        &["--archive", "A", "--action", "noop"],
        &["--archive", "A", "--action", "noop:a b"],
        &["--archive", "A", "--action", "noop:#"],
        &[
            "--archive=A",
            "--action=a:",
            "--action=a:",
            "--action=a:",
            "--action=a:",
            "--action=a:",
        ],
    ] {
        let arguments = [&["init", "n"], arguments].concat();
        sandbox.larch(arguments).any_stderr().code(2);
        assert!(!sandbox.path("n").exists());
    }
}
