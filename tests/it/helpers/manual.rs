//! The page on helpers says what larch and its example say to each other, to the byte.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::{Sandbox, register};

/// Where the page's file is.
const FILE: &str = "/home/jo/tea.csv";

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/helpers.md")).unwrap()
}

/// The blocks of a language that hold a text.
fn blocks(language: &str, with: &str) -> Vec<String> {
    let page = page();
    let blocks = page.split("```").skip(1).step_by(2);
    let blocks = blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n")));
    let found: Vec<String> = blocks
        .filter(|block| block.contains(with))
        .map(str::to_owned)
        .collect();
    assert!(!found.is_empty(), "{with}");
    found
}

/// The page's example under the name `called`, with the page's file.
fn example(sandbox: &Sandbox, called: &str) {
    sandbox.program(called, &blocks("python", "class Csv")[0]);
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/archives/larch_helper.py");
    symlink(library, sandbox.path("bin/larch_helper.py")).unwrap();
    sandbox.write("tea.csv", &blocks("text", "First flush\ntea,")[0]);
}

/// What stands behind a mark in the page's traces, a text for each trace.
fn traces(sandbox: &Sandbox, mark: &str) -> Vec<String> {
    let blocks = blocks("text", "> {\"id\":");
    let lines = blocks.iter().map(|block| {
        let lines = block.lines().filter_map(|line| line.strip_prefix(mark));
        lines.flat_map(|line| [line, "\n"]).collect::<String>()
    });
    let address = sandbox.path("tea.csv");
    let state = sandbox.path("n/+state");
    lines
        .map(|text| text.replace(FILE, address.to_str().unwrap()))
        .map(|text| text.replace("/home/jo/notify/+state", state.to_str().unwrap()))
        .map(|text| text.replace("0.1.0", env!("CARGO_PKG_VERSION")))
        .collect()
}

#[test]
fn the_example_answers_as_the_trace_says() {
    let sandbox = Sandbox::new();
    example(&sandbox, "larch-archive-csv");
    let (asked, answered) = (traces(&sandbox, "> "), traces(&sandbox, "< "));
    let (hello, rest) = asked[0].split_once('\n').unwrap();
    let (welcome, listed) = answered[0].split_once('\n').unwrap();
    for (requests, answers) in [(rest, listed), (&asked[1], &answered[1])] {
        sandbox
            .run(sandbox.path("bin/larch-archive-csv"), [""; 0])
            .stdin(format!("{hello}\n{requests}"))
            .stdout(format!("{welcome}\n{answers}"))
            .ok();
    }
}

#[test]
fn larch_asks_as_the_trace_says() {
    let sandbox = Sandbox::new();
    example(&sandbox, "csv-example");
    let tee = r#"#!/bin/sh
        bin=$(dirname "$0")
        echo >>"$bin/../asked"
        tee -a "$bin/../asked" | "$bin/csv-example""#;
    sandbox.program("larch-archive-csv", tee);
    let location = format!("csv:{}", sandbox.path("tea.csv").display());
    register(&sandbox, "shop", &location);
    sandbox.follow("shop");
    sandbox.behave("cat >/dev/null");
    sandbox.write("n/=rules.categories", "shop/coffee record:coffee\n");
    sandbox
        .poll()
        .stderr_has("the archive has no category `shop/coffee`")
        .code(1);
    let asked = sandbox.read("asked");
    let mut runs = asked
        .trim_start()
        .split("\n\n")
        .map(|run| format!("{}\n", run.trim()));
    let expected = traces(&sandbox, "> ");
    assert_eq!(runs.next().unwrap(), expected[0]);
    let (hello, _) = expected[0].split_once('\n').unwrap();
    assert_eq!(runs.next().unwrap(), format!("{hello}\n{}", expected[1]));
    assert_eq!(runs.next(), None);
    sandbox
        .larch(["revisions", "--summary", "shop/tea--black--assam"])
        .stdout("2024\n    First flush\n2025\n    Rather strong\n")
        .ok();
}
