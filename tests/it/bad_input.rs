//! What is wrong with the files and archives that larch is given: said clearly, and nothing lost.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Arch, Layout, Sandbox};

const RULES: &str = "record:category record:branch record:version record:revision";

#[test]
fn a_bad_line_does_not_stop_the_others() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    let a = &arch.name;
    sandbox.write(
        "n/=rules.archives",
        format!("{a} record record:b record:v record:r\n{a} {RULES}\nno@archive/here record:c\n"),
    );
    let ended = sandbox
        .poll()
        .stderr_has("=rules.archives:1:22")
        .stderr_has("=rules.archives:3")
        .stderr_has("^")
        .code(1);
    assert!(!ended.stderr.contains("=rules.archives:2"));
    assert_eq!(sandbox.take_told().len(), 4);
    // Edge-triggered, as all reports are; the code is not.
    sandbox.poll().code(1);
    sandbox
        .larch(["check", "n"])
        .any_stdout()
        .any_stderr()
        .code(1);
}

#[test]
fn a_file_that_is_not_utf_8_is_said_to_be_that() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    let mut text = format!("{} {RULES}\n", arch.name).into_bytes();
    text.extend(b"caf\xe9@example.org record:c record:b record:v record:r\n");
    sandbox.write("n/=rules.archives", &text);
    sandbox
        .poll()
        .stderr_has("=rules.archives:2")
        .stderr_has("UTF-8")
        .code(1);
    assert_eq!(sandbox.take_told().len(), 4);
    assert_eq!(fs::read(sandbox.path("n/=rules.archives")).unwrap(), text);
}

#[test]
fn a_directory_as_a_rules_file_is_an_error_and_the_others_work() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    fs::create_dir(sandbox.path("n/=rules.branches")).unwrap();
    sandbox.poll().stderr_has("=rules.branches").code(1);
    let told = sandbox.take_told();
    assert!(
        told.contains(&format!("category {}", arch.qualified("c"))),
        "{told:?}"
    );
    fs::remove_dir(sandbox.path("n/=rules.branches")).unwrap();
    sandbox.poll().any_stderr().output();
    sandbox.poll().ok();
    assert_eq!(sandbox.active_lines("n/=rules.branches").len(), 1);
    assert_eq!(told.len() + sandbox.take_told().len(), 4);
}

#[test]
fn a_hash_inside_a_word_earns_a_warning() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.write(
        "n/=rules.versions",
        format!("{}/c--b--1 record:room#general\n", arch.name),
    );
    sandbox
        .poll()
        .stderr_has("=rules.versions:1")
        .stderr_has("warning")
        .ok();
    assert!(sandbox.take_told()[0].starts_with("room "));
}

#[test]
fn an_archive_that_nobody_registered_is_named_and_the_others_work() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.write(
        "n/=rules.archives",
        format!("who@example.org {RULES}\n{} {RULES}\n", arch.name),
    );
    sandbox
        .poll()
        .stderr_has("who@example.org")
        .stderr_has("larch register-archive")
        .code(1);
    assert_eq!(sandbox.take_told().len(), 4);
    sandbox.poll().code(1);
}

#[test]
fn an_archive_that_vanishes_and_returns_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let other = Arch::named(&sandbox, "other@example.org", Layout::Flat);
    arch.import("c--b--1");
    other.import("c--b--1");
    sandbox.write(
        "n/=rules.archives",
        format!("{} {RULES}\n{} {RULES}\n", arch.name, other.name),
    );
    sandbox.poll().ok();
    sandbox.take_record();
    let revision = other.commit("c--b--1");
    let away = sandbox.path("away");
    fs::rename(&arch.location, &away).unwrap();
    sandbox
        .poll()
        .stderr_has(&arch.name)
        .stderr_has(arch.location.to_str().unwrap())
        .code(1);
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
    sandbox.poll().code(1);
    // A mount point without its disk is no archive either.
    fs::create_dir(&arch.location).unwrap();
    sandbox.poll().any_stderr().code(1);
    fs::remove_dir(&arch.location).unwrap();
    fs::rename(&away, &arch.location).unwrap();
    let revision = arch.commit("c--b--1");
    let over = sandbox.poll().any_stderr().ok();
    assert_ne!(over.stderr, "", "that it is over is said");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn items_that_vanish_and_return_are_not_new() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1");
        arch.import("c--b--2");
        sandbox.follow(&arch.name);
        sandbox.poll().ok();
        sandbox.take_record();
        let there = arch.version_dir("c--b--2");
        let away = sandbox.path("away");
        fs::rename(&there, &away).unwrap();
        // Its rules sleep, and nobody is bothered.
        sandbox.poll().ok();
        sandbox.poll().clock_ahead(100_000).ok();
        fs::rename(&away, &there).unwrap();
        let revision = arch.commit("c--b--2");
        sandbox.poll().clock_ahead(200_000).ok();
        assert_eq!(
            sandbox.take_told(),
            [format!("revision {revision}")],
            "{layout:?}"
        );
    }
}

#[test]
fn an_archive_that_loses_everything_loses_no_memory() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    sandbox.take_record();
    let (there, away) = (arch.location.join("c"), sandbox.path("away"));
    fs::rename(&there, &away).unwrap();
    sandbox.poll().any_stderr().output();
    fs::rename(&away, &there).unwrap();
    sandbox.poll().any_stderr().output();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), Vec::<String>::new());
}

#[test]
fn a_location_that_is_no_archive_is_said_to_be_that() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    for text in ["", "Hackerlab arch archive directory, format version 3.\n"] {
        sandbox.write(arch.location.join(".archive-version"), text);
        sandbox
            .poll()
            .env(
                "LARCH_TEST_CLOCK_AHEAD",
                if text.is_empty() { "0" } else { "90000" },
            )
            .stderr_has(".archive-version")
            .code(1);
    }
    assert!(sandbox.take_record().is_empty());
}

#[test]
fn what_is_no_item_is_never_told() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    arch.commit("c--b--1");
    let version = arch.version_dir("c--b--1");
    let root = &arch.location;
    for directory in [
        root.join(",,new-category.1.2.3.4"),
        root.join("1digit"),
        root.join("under_score"),
        root.join("c").join(",,new-branch.1.2.3.4"),
        root.join("c/nobranch"),
        root.join("c/c--b/c--b--x"),
        version.join("++revision-lock-held--patch-1--jo--x/+contents"),
        version.join("++revision-lock-broken--patch-1"),
        version.join(",,remade-lock--patch-1"),
        version.join("patch-"),
        version.join("patch-x"),
        version.join("base-1"),
    ] {
        fs::create_dir_all(directory).unwrap();
    }
    sandbox.write(root.join("plain"), "");
    sandbox.write(version.join("patch-7"), "");
    sandbox.write(root.join("c/=README"), "");
    symlink("/nowhere", version.join("patch-8")).unwrap();
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    let a = &arch.name;
    assert_eq!(
        sandbox.take_told(),
        [
            format!("category {a}/c"),
            format!("branch {a}/c--b"),
            format!("version {a}/c--b--1"),
            format!("revision {a}/c--b--1--base-0"),
            format!("revision {a}/c--b--1--patch-1"),
        ]
    );
}

#[test]
fn a_revision_counts_once_its_log_is_there() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1");
        sandbox.follow(&arch.name);
        sandbox.poll().ok();
        sandbox.poll().clock_ahead(10).ok();
        sandbox.take_record();
        let name = arch.place("c--b--1", "patch-1", None);
        sandbox.poll().clock_ahead(20).ok();
        arch.place("c--b--1", "patch-1", Some(""));
        sandbox.poll().clock_ahead(30).ok();
        assert!(sandbox.attempts().len() == 4, "half a revision was told");
        // The version's directory does not change any more.
        arch.place("c--b--1", "patch-1", Some("Summary: whole\n"));
        sandbox.poll().clock_ahead(40).ok();
        assert_eq!(
            sandbox.take_told(),
            [format!("revision {name}")],
            "{layout:?}"
        );
    }
}

#[test]
fn settings_that_are_invalid_name_what_was_meant() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.write("n/=config.toml", "[delivery]\njob = 3\n");
    sandbox
        .poll()
        .stderr_has("=config.toml")
        .stderr_has("`jobs`")
        .code(78);
    sandbox.write("n/=config.toml", "[delivery]\ntimeout = \"soon\"\n");
    sandbox.poll().stderr_has("timeout").code(78);
    sandbox.write("n/=config.toml", "[delivery\n");
    sandbox.poll().stderr_has("=config.toml").code(78);
    assert!(sandbox.attempts().is_empty());
    fs::remove_file(sandbox.path("n/=config.toml")).unwrap();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), 4);
}

#[test]
fn a_damaged_database_is_never_an_empty_start() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    sandbox.take_record();
    let databases = crate::support::databases(&sandbox.path("n"));
    let (path, good) = databases.iter().next_back().unwrap();
    for damage in ["header", "middle", "cut", "empty"] {
        let mut bytes = good.clone();
        match damage {
            "header" => bytes[..100].fill(b'x'),
            "middle" => bytes[4096..].fill(b'x'),
            "cut" => bytes.truncate(4096 + 100),
            _ => bytes.clear(),
        }
        sandbox.write(path, &bytes);
        let ended = sandbox.poll().clock_ahead(10).any_stderr().output();
        assert_eq!(ended.code(), Some(69), "{damage}: {ended:?}");
        assert!(sandbox.attempts().len() == 4, "{damage}: an empty start");
    }
    // Told once a day, beside the database.
    sandbox.write(path, b"not a database, by any means");
    let first = sandbox.poll().clock_ahead(200_000).any_stderr().code(69);
    assert!(
        first
            .stderr
            .contains(path.file_name().unwrap().to_str().unwrap()),
        "{first:?}"
    );
    sandbox.poll().clock_ahead(200_060).code(69);
    sandbox.write(path, good);
    let revision = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(200_120).any_stderr().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {revision}")]);
}

#[test]
fn a_full_disk_loses_nothing() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    sandbox.take_record();
    let version = arch.version_dir("c--b--1");
    for level in 1..=500 {
        arch.place("c--b--1", &format!("patch-{level}"), Some("Summary: x\n"));
    }
    assert!(version.exists());
    let larch = env!("CARGO_BIN_EXE_larch");
    for blocks in [0, 8, 64] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {larch} notify n");
        // The report itself goes to a file here, which is full too.
        let ended = sandbox.run("sh", ["-c", &script]).output();
        assert_ne!(ended.code(), None, "{blocks}: {ended:?}");
    }
    sandbox.poll().clock_ahead(100_000).any_stderr().output();
    sandbox.poll().clock_ahead(200_000).any_stderr().ok();
    let mut told = sandbox.take_told();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), 500);
}

#[test]
fn someone_elses_directory_is_not_polled() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    if std::os::unix::fs::chown(sandbox.path("n"), Some(1), None).is_err() {
        // Only root can make a directory someone else's.
        return;
    }
    sandbox.poll().stderr_has("owner").code(77);
    assert!(sandbox.attempts().is_empty());
}

#[test]
fn a_directory_that_does_not_exist_is_named() {
    let sandbox = Sandbox::new();
    let ended = sandbox.larch(["notify", "nowhere"]).any_stderr().output();
    assert!(ended.code().is_some_and(|code| code != 0), "{ended:?}");
    assert!(ended.stderr.contains("nowhere"), "{ended:?}");
    assert!(!sandbox.path("nowhere").exists());
    sandbox.larch(["notfy", "n"]).stderr_has("notify").code(2);
}
