//! The lines of the rules files: listed, and put back.

use super::{HELLO, NAME, objects, status, told};
use crate::support::Sandbox;

#[test]
fn every_line_is_listed_with_its_place_its_state_and_who_wrote_it() {
    let sandbox = Sandbox::new();
    told(&sandbox);
    let list = || objects(sandbox.larch(["rules", "list", "n", "--json"]));
    let lines = list();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["added_by"], "person");
    assert_eq!(lines[0]["line"], 1);
    assert_eq!(lines[3]["added_by"], "larch");
    assert_eq!(lines[3]["file"], "=rules.versions");
    assert_eq!(lines[3]["parent"], format!("{NAME}/hello--main"));
    assert!(lines.iter().all(|line| line["state"] == "active"));
    let state = |place: usize| list()[place]["state"].as_str().unwrap().to_owned();
    let text = sandbox.read("n/=rules.versions");
    sandbox.write("n/=rules.versions", "# nothing\n");
    assert_eq!(state(3), "taken-out");
    sandbox.poll().any_stderr().ok();
    sandbox.poll().any_stderr().ok();
    assert_eq!(state(3), "removed");
    sandbox.write("n/=rules.versions", text.replace("record:r", "record:new"));
    let unread = list();
    assert_eq!(unread[3]["state"], "unread");
    assert_eq!(unread[4]["state"], "removed");
    sandbox
        .larch(["rules", "list"])
        .cwd(sandbox.path("n"))
        .stdout_has("=rules.archives:1")
        .stdout_has("a person")
        .ok();
}

#[test]
fn lost_lines_are_put_back_and_tell_nothing_twice() {
    let sandbox = Sandbox::new();
    let arch = told(&sandbox);
    let restore = || sandbox.larch(["rules", "restore", "n"]);
    let nothing = "no line that larch added has disappeared\n";
    restore().stdout(nothing).ok();
    let line = format!("{HELLO} record:r");
    for polls in 0..3 {
        sandbox.write("n/=rules.versions", "");
        for _ in 0..polls {
            sandbox.poll().any_stderr().ok();
        }
        let shown = format!("=rules.versions: {line}\n");
        restore().arg("--dry-run").stdout(&shown).ok();
        assert!(sandbox.active_lines("n/=rules.versions").is_empty());
        assert_eq!(status(&sandbox)["rules"][3]["lost"], 1);
        restore().stdout(&shown).ok();
        assert_eq!(sandbox.active_lines("n/=rules.versions"), [line.as_str()]);
        restore().stdout(nothing).ok();
        sandbox.poll().any_stderr().ok();
        assert!(sandbox.take_told().is_empty());
    }
    let revision = arch.commit("hello--main--1.0");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("r {revision}")]);
    sandbox.write("n/=rules.versions", format!("# {line}\n"));
    restore().stdout(nothing).ok();
    sandbox.write("n/=rules.versions", format!("{HELLO} record:edited\n"));
    restore().stdout(nothing).ok();
}
