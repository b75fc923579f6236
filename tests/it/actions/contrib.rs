//! The example actions of contrib, with real tla and git.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{MAIN, Watched};
use crate::support::{Arch, Layout, Repo, Sandbox, snapshot};

/// Puts an example where larch finds it.
#[track_caller]
fn install(sandbox: &Sandbox, name: &str) {
    let example = format!("{}/contrib/actions/{name}", env!("CARGO_MANIFEST_DIR"));
    symlink(example, sandbox.path("bin").join(name)).unwrap();
}

#[test]
fn new_revisions_are_added_to_the_library() {
    for (libraries, thunk) in [
        (&["one"][..], ""),
        (&["one", "two"], "two"),
        (&["two", "one"], "two"),
    ] {
        let sandbox = Sandbox::new();
        install(&sandbox, "larch-library-add");
        let arch = Arch::new(&sandbox, Layout::Nested);
        arch.import("c--b--1");
        let names = [arch.commit("c--b--1"), arch.commit("c--b--1")];
        for library in libraries {
            let library = sandbox.path(library);
            fs::create_dir(&library).unwrap();
            sandbox.tla(["my-revision-library", library.to_str().unwrap()]);
        }
        let place = match thunk {
            "" => String::new(),
            library => sandbox.path(library).display().to_string(),
        };
        let line = format!("{} noop: noop: noop: library-add:{place}\n", arch.name);
        sandbox.write("n/=rules.archives", line);
        sandbox.poll().ok();
        let expected = sandbox.path(if thunk.is_empty() { "one" } else { thunk });
        for name in &names {
            let found = sandbox.tla(["library-find", name]).stdout;
            assert!(Path::new(found.trim()).starts_with(&expected), "{found}");
        }
    }
}

#[test]
fn a_revision_that_cannot_be_added_delays_no_other() {
    let sandbox = Sandbox::new();
    install(&sandbox, "larch-library-add");
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    arch.commit("c--b--1");
    let line = format!("{}/c--b--1 library-add:\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    // There is no library yet.
    sandbox
        .poll()
        .stderr_has("library-add: for ")
        .stderr_has("exit code 1")
        .code(1);
    let library = sandbox.path("home/library");
    fs::create_dir(&library).unwrap();
    sandbox.tla(["my-revision-library", library.to_str().unwrap()]);
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    assert!(library.join(&arch.name).exists());
}

#[test]
fn repositories_with_new_revisions_are_pushed() {
    let sandbox = Sandbox::new();
    install(&sandbox, "larch-push-new-revisions");
    let watched = Watched::new(&sandbox, "push-new-revisions:backup");
    let git = |arguments: &[&str]| {
        let ended = sandbox.run("git", arguments).any_stdout().any_stderr().ok();
        ended.stdout.trim().to_owned()
    };
    sandbox
        .poll()
        .stderr_has("'backup' does not appear to be a git repository")
        .code(1);
    let backup = sandbox.path("backup/k.git");
    git(&["init", "-q", "--bare", backup.to_str().unwrap()]);
    git(&[
        "-C",
        "served/k.git",
        "remote",
        "add",
        "--mirror=push",
        "backup",
        backup.to_str().unwrap(),
    ]);
    let name = watched.push("second");
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    let id = name.rsplit("--").next().unwrap();
    assert_eq!(git(&["-C", "backup/k.git", "rev-parse", "main"]), id);
    // Of several repositories, to a place for all of them.
    let other = Repo::new(&sandbox, "other one");
    git(&["init", "-q", "--bare", "backup/other one.git"]);
    sandbox.write(
        "n/=rules.archives",
        format!(
            "srv noop: noop: noop: push-new-revisions:{}/\n",
            sandbox.path("backup").display()
        ),
    );
    sandbox.write("n/=rules.versions", format!("{MAIN} noop:\n"));
    let id = other.commit("third");
    other.push();
    let before = snapshot(&sandbox.path("served"));
    sandbox.poll().clock_ahead(1200).any_stderr().ok();
    assert_eq!(
        git(&["-C", "backup/other one.git", "rev-parse", "main"]),
        id
    );
    assert_eq!(snapshot(&sandbox.path("served")), before);
}
