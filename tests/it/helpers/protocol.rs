//! What a helper is asked, and what becomes of its answers.

use crate::support::{Sandbox, register};

/// A helper that lists what the file at its address holds: a line for each item, its parts parted by
/// `|` from the category down. It notes what it is asked beside that file, and gives positions if `CAN`
/// says that it can: the number of lines.
pub(super) const TREE: &str = r#"#!/usr/bin/env python3
import json, os, sys

def say(**fields):
    print(json.dumps(fields), flush=True)

for line in sys.stdin:
    asked = json.loads(line)
    id = asked["id"]
    if asked["request"] == "hello":
        address = asked["address"]
        log = open(address + ".asked", "a")
        log.write(f"{os.getcwd()} {os.environ.get('GIT_DIR')} {asked['timeout']}\n")
        can = os.environ.get("CAN", "describe log").split()
        say(id=id, protocol=1, capabilities=can, end=True)
        continue
    print(json.dumps(asked, ensure_ascii=False), file=log, flush=True)
    tree = [line.rstrip("\n").split("|") for line in open(address)]
    if asked["request"] == "list":
        above = asked["subject"]["parts"]
        if above and above not in tree:
            say(id=id, error={"kind": "gone", "message": "no such thing"})
            continue
        since = asked["position"] is not None
        for parts in tree[int(asked["position"] or 0):]:
            if len(parts) == len(above) + 1 and parts[:-1] == above:
                say(id=id, item=parts[-1])
        say(id=id, end=True, since=since, position=str(len(tree)))
    elif asked["request"] == "describe":
        for subject in asked["subjects"]:
            if subject["parts"] in tree:
                summary = "what " + subject["parts"][3] + " does"
                say(id=id, description={"author": "jo", "summary": summary})
            else:
                say(id=id, gone=True)
        say(id=id, end=True)
    elif asked["request"] == "log":
        say(id=id, text="a log\n")
        say(id=id, text_base64="/w==")
        say(id=id, end=True)
"#;

/// A sandbox with the archive `shop`, which [`TREE`] lists, followed by the rules of `n`.
pub(super) fn shop() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.program("larch-archive-tree", TREE);
    let location = format!("tree:{}", sandbox.path("tree").display());
    register(&sandbox, "shop", &location);
    sandbox.follow("shop");
    super::poll_often(&sandbox, &["shop", "bad"]);
    sandbox
}

#[test]
fn one_line_follows_all_that_a_helper_lists() {
    let sandbox = shop();
    sandbox.write(
        "tree",
        "tea\ntea|black\ntea|black|assam\ntea|black|assam|1 kg\n",
    );
    sandbox.poll().ok();
    assert_eq!(
        sandbox.take_told(),
        [
            "category shop/tea",
            "branch shop/tea--black",
            "version shop/tea--black--assam",
            "revision shop/tea--black--assam--1%20kg",
        ]
    );
    sandbox.append("tree", "tea|black|assam|2 kg\ntea|black|ceylon\n");
    sandbox.poll().ok();
    assert_eq!(
        sandbox.take_told(),
        [
            "version shop/tea--black--ceylon",
            "revision shop/tea--black--assam--2%20kg",
        ]
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
}

#[test]
fn a_helper_with_positions_is_asked_for_what_came_since_and_daily_for_all() {
    let sandbox = shop();
    let asked = |ahead: i64| {
        sandbox.write("tree.asked", "");
        let poll = sandbox.poll().env("CAN", "since").clock_ahead(ahead);
        poll.ok();
        let asked = sandbox.read("tree.asked");
        let lists = asked.lines().filter(|line| line.contains("\"list\""));
        lists
            .map(|line| {
                let request: serde_json::Value = serde_json::from_str(line).unwrap();
                format!("{} {}", request["subject"]["name"], request["position"]).replace('"', "")
            })
            .collect::<Vec<_>>()
    };
    sandbox.write("tree", "tea\ncoffee\n");
    assert_eq!(asked(0), ["shop null", "shop/tea null", "shop/coffee null"]);
    assert_eq!(asked(10), ["shop 2", "shop/tea 2", "shop/coffee 2"]);
    sandbox.append("tree", "tea|black\n");
    let now = [
        "shop 2",
        "shop/tea 2",
        "shop/coffee 2",
        "shop/tea--black null",
    ];
    assert_eq!(asked(20), now);
    let now = ["shop 3", "shop/tea 3", "shop/coffee 3", "shop/tea--black 3"];
    assert_eq!(asked(80_000), now);
    let day = 24 * 60 * 60;
    let now = [
        "shop null",
        "shop/tea null",
        "shop/coffee null",
        "shop/tea--black null",
    ];
    assert_eq!(asked(day + 60), now);
    assert_eq!(asked(day + 70).first().unwrap(), "shop 3");
    assert_eq!(
        sandbox.take_told(),
        [
            "category shop/tea",
            "category shop/coffee",
            "branch shop/tea--black"
        ]
    );
}
