//! Deliveries that are divided: a part for each recipient and message, told by a `sendmail` that notes
//! whom it was asked for.

mod crashes;
mod division;
mod edits;
mod operate;
mod polls;
mod reports;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{Arch, Layout, Sandbox};

pub(super) const HOUR: i64 = 3600;

/// Puts a `sendmail` where it is found first. It fails loudly when the same message is sent twice at
/// once. What it does before it takes a message stands in `then`, in the language of sh.
pub(crate) fn sendmail(sandbox: &Sandbox) {
    sandbox.program(
        "sendmail",
        "#!/bin/sh\n\
         for to; do :; done\n\
         cat >/dev/null\n\
         exec 8>\"$HOME/lock.$LARCH_DELIVERY_ID\"\n\
         flock -n 8 || echo \"$LARCH_DELIVERY_ID\" >>\"$HOME/clash\"\n\
         . \"$HOME/then\"\n\
         echo \"$LARCH_DELIVERY_ID $to\" >>\"$HOME/sent\"\n",
    );
    behave(sandbox, "");
}

pub(crate) fn behave(sandbox: &Sandbox, script: &str) {
    sandbox.write("home/then", script);
}

/// Watches the version `c--b--1` of a new archive, of which there is one revision, with this action.
pub(crate) fn watch<'a>(sandbox: &'a Sandbox, action: &str) -> Arch<'a> {
    sendmail(sandbox);
    let arch = Arch::new(sandbox, Layout::Flat);
    arch.import("c--b--1");
    rule(sandbox, &arch, action);
    arch
}

/// Makes this the one rule.
pub(super) fn rule(sandbox: &Sandbox, arch: &Arch<'_>, action: &str) {
    sandbox.write(
        "n/=rules.versions~",
        format!("{}/c--b--1 {action}\n", arch.name),
    );
    let (new, old) = (
        sandbox.path("n/=rules.versions~"),
        sandbox.path("n/=rules.versions"),
    );
    std::fs::rename(new, old).unwrap();
}

/// The deliveries, oldest first.
pub(super) fn log(sandbox: &Sandbox) -> Vec<Value> {
    let log = sandbox
        .larch(["log", "n", "-n", "all", "--json"])
        .any_stdout()
        .ok();
    let lines = log
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// The parts of all deliveries, by id, each with the levels of its revisions.
pub(super) fn parts(sandbox: &Sandbox) -> BTreeMap<String, (Value, Vec<String>)> {
    let mut parts = BTreeMap::new();
    for delivery in log(sandbox) {
        let id = delivery["id"].as_str().unwrap();
        let full = sandbox
            .larch(["log", "n", "--json", "--delivery", id])
            .any_stdout()
            .ok();
        let full: Value = serde_json::from_str(&full.stdout).unwrap();
        for part in full["parts"].as_array().unwrap() {
            let number = |key: &str| usize::try_from(part[key].as_u64().unwrap()).unwrap();
            let items = full["items"].as_array().unwrap().iter();
            let items = items.skip(number("first_item")).take(number("item_count"));
            let level = |item: &Value| {
                let name = item["name"].as_str().unwrap();
                name.rsplit_once("--").unwrap().1.to_owned()
            };
            let id = part["id"].as_str().unwrap().to_owned();
            parts.insert(id, (part.clone(), items.map(level).collect()));
        }
    }
    parts
}

/// What was sent since the last call, in its order: `ADDRESS LEVEL…`.
pub(crate) fn take_sent(sandbox: &Sandbox) -> Vec<String> {
    let parts = parts(sandbox);
    let sent = sandbox.read("home/sent");
    let lines = sent.lines().map(|line| {
        let (id, to) = line.split_once(' ').unwrap();
        format!("{to} {}", parts[id].1.join(" "))
    });
    let lines = lines.collect();
    sandbox.write("home/sent", "");
    lines
}

/// `ADDRESS STATE` of each part, in the order of the log.
pub(crate) fn states(sandbox: &Sandbox) -> Vec<String> {
    let mut states = Vec::new();
    for delivery in log(sandbox) {
        for part in delivery["parts"].as_array().unwrap() {
            let rests = part["asleep"] == true && part["settled_at"].is_null();
            let asleep = if rests { " asleep" } else { "" };
            let word = |key: &str| part[key].as_str().unwrap().to_owned();
            states.push(format!("{} {}{asleep}", word("recipient"), word("state")));
        }
    }
    states
}
