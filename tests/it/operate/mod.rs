//! The operator's commands: looking at what polls left, and setting it right.

mod again;
mod change;
mod explain;
mod lines;
mod look;

use serde_json::Value;

use crate::support::{Arch, Layout, Run, Sandbox};

pub(super) const NAME: &str = "jo@example.org--2026";
pub(super) const FOLLOW: &str = "jo@example.org--2026 record:c record:b record:v record:r\n";
pub(super) const HELLO: &str = "jo@example.org--2026/hello--main--1.0";

/// An archive with one version of two revisions, and a notification directory `n` that tells
/// everything in it to `record`.
pub(super) fn told(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    arch.commit("hello--main--1.0");
    sandbox.write("n/=rules.archives", FOLLOW);
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 5);
    arch
}

/// As [`told`], but what is told of revisions fails with the exit code.
pub(super) fn failing(sandbox: &Sandbox, code: i32) -> Arch<'_> {
    sandbox.behave(&format!(
        "if [ \"$LARCH_THUNK\" = r ]; then echo refused; exit {code}; fi"
    ));
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    sandbox.write("n/=rules.archives", FOLLOW);
    sandbox.poll().any_stderr().code(1);
    assert_eq!(sandbox.take_told().len(), 3);
    arch
}

/// Every object that a command prints.
pub(super) fn objects(run: Run) -> Vec<Value> {
    let printed = run.any_stdout().ok().stdout;
    let objects = printed.lines().map(serde_json::from_str);
    objects.collect::<Result<_, _>>().expect(&printed)
}

pub(super) fn log(sandbox: &Sandbox, arguments: &[&str]) -> Vec<Value> {
    let arguments = ["log", "n", "--json"].iter().chain(arguments);
    objects(sandbox.larch(arguments))
}

pub(super) fn status(sandbox: &Sandbox) -> Value {
    objects(sandbox.larch(["status", "n", "--json"])).remove(0)
}

/// The id of the one delivery that failed.
pub(super) fn failed_id(sandbox: &Sandbox) -> String {
    let failed = log(sandbox, &["--failed"]);
    assert_eq!(failed.len(), 1);
    failed[0]["id"].as_str().expect("an id").to_owned()
}
