//! Hooks: when they run, what they are told, and what their failures change, which is nothing.

mod contrib;
mod faults;
mod instead;
mod points;
mod polls;
mod settings;

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Arch, Layout, Sandbox};

/// The points of a poll at which hooks run, in the order of a poll.
const POINTS: [&str; 10] = [
    "poll-start",
    "scan-failed",
    "items-found",
    "action-start",
    "instead-of-action",
    "action-success",
    "action-failure",
    "action-dead",
    "action-recovered",
    "poll-end",
];

/// A version with one revision, of which `record:mail` is told.
fn version(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("c--b--1");
    let line = format!("{}/c--b--1 record:mail\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    arch
}

/// Versions with one revision each, of which `record:` is told.
fn versions<'a>(sandbox: &'a Sandbox, versions: &[&str]) -> Arch<'a> {
    let arch = Arch::new(sandbox, Layout::Nested);
    let lines = versions.iter().map(|version| {
        arch.import(version);
        format!("{}/{version} record:\n", arch.name)
    });
    sandbox.write("n/=rules.versions", lines.collect::<String>());
    arch
}

/// Puts a script at a point of the polls of `n`.
fn hook(sandbox: &Sandbox, point: &str, name: &str, script: &str) {
    let program = sandbox.program(
        &format!("{point}-{name}"),
        &format!("#!/bin/sh\n{script}\n"),
    );
    link(sandbox, point, name, program.to_str().unwrap());
}

/// Puts a program at a point of the polls of `n`.
fn link(sandbox: &Sandbox, point: &str, name: &str, program: &str) {
    let directory = sandbox.path("n/=hooks").join(point);
    fs::create_dir_all(&directory).unwrap();
    symlink(program, directory.join(name)).unwrap();
}

/// Puts the hook that notes what it is told at points of the polls of `n`.
fn note(sandbox: &Sandbox, points: &[&str]) {
    for point in points {
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hooks/note");
        link(sandbox, point, "note", program);
    }
}

/// The points at which hooks noted something, in their order.
fn noted(sandbox: &Sandbox) -> Vec<String> {
    let text = sandbox.read("noted");
    let heads = text.lines().filter_map(|line| line.strip_prefix("== "));
    heads
        .map(|head| head.split('/').next().unwrap().to_owned())
        .collect()
}
