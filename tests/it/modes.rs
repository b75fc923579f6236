//! Polls that are asked for something special.

use crate::support::{Arch, Layout, Sandbox, snapshot};

#[test]
fn a_dry_run_says_what_a_poll_would_do_and_does_nothing() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    let before = snapshot(&sandbox.path("n"));
    let a = &arch.name;
    sandbox
        .poll()
        .arg("--dry-run")
        .stdout_has("record:category")
        .stdout_has(format!("{a}/c--b--1--base-0"))
        .stdout_has(format!("{a}/c--b--1 record:revision"))
        .ok();
    assert_eq!(snapshot(&sandbox.path("n")), before);
    assert!(sandbox.attempts().is_empty());
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 4);
}

#[test]
fn a_baseline_hands_down_and_runs_nothing() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().arg("--baseline").any_stdout().ok();
    assert!(sandbox.attempts().is_empty());
    assert_eq!(sandbox.active_lines("n/=rules.versions").len(), 1);
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn only_the_archives_that_are_asked_for_are_polled() {
    let sandbox = Sandbox::new();
    let one = Arch::named(&sandbox, "one@example.org", Layout::Flat);
    let two = Arch::named(&sandbox, "two@example.org", Layout::Nested);
    one.import("c--b--1");
    two.import("c--b--1");
    let actions = "record:c record:b record:v record:r";
    sandbox.write(
        "n/=rules.archives",
        format!("{} {actions}\n{} {actions}\n", one.name, two.name),
    );
    sandbox.poll().args(["--archive", &two.name]).ok();
    let told = sandbox.take_told();
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|told| told.contains("two@example.org/")));
    sandbox.poll().ok();
    assert!(
        sandbox
            .take_told()
            .iter()
            .all(|told| told.contains("one@example.org/"))
    );
}
