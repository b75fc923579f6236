//! The private state: what an idle poll leaves alone, and a state that is damaged or cannot grow.

mod damage;
pub(crate) mod full;
mod idle;
mod upgrade;

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use crate::support::{Layout, Sandbox, Swift};

pub(super) const LAYOUTS: [Layout; 2] = [Layout::Nested, Layout::Flat];
pub(super) const RULES: &str = "a@example.org record:c record:b record:v record:r\n";

/// An archive of some versions that was polled until nothing was new and every listing was clean.
pub(super) fn settled(layout: Layout) -> (Sandbox, Swift) {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.archives", RULES);
    let arch = Swift::new(&sandbox, "a@example.org", layout);
    for version in ["c--b--1.0", "c--b--2.0", "c--d--1.0", "e--b--1.0"] {
        arch.commit(version, "base-0");
        arch.commit(version, "patch-1");
    }
    sandbox.poll().ok();
    // What was just written is not trusted before some seconds have passed.
    sandbox.poll().clock_ahead(10).ok();
    sandbox.poll().clock_ahead(20).ok();
    sandbox.take_record();
    (sandbox, arch)
}

pub(super) fn rules_files(sandbox: &Sandbox) -> Vec<String> {
    ["archives", "categories", "branches", "versions"]
        .map(|file| sandbox.read(format!("n/=rules.{file}")))
        .to_vec()
}

#[test]
fn private_state_is_private() {
    let (sandbox, _) = settled(Layout::Flat);
    let state = fs::metadata(sandbox.path("n/+state")).unwrap();
    assert_eq!(state.mode() & 0o777, 0o700);
}
