//! What settings and registrations change in a poll.

use std::fs;

use crate::support::{Arch, Layout, Sandbox, Swift};

#[test]
fn a_directory_without_rules_is_polled_in_silence() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("n")).unwrap();
    sandbox.poll().ok();
    sandbox.larch(["notify", "."]).cwd(sandbox.path("n")).ok();
    sandbox.write("n/=rules.archives", "# nothing yet\n");
    sandbox.poll().ok();
}

#[test]
fn an_archive_that_moved_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    sandbox.take_record();
    let moved = sandbox.path("moved");
    fs::rename(&arch.location, &moved).unwrap();
    sandbox.tla([
        "register-archive",
        "-f",
        &arch.name,
        moved.to_str().unwrap(),
    ]);
    let revision = arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn two_directories_keep_separate_memories() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.write("m/=rules.archives", sandbox.read("n/=rules.archives"));
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 4);
    sandbox.larch(["notify", "m"]).ok();
    assert_eq!(sandbox.take_told().len(), 4);
}

#[test]
fn a_deleted_state_starts_over() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    sandbox.take_record();
    let lines = sandbox.rules("=rules.versions");
    fs::remove_dir_all(sandbox.path("n/+state")).unwrap();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 4);
    // The lines stand there already.
    assert_eq!(sandbox.rules("=rules.versions"), lines);
}

#[test]
fn globs_say_what_of_an_archive_is_watched() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--stable--1");
    arch.import("c--wild--1");
    arch.import("d--wild--1");
    sandbox.follow(&arch.name);
    let a = &arch.name;
    sandbox.write(
        "n/=config.toml",
        format!("[archive.\"{a}\"]\nexclude = [\"branch:**--wild\", \"category:*/d\"]\n"),
    );
    sandbox.poll().ok();
    let told = sandbox.take_told();
    assert!(told.iter().all(|told| !told.contains("--wild")), "{told:?}");
    assert!(
        told.contains(&format!("revision {a}/c--stable--1--base-0")),
        "{told:?}"
    );
    // What is let in later was not there before.
    fs::remove_file(sandbox.path("n/=config.toml")).unwrap();
    sandbox.poll().ok();
    let later = sandbox.take_told();
    assert!(
        later.contains(&format!("revision {a}/c--wild--1--base-0")),
        "{later:?}"
    );
    assert!(
        later.contains(&format!("revision {a}/d--wild--1--base-0")),
        "{later:?}"
    );
}

#[test]
fn what_the_settings_let_in_was_there_and_what_is_new_meanwhile_was_not() {
    for (first, owed) in [("\"none\"", 0), ("1", 1), ("\"all\"", 2)] {
        let sandbox = Sandbox::new();
        let arch = Swift::new(&sandbox, "a@example.org", Layout::Nested);
        sandbox.follow(&arch.name);
        let rules = format!("[rules]\nfirst = {first}\n[archive.\"{}\"]\n", arch.name);
        let globs = "exclude = [\"category:*/d\", \"*/c--b--1.0--patch-1\"]\n";
        sandbox.write("n/=config.toml", format!("{rules}{globs}"));
        arch.commit("c--b--1.0", "base-0");
        let hidden = arch.commit("c--b--1.0", "patch-1");
        let was_there = [
            arch.commit("d--b--1.0", "base-0"),
            arch.commit("d--b--1.0", "patch-1"),
        ];
        sandbox.poll().ok();
        assert!(!sandbox.take_told().iter().any(|one| one.contains(&hidden)));
        // Between two polls the settings let in more, and more appears.
        let new = [
            arch.commit("c--b--1.0", "patch-2"),
            arch.commit("e--b--1.0", "base-0"),
            arch.commit("e--b--1.0", "patch-1"),
        ];
        sandbox.write("n/=config.toml", &rules);
        sandbox.poll().ok();
        let mut told = sandbox.take_told();
        told.retain(|one| one.starts_with("revision "));
        told.sort();
        let mut expected: Vec<String> = new.to_vec();
        expected.extend(was_there[2 - owed..].iter().cloned());
        if owed > 0 {
            expected.push(hidden);
        }
        expected.sort();
        let expected: Vec<String> = expected
            .iter()
            .map(|one| format!("revision {one}"))
            .collect();
        assert_eq!(told, expected, "first = {first}");
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
    }
}

#[test]
fn an_archive_may_be_scanned_less_often_than_polled() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    let section = format!("[archive.\"{}\"]\nevery = \"1h\"\n", arch.name);
    sandbox.write("n/=config.toml", section);
    sandbox.poll().ok();
    sandbox.take_record();
    let revision = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(1800).ok();
    assert!(sandbox.take_record().is_empty());
    sandbox.poll().clock_ahead(3700).ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn jobs_bound_the_actions_of_all_polls_together() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    let mut rules = Vec::new();
    for number in 0..24 {
        let version = format!("c--b--{number}");
        arch.setup(&version);
        arch.place(&version, "base-0", Some("Summary: x\n"));
        rules.push(format!("{}/{version} record:\n", arch.name));
    }
    sandbox.write("n/=rules.versions", rules.concat());
    sandbox.write("n/=config.toml", "[delivery]\njobs = 2\n");
    // Two seats; who finds none says so.
    sandbox.behave(
        "exec 8>\"$sandbox/tmp/seat1\"
        if ! flock -n 8; then
            exec 8>\"$sandbox/tmp/seat2\"
            flock -n 8 || echo \"$LARCH_SUBJECT\" >>\"$sandbox/crowded\"
        fi
        sleep 0.01",
    );
    let polls: Vec<_> = (0..8).map(|_| sandbox.poll().spawn()).collect();
    for poll in polls {
        assert_eq!(poll.wait().code(), Some(0));
    }
    assert_eq!(sandbox.read("crowded"), "");
    assert_eq!(sandbox.record().len(), 24);
    assert_eq!(sandbox.attempts().len(), 24);
}

#[test]
fn a_database_of_a_newer_release_is_left_alone() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    let databases = crate::support::databases(&sandbox.path("n"));
    let path = databases.keys().next_back().unwrap();
    let format = |number: u32| {
        let connection = rusqlite::Connection::open(path).unwrap();
        let before = connection
            .pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))
            .unwrap();
        connection
            .pragma_update(None, "user_version", number)
            .unwrap();
        before
    };
    let own = format(1000);
    let before = fs::read(path).unwrap();
    arch.commit("c--b--1");
    let ended = sandbox.poll().any_stderr().code(69);
    assert!(ended.stderr.contains("newer"), "{ended:?}");
    assert_eq!(fs::read(path).unwrap(), before);
    format(own);
    sandbox.poll().clock_ahead(60).any_stderr().ok();
    assert_eq!(sandbox.record().len(), 5);
}

#[test]
fn what_stands_below_waits_for_what_stands_above() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    arch.import("d--b--1");
    sandbox.follow(&arch.name);
    // The first branch takes its time; what is unrelated goes on, what is below waits.
    sandbox.behave(
        "case $LARCH_SUBJECT/$LARCH_THUNK in
            */c/branch)
                until grep -q 'd--b--1--base-0' \"$sandbox/record\"; do sleep 0.01; done ;;
        esac",
    );
    sandbox.poll().ok();
    let told = sandbox.take_told();
    let position = |text: String| told.iter().position(|told| *told == text).unwrap();
    let branch = position(format!("branch {}", arch.qualified("c--b")));
    assert!(position(format!("revision {}", arch.qualified("d--b--1--base-0"))) < branch);
    assert!(position(format!("version {}", arch.qualified("c--b--1"))) > branch);
    assert!(position(format!("revision {}", arch.qualified("c--b--1--base-0"))) > branch);
}

#[test]
fn the_parent_may_fail_and_its_children_are_told() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.behave("case $LARCH_THUNK in category|version) exit 1 ;; esac");
    let ended = sandbox.poll().any_stderr().code(1);
    // One readable block a poll, with a paragraph for each failure.
    assert_eq!(
        ended.stderr.matches("failed").count(),
        2,
        "{}",
        ended.stderr
    );
    assert_eq!(sandbox.take_told().len(), 2);
    let thunks: Vec<String> = sandbox
        .attempts()
        .into_iter()
        .map(|told| told.thunk)
        .collect();
    assert_eq!(thunks, ["category", "branch", "version", "revision"]);
}
