//! Rules edited as people do it.

use std::fs;

use crate::support::{Arch, Layout, Sandbox};

/// A notification directory that follows an archive with one version, and has told all of it.
fn settled(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 4);
    arch
}

/// Replaces text in a rules file, as an editor does that writes the file anew.
fn edit(sandbox: &Sandbox, file: &str, from: &str, to: &str) {
    let before = sandbox.read(file);
    let after = before.replace(from, to);
    assert_ne!(before, after);
    sandbox.write("n/edited~", after);
    fs::rename(sandbox.path("n/edited~"), sandbox.path(file)).unwrap();
}

#[test]
fn an_address_changed_in_place_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:revision",
        "record:new",
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("new {revision}")]);
}

#[test]
fn an_address_changed_together_with_a_commit_loses_nothing() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    let revision = arch.commit("c--b--1");
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:revision",
        "record:new",
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("new {revision}")]);
}

#[test]
fn what_failed_to_the_old_address_goes_to_the_new_one() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    sandbox.behave("case $LARCH_THUNK in revision) exit 1 ;; esac");
    let revision = arch.commit("c--b--1");
    sandbox.poll().any_stderr().code(1);
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:revision",
        "record:new",
    );
    // Whether the new address has to wait for the old one's retry is not promised.
    sandbox.poll().clock_ahead(3600).any_stderr().output();
    sandbox.poll().clock_ahead(7200).ok();
    assert_eq!(sandbox.take_told(), [format!("new {revision}")]);
}

#[test]
fn a_command_changed_in_place_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    fs::hard_link(
        sandbox.path("bin/larch-record"),
        sandbox.path("bin/larch-post"),
    )
    .unwrap();
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:revision",
        "post:list",
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("list {revision}")]);
}

#[test]
fn what_is_handed_down_can_be_changed_in_place() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    edit(
        &sandbox,
        "n/=rules.archives",
        "record:revision",
        "record:changed",
    );
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    // What is there keeps its rules, and what comes gets the new ones.
    let known = arch.commit("c--b--1");
    let new = arch.import("d--b--1");
    sandbox.poll().any_stderr().ok();
    let told = sandbox.take_told();
    assert!(told.contains(&format!("revision {known}")), "{told:?}");
    assert!(told.contains(&format!("changed {new}")), "{told:?}");
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn lines_may_be_reordered_and_commented() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    let a = &arch.name;
    sandbox.append(
        "n/=rules.versions",
        format!("{a}/c--b--1 record:x\n{a}/c--b--1 record:y\n"),
    );
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    sandbox.write(
        "n/=rules.versions",
        format!("{a}/c--b--1 record:y # why\n\n{a}/c--b--1\trecord:revision\n{a}/c--b--1 record:x"),
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    let mut told = sandbox.take_told();
    told.sort();
    assert_eq!(
        told,
        ["revision", "x", "y"].map(|thunk| format!("{thunk} {revision}"))
    );
}

#[test]
fn a_file_may_be_saved_in_two_steps() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    sandbox.behave("exit 1");
    let waiting = arch.commit("c--b--1");
    sandbox.poll().any_stderr().code(1);
    sandbox.behave("");
    for step in ["missing", "empty", "cut"] {
        let text = sandbox.read("n/=rules.versions");
        match step {
            "missing" => fs::remove_file(sandbox.path("n/=rules.versions")).unwrap(),
            "empty" => sandbox.write("n/=rules.versions", ""),
            _ => sandbox.write(
                "n/=rules.versions",
                &text[..text.len() - "d:revision\n".len()],
            ),
        }
        let meanwhile = arch.commit("c--b--1");
        sandbox.poll().any_stderr().output();
        sandbox.write("n/=rules.versions", text);
        // The second goes once the first one's lane is free.
        sandbox.poll().clock_ahead(100_000).any_stderr().ok();
        sandbox.poll().clock_ahead(200_000).any_stderr().ok();
        let told = sandbox.take_told();
        assert!(
            told.contains(&format!("revision {meanwhile}")),
            "{step}: {told:?}"
        );
        if step == "missing" {
            assert!(told.contains(&format!("revision {waiting}")), "{told:?}");
            assert_eq!(told.len(), 2, "{told:?}");
        } else {
            assert_eq!(told.len(), 1, "{step}: {told:?}");
        }
    }
}

#[test]
fn an_old_buffer_written_back_is_noticed_once_and_can_be_undone() {
    for own in ["", "noop:"] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, Layout::Flat);
        arch.import("c--b--1");
        arch.import("c--b--2");
        let buffer = if own.is_empty() {
            "# my versions\n".to_owned()
        } else {
            format!("# my versions\n{}/c--b--1 {own}\n", arch.name)
        };
        sandbox.write("n/=rules.versions", &buffer);
        sandbox.follow(&arch.name);
        sandbox.poll().any_stderr().ok();
        sandbox.take_record();
        let buffer = format!("# not by larch\n{buffer}");
        sandbox.write("n/=rules.versions", &buffer);
        // A file without any rule may be half of a save, and is given the benefit of the doubt.
        let first = sandbox.poll().any_stderr().output().stderr;
        let second = sandbox.poll().any_stderr().output().stderr;
        let said = if own.is_empty() { &second } else { &first };
        assert!(
            said.contains("larch rules restore /"),
            "{first}\n---\n{second}"
        );
        assert!(said.contains("2 lines"), "{said}");
        assert!(first.is_empty() || second.is_empty(), "said once");
        sandbox.poll().ok();
        // Nobody is overruled: the lines do not come back by themselves.
        assert_eq!(sandbox.read("n/=rules.versions"), buffer);

        sandbox.larch(["rules", "restore", "n"]).any_stdout().ok();
        let restored = sandbox.active_lines("n/=rules.versions");
        assert_eq!(restored.len(), if own.is_empty() { 2 } else { 3 });
        assert!(sandbox.read("n/=rules.versions").starts_with(&buffer));
        let revision = arch.commit("c--b--2");
        sandbox.poll().any_stderr().ok();
        assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
        sandbox.poll().ok();
    }
}

#[test]
fn an_added_line_that_a_person_removed_stays_removed() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    let a = &arch.name;
    arch.import("c--b--2");
    sandbox.poll().ok();
    sandbox.take_record();
    sandbox.write(
        "n/=rules.versions",
        format!("#{a}/c--b--1 record:revision\n{a}/c--b--2 record:mine\n"),
    );
    arch.commit("c--b--1");
    let told = arch.commit("c--b--2");
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("mine {told}")]);
    assert_eq!(sandbox.active_lines("n/=rules.versions").len(), 1);
    // New versions get their lines as before.
    arch.import("c--b--3");
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told().len(), 2);
    assert_eq!(sandbox.active_lines("n/=rules.versions").len(), 2);
}

#[test]
fn a_rule_removed_and_returned_owes_what_waited() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    let a = &arch.name;
    sandbox.append("n/=rules.versions", format!("{a}/c--b--1 record:other\n"));
    sandbox.poll().any_stderr().ok();
    sandbox.behave("case $LARCH_THUNK in other) exit 1 ;; esac");
    let revision = arch.commit("c--b--1");
    sandbox.poll().any_stderr().code(1);
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);

    let with = sandbox.read("n/=rules.versions");
    edit(
        &sandbox,
        "n/=rules.versions",
        &format!("{a}/c--b--1 record:other\n"),
        "",
    );
    sandbox.behave("");
    sandbox.poll().clock_ahead(100_000).any_stderr().ok();
    sandbox.poll().clock_ahead(200_000).any_stderr().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());

    sandbox.write("n/=rules.versions", with);
    sandbox.poll().clock_ahead(300_000).any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("other {revision}")]);
}

#[test]
fn a_second_line_for_a_known_archive_tells_what_comes() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1");
        arch.import("nob--2");
        sandbox.follow(&arch.name);
        sandbox.poll().ok();
        sandbox.take_record();
        let a = &arch.name;
        sandbox.append(
            "n/=rules.archives",
            format!("{a} record:C record:B record:V record:R\n"),
        );
        let said = sandbox.poll().any_stdout().any_stderr().ok();
        assert!(
            said.stdout.contains("larch replay") || said.stderr.contains("larch replay"),
            "{said:?}"
        );
        assert_eq!(sandbox.take_told(), Vec::<String>::new());
        for (file, lines) in [("categories", 4), ("branches", 4), ("versions", 4)] {
            let file = format!("n/=rules.{file}");
            assert_eq!(sandbox.active_lines(&file).len(), lines, "{file}");
        }
        sandbox.poll().ok();
        let known = arch.commit("nob--2");
        let new = arch.import("d--b--1");
        sandbox.poll().ok();
        let told = sandbox.take_told();
        for (old, added, name) in [
            ("revision", "R", known),
            ("revision", "R", new),
            ("category", "C", arch.qualified("d")),
            ("version", "V", arch.qualified("d--b--1")),
        ] {
            assert!(told.contains(&format!("{old} {name}")), "{told:?}");
            assert!(told.contains(&format!("{added} {name}")), "{told:?}");
        }
        assert_eq!(told.len(), 10, "{told:?}");
    }
}

#[test]
fn a_second_line_may_be_owed_the_past() {
    for (setting, owed) in [("\"all\"", 3), ("2", 2), ("1", 1)] {
        let sandbox = Sandbox::new();
        let arch = settled(&sandbox);
        arch.commit("c--b--1");
        arch.commit("c--b--1");
        sandbox.poll().ok();
        sandbox.take_record();
        sandbox.write("n/=config.toml", format!("[rules]\nadded = {setting}\n"));
        let line = format!("{}/c--b--1 record:late\n", arch.name);
        sandbox.append("n/=rules.versions", line);
        sandbox.poll().any_stderr().ok();
        let told = sandbox.take_told();
        assert_eq!(told.len(), owed, "{setting}: {told:?}");
        assert!(told.last().unwrap().ends_with("--patch-2"), "{told:?}");
    }
}

#[test]
fn a_first_poll_may_owe_less_than_everything() {
    for (setting, owed) in [("\"none\"", 0), ("2", 2)] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, Layout::Nested);
        arch.import("c--b--1");
        for _ in 0..3 {
            arch.commit("c--b--1");
        }
        sandbox.follow(&arch.name);
        sandbox.write("n/=config.toml", format!("[rules]\nfirst = {setting}\n"));
        sandbox.poll().any_stderr().ok();
        let told = sandbox.take_told();
        let revisions = told.iter().filter(|told| told.starts_with("revision "));
        assert_eq!(revisions.count(), owed, "{setting}: {told:?}");
        if owed > 0 {
            assert!(told.last().unwrap().ends_with("--patch-3"), "{told:?}");
        }
        // What appears later is owed in full, a whole new category too.
        let import = arch.import("d--b--1");
        arch.commit("d--b--1");
        sandbox.poll().any_stderr().ok();
        let told = sandbox.take_told();
        assert_eq!(told.len(), 5, "{setting}: {told:?}");
        assert!(told.contains(&format!("revision {import}")));
    }
}

#[test]
fn rules_added_and_gone_are_listed() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    let line = format!("{}/c--b--1 record:revision", arch.name);
    sandbox.larch(["rules", "list", "n"]).stdout_has(&line).ok();
    sandbox
        .larch(["rules", "list", "n", "--json"])
        .stdout_has(&line)
        .ok();
}

#[test]
fn nothing_is_told_of_a_subject_whose_file_is_gone_for_good() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    fs::remove_file(sandbox.path("n/=rules.versions")).unwrap();
    sandbox.poll().any_stderr().output();
    sandbox.poll().any_stderr().output();
    arch.commit("c--b--1");
    sandbox.poll().any_stderr().output();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
}

#[test]
fn an_address_changed_and_changed_back_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:revision",
        "record:new",
    );
    sandbox.poll().ok();
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("new {revision}")]);
    edit(
        &sandbox,
        "n/=rules.versions",
        "record:new",
        "record:revision",
    );
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn one_of_two_lines_with_one_action_may_be_edited_or_removed() {
    for removed in [false, true] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, Layout::Nested);
        arch.import("c--b--1");
        let a = &arch.name;
        let first = format!("{a}/c--b record:v record:one\n");
        let second = format!("{a}/c--b record:v record:two\n");
        sandbox.write("n/=rules.branches", format!("{first}{second}"));
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told().len(), 3);
        let changed = if removed {
            first
        } else {
            format!("{first}{a}/c--b record:w record:two\n")
        };
        sandbox.write("n/=rules.branches", changed);
        sandbox.poll().any_stderr().ok();
        assert_eq!(sandbox.take_told(), Vec::<String>::new(), "{removed}");
        let version = arch.make_version("c--b--2");
        sandbox.poll().any_stderr().ok();
        let mut told = sandbox.take_told();
        told.sort();
        let mut expected = vec![format!("v {version}")];
        if !removed {
            expected.push(format!("w {version}"));
        }
        assert_eq!(told, expected);
    }
}

#[test]
fn the_rule_of_an_archive_may_go_and_its_children_stay() {
    let sandbox = Sandbox::new();
    let arch = settled(&sandbox);
    sandbox.write("n/=rules.archives", "# enough\n");
    sandbox.poll().any_stderr().output();
    sandbox.poll().any_stderr().ok();
    arch.import("d--b--1");
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn a_line_edited_into_one_that_was_removed_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    let version = format!("{}/c--b--1", arch.name);
    let lines = format!("{version} record:one\n{version} record:two\n");
    sandbox.write("n/=rules.versions", lines);
    sandbox.poll().ok();
    sandbox.take_told();
    edit(&sandbox, "n/=rules.versions", "record:two", "record:one");
    sandbox.poll().ok();
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("one {revision}")]);
    sandbox.write("n/=rules.versions", format!("{version} record:two\n"));
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("two {revision}")]);
}
