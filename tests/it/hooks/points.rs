//! The order of the points and what hooks are told at each, as the golden files have it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use super::{POINTS, note, noted, version};
use crate::support::Sandbox;

const HOUR: i64 = 3600;

/// A text without what differs from run to run.
fn stable(sandbox: &Sandbox, text: &str) -> String {
    let root = sandbox.path("").display().to_string();
    let text = text.replace(root.trim_end_matches('/'), "/sandbox");
    let mut stable = String::new();
    for line in text.lines() {
        let line = match line.split_once('=') {
            Some((name @ ("LARCH_DELIVERY_ID" | "LARCH_DURATION" | "LARCH_WITHIN"), _)) => {
                format!("{name}={}", name.rsplit('_').next().unwrap())
            }
            _ => without_times(line),
        };
        stable.push_str(&line);
        stable.push('\n');
    }
    stable
}

/// A line of JSON without times, durations and ids.
fn without_times(line: &str) -> String {
    let mut line = line.to_owned();
    for (before, after) in [
        (r#""detected_at":""#, '"'),
        (r#""date":""#, '"'),
        (r#""duration_ms":"#, ','),
        (r#""delivery":""#, '"'),
        ("delivery ", ','),
        ("tried again after ", '"'),
        ("tried since ", ';'),
        ("larch retry /sandbox/n ", '"'),
    ] {
        let mut from = 0;
        while let Some(at) = line[from..].find(before) {
            let begin = from + at + before.len();
            let end = begin + line[begin..].find(after).unwrap();
            line.replace_range(begin..end, "X");
            from = begin;
        }
    }
    line
}

/// Polls that come by every point, and what the hook there noted.
fn polls(sandbox: &Sandbox) -> Vec<Vec<String>> {
    let arch = version(sandbox);
    arch.commit("c--b--1");
    let mut polls = Vec::new();
    let mut seen = 0;
    let mut next = || {
        let all = noted(sandbox);
        let new = all[seen..].to_vec();
        seen = all.len();
        new
    };
    let most: Vec<&str> = POINTS
        .into_iter()
        .filter(|point| *point != "instead-of-action")
        .collect();
    note(sandbox, &most);
    sandbox.behave("echo no luck; exit 75");
    sandbox.poll().stderr_has("exit code 75").code(1);
    polls.push(next());
    sandbox.behave("");
    sandbox.poll().clock_ahead(HOUR).stderr_has("over:").ok();
    polls.push(next());
    arch.commit("c--b--1");
    sandbox.behave("exit 100");
    sandbox
        .poll()
        .clock_ahead(2 * HOUR)
        .stderr_has("gave up")
        .code(1);
    polls.push(next());
    note(sandbox, &["instead-of-action"]);
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(3 * HOUR).ok();
    polls.push(next());
    fs::rename(&arch.location, sandbox.path("away")).unwrap();
    sandbox
        .poll()
        .clock_ahead(4 * HOUR)
        .stderr_has("cannot scan")
        .code(1);
    polls.push(next());
    polls
}

#[test]
fn the_order_and_the_context_of_every_point_are_as_the_golden_files_have_them() {
    let sandbox = Sandbox::new();
    let order: Vec<String> = polls(&sandbox)
        .iter()
        .map(|points| points.join(" ") + "\n")
        .collect();
    // What the first hook of each point was told.
    let text = stable(&sandbox, &sandbox.read("noted"));
    let mut told = BTreeMap::new();
    for block in text.split("== ").skip(1) {
        let (head, rest) = block.split_once('\n').unwrap();
        told.entry(head.trim_end_matches("/note").to_owned())
            .or_insert_with(|| rest.to_owned());
    }
    told.insert("order".to_owned(), order.concat());
    assert_eq!(told.len(), POINTS.len() + 1);
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hooks/golden");
    let mut wrong = String::new();
    for (name, text) in told {
        let expected = fs::read_to_string(format!("{golden}/{name}.txt")).unwrap_or_default();
        if expected != text {
            writeln!(
                wrong,
                "--- golden/{name}.txt has\n{expected}--- and this is\n{text}"
            )
            .unwrap();
            if std::env::var_os("LARCH_TEST_GOLDEN").is_some() {
                sandbox.write(format!("{golden}/{name}.txt"), &text);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
