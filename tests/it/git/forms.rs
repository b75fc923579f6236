//! Every form in which git keeps a repository, and what happens to one while it is read.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::local::{Shelf, revision};
use crate::support::Sandbox;

#[test]
fn all_that_git_reads_is_read() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/origin", &[]);
    sandbox.write("srv/origin/file", "text");
    shelf.git("srv/origin", &["checkout", "-q", "-f", "main"]);
    shelf.git("srv/origin", &["add", "."]);
    shelf.git("srv/origin", &["commit", "-q", "-m", "second"]);
    shelf.git("srv/origin", &["config", "uploadpack.allowFilter", "true"]);
    shelf.with_commit("srv/sha256", &["--object-format=sha256"]);
    shelf.with_commit("srv/reftable", &["--ref-format=reftable"]);
    let url = format!("file://{}", sandbox.path("srv/origin").display());
    for (options, dir) in [
        (&["--depth=1"][..], "srv/shallow"),
        (&["--filter=blob:none", "--no-checkout"], "srv/partial"),
        (&["--filter=tree:0", "--bare"], "srv/treeless.git"),
        (&["--shared", "--bare"], "srv/alternate.git"),
    ] {
        let from = if options[0] == "--shared" {
            "srv/origin"
        } else {
            &url
        };
        shelf.git("", &[&["clone", "-q"], options, &[from, dir]].concat());
    }
    for dir in ["srv/packed", "srv/separate.git"] {
        shelf.git("", &["clone", "-q", "srv/origin", dir]);
    }
    shelf.git("srv/packed", &["gc", "-q", "--prune=now"]);
    shelf.git(
        "srv/separate.git",
        &["init", "-q", "--separate-git-dir=../sep.git"],
    );
    fs::rename(sandbox.path("sep.git"), sandbox.path("srv/sep.git")).unwrap_or_default();
    // Whatever a partial clone lacks is not fetched.
    let hidden = sandbox.path("aside");
    let check = |category: &str, commits: usize| {
        let listed = shelf.parts(&format!("{category}--heads--main"));
        assert_eq!(listed.len(), commits, "{category}");
        for id in &listed {
            let name = revision(category, "heads", b"main", id);
            let described = shelf.open().describe(&[&name]).unwrap();
            assert!(described[0].is_some(), "{category}");
            let log = shelf.open().log(&name).unwrap();
            assert!(log.starts_with(b"Commit: "), "{category}");
        }
    };
    for (category, commits) in [
        ("sha256", 1),
        ("reftable", 1),
        ("shallow", 1),
        ("alternate", 2),
        ("packed", 2),
    ] {
        check(category, commits);
    }
    fs::rename(sandbox.path("srv/origin"), &hidden).unwrap();
    check("partial", 2);
    check("treeless", 2);
    assert!(
        shelf.parts("").contains(&"sep".to_owned()),
        "{:?}",
        shelf.parts("")
    );
    check("sep", 2);
}

#[test]
fn packing_refs_while_they_are_read_loses_none() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let id = shelf.with_commit("srv/a.git", &["--bare"]);
    for branch in 0..20 {
        shelf.git("srv/a.git", &["branch", &format!("b{branch}"), "main"]);
    }
    let all = shelf.parts("a--heads");
    assert_eq!(all.len(), 21);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..15 {
                shelf.git("srv/a.git", &["pack-refs", "--all"]);
                let branch = format!("refs/heads/b{round}");
                shelf.git("srv/a.git", &["update-ref", &branch, &id]);
                shelf.git("srv/a.git", &["gc", "-q"]);
            }
            is_over.store(true, Ordering::Relaxed);
        });
        while !is_over.load(Ordering::Relaxed) {
            shelf.look("a", None);
            assert_eq!(shelf.parts("a--heads"), all);
        }
    });
}

#[test]
fn replacements_and_the_callers_repository_do_not_show() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let first = shelf.with_commit("srv/a.git", &["--bare"]);
    let other = shelf.with_commit("other.git", &["--bare"]);
    assert_eq!(first, other);
    shelf.commit("other.git", "refs/heads/other", "other");
    let second = shelf.commit("srv/a.git", "refs/heads/other", "replaced");
    shelf.git("srv/a.git", &["replace", &first, &second]);
    sandbox
        .larch(["revisions", "-s", "g/a--heads--main"])
        .env("GIT_DIR", sandbox.path("other.git"))
        .env("GIT_NAMESPACE", "other")
        .env("GIT_OBJECT_DIRECTORY", "/nowhere")
        .stdout(format!("{first}\n    first\n"))
        .ok();
}
