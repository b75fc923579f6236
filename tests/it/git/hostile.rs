//! Repositories that mean harm, are broken, or belong to somebody else.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};

use larch::archive::ArchiveError;

use super::local::{Shelf, name, revision};
use crate::support::{Sandbox, say};

#[test]
fn a_ref_that_points_nowhere_does_not_fail_the_others() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let id = shelf.with_commit("srv/a.git", &["--bare"]);
    let heads = "srv/a.git/refs/heads";
    sandbox.write(format!("{heads}/missing"), format!("{}\n", "1".repeat(40)));
    sandbox.write(format!("{heads}/zero"), format!("{}\n", "0".repeat(40)));
    sandbox.write(format!("{heads}/garbage"), "\0\x1b[2J\n");
    sandbox.write(format!("{heads}/outside"), "ref: ../../../../etc/passwd\n");
    sandbox.write(format!("{heads}/circle"), "ref: refs/heads/circle\n");
    sandbox.write(format!("{heads}/bad name"), format!("{id}\n"));
    symlink("nowhere", sandbox.path(format!("{heads}/dangling"))).unwrap();
    symlink(".", sandbox.path(format!("{heads}/loop"))).unwrap();
    let listed = shelf.parts("a--heads");
    assert!(listed.contains(&"main".to_owned()), "{listed:?}");
    assert!(listed.contains(&"missing".to_owned()), "{listed:?}");
    assert_eq!(shelf.parts("a--heads--main"), [id]);
    let missing = shelf.list("a--heads--missing");
    assert!(
        matches!(missing, Err(ArchiveError::Program { .. })),
        "{missing:?}"
    );
    let look = shelf.old_look("a");
    shelf.commit("srv/a.git", "refs/heads/main", "next");
    assert_ne!(shelf.look("a", Some(&look)), look);
}

#[test]
fn a_colon_above_a_repository_is_refused_with_the_reason() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a:b.git", &["--bare"]);
    shelf.with_commit("srv/c:d/e.git", &["--bare"]);
    assert_eq!(shelf.parts("a:b"), ["heads"]);
    sandbox
        .larch(["branches", "g/c:d/e"])
        .stderr_has("no `:` is in the path")
        .code(1);
}

#[test]
fn a_corrupt_pack_is_an_error_of_its_repository_alone() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/good.git", &["--bare"]);
    shelf.with_commit("srv/bad.git", &["--bare"]);
    let id = shelf.commit("srv/bad.git", "refs/heads/main", "second");
    shelf.git(
        "srv/bad.git",
        &["-c", "gc.writeCommitGraph=false", "gc", "-q"],
    );
    let packs = fs::read_dir(sandbox.path("srv/bad.git/objects/pack")).unwrap();
    for pack in packs.map(|entry| entry.unwrap().path()) {
        if pack
            .extension()
            .is_some_and(|extension| extension == "pack")
        {
            fs::set_permissions(&pack, fs::Permissions::from_mode(0o644)).unwrap();
            let length = fs::metadata(&pack).unwrap().len();
            let length = usize::try_from(length).unwrap();
            sandbox.write(&pack, vec![0xa5; length]);
        }
    }
    // Refs are read without their objects.
    assert_eq!(shelf.parts("bad--heads"), ["main"]);
    let listed = shelf.list("bad--heads--main");
    assert!(
        matches!(listed, Err(ArchiveError::Program { .. })),
        "{listed:?}"
    );
    let described = shelf
        .open()
        .describe(&[&revision("bad", "heads", b"main", &id)]);
    assert!(
        !matches!(described.as_deref(), Ok([Some(_)])),
        "{described:?}"
    );
    assert_eq!(shelf.parts("good--heads--main").len(), 1);
}

#[test]
fn what_git_takes_for_no_repository_is_no_part_of_one_above() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    // The sandbox itself becomes a repository, and the shelf is a part of its work tree.
    shelf.with_commit("", &[]);
    shelf.with_commit("srv/a.git", &["--bare"]);
    symlink("srv", sandbox.path("link")).unwrap();
    sandbox.write("srv/a.git/HEAD", "garbage\n");
    for dir in ["srv", "link"] {
        shelf.register(dir);
        assert_eq!(shelf.parts(""), ["a"]);
        sandbox
            .larch(["branches", "g/a"])
            .stderr_has("not a git repository")
            .code(1);
    }
}

#[test]
fn a_git_file_that_points_outside_is_no_repository_below() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("secret.git", &["--bare"]);
    let secret = sandbox.path("secret.git");
    for dir in ["file", "empty", "circle", "relative"] {
        let text = match dir {
            "file" => format!("gitdir: {}\n", secret.display()),
            "relative" => "gitdir: ../../secret.git\n".to_owned(),
            "circle" => "gitdir: .\n".to_owned(),
            _ => String::new(),
        };
        sandbox.write(format!("srv/{dir}/.git"), text);
    }
    fs::create_dir(sandbox.path("srv/link")).unwrap();
    symlink(&secret, sandbox.path("srv/link/.git")).unwrap();
    assert_eq!(shelf.parts(""), [""; 0]);
    for category in ["file", "link", "file/.git", "link/.git"] {
        assert!(shelf.list(category).is_err(), "{category}");
    }
    // What is registered itself is meant.
    for (dir, is_one) in [
        ("file", true),
        ("relative", true),
        ("link", true),
        ("empty", false),
    ] {
        shelf.register(&format!("srv/{dir}"));
        assert_eq!(shelf.parts(""), [dir]);
        shelf.look(dir, None);
        assert_eq!(shelf.list(dir).is_ok(), is_one, "{dir}");
    }
}

#[test]
fn what_a_repository_configures_is_not_started() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let started = sandbox.path("started");
    let evil = sandbox.program(
        "evil",
        &format!("#!/bin/sh\ntouch '{}'\n", started.display()),
    );
    shelf.init("srv/w", &[]);
    let git = |arguments: &[&str]| shelf.git("srv/w", arguments);
    sandbox.write("srv/w/file", "1");
    sandbox.write("srv/w/.gitattributes", "* diff=evil filter=evil\n");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    git(&["tag", "-m", "tag", "v1"]);
    let id = git(&["rev-parse", "HEAD"]);
    let evil = evil.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "gpg.program",
        "credential.helper",
        "pager.log",
    ] {
        git(&["config", key, evil]);
    }
    git(&["config", "log.showSignature", "true"]);
    git(&[
        "config",
        "core.hooksPath",
        sandbox.path("bin").to_str().unwrap(),
    ]);
    sandbox.larch(["versions", "g/w--heads"]).any_stdout().ok();
    sandbox
        .larch(["revisions", "-s", "g/w--heads--main"])
        .any_stdout()
        .ok();
    sandbox
        .larch(["revisions", "-s", "g/w--tags--v1"])
        .any_stdout()
        .ok();
    let log = format!("g/w--heads--main--{id}");
    sandbox.larch(["cat-archive-log", &log]).any_stdout().ok();
    assert!(!started.exists());
}

#[test]
fn a_repository_of_another_user_is_read_only_where_git_is_told_so() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    shelf.with_commit("srv/mine.git", &["--bare"]);
    if !rustix::process::geteuid().is_root() {
        say("skipped: only root can give a file away");
        return;
    }
    let give = sandbox.path("srv/a.git");
    chown(&give, Some(12345), Some(12345)).unwrap();
    sandbox.larch(["categories", "g"]).stdout("a\nmine\n").ok();
    let ended = sandbox
        .larch(["branches", "g/a"])
        .stderr_has("another user owns it")
        .stderr_has("poll as its owner")
        .code(1);
    sandbox
        .larch(["branches", "g/mine"])
        .stdout("mine--heads\n")
        .ok();
    let (_, advice) = ended.stderr.split_once("run `git ").unwrap();
    let (advice, _) = advice.split_once('`').unwrap();
    assert!(
        advice.starts_with("config --global --add safe.directory "),
        "{advice}"
    );
    shelf.git("", &advice.split(' ').collect::<Vec<_>>());
    sandbox.larch(["branches", "g/a"]).stdout("a--heads\n").ok();
}

#[test]
fn without_git_it_is_said_what_is_missing() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    sandbox
        .larch(["branches", "g/a"])
        .env("PATH", sandbox.path("bin"))
        .stderr_has("the program is not on the PATH")
        .code(1);
    sandbox
        .larch(["categories", "g"])
        .env("PATH", "/nowhere")
        .stdout("a\n")
        .ok();
}

#[test]
fn a_repository_that_vanishes_is_gone() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    let look = shelf.look("a", None);
    fs::remove_dir_all(sandbox.path("srv/a.git")).unwrap();
    for last in [None, Some(&look)] {
        let gone = shelf.open().look(&name("a"), last);
        assert!(
            matches!(gone, Err(ArchiveError::NoSuchSubject(_))),
            "{gone:?}"
        );
    }
    // What takes its place is another one.
    shelf.with_commit("srv/a/", &[]);
    assert_ne!(shelf.look("a", Some(&look)), look);
}
