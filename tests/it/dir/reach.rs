//! What is gone, comes back, or cannot be read.

use std::fs;
use std::path::Path;

use super::Pool;
use crate::support::{Run, Sandbox};

/// A poll by a user who may read only what the modes allow, as root may not but for this.
fn poll_by_mode(sandbox: &Sandbox) -> Run {
    let larch = env!("CARGO_BIN_EXE_larch");
    let poll = if rustix::process::geteuid().is_root() {
        sandbox.run("setpriv", ["--bounding-set=-all", larch])
    } else {
        sandbox.run(larch, [""; 0])
    };
    poll.args(["notify", "n"]).clock_ahead(2 * 3600)
}

#[test]
fn a_tree_that_is_missing_is_an_error_and_loses_nothing() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let item = pool.upload("c/b/1/item");
    let away = sandbox.path("away");
    fs::rename(&pool.root, &away).unwrap();
    pool.poll_old()
        .stderr_has("cannot scan pool: no archive can be reached at")
        .code(1);
    sandbox.write("pool", "a file");
    pool.poll_old().code(1);
    fs::remove_file(&pool.root).unwrap();
    fs::rename(&away, &pool.root).unwrap();
    pool.poll_old().any_stderr().ok();
    assert_eq!(pool.told(), [item]);

    fs::rename(&pool.root, &away).unwrap();
    pool.poll_old().any_stderr().code(1);
    fs::rename(&away, &pool.root).unwrap();
    let next = pool.upload("c/b/1/next");
    pool.poll_old().any_stderr().ok();
    assert_eq!(pool.told(), [next]);
}

#[test]
fn what_is_removed_sleeps_and_is_no_news_when_it_returns() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    for place in ["c/b/1/item", "c/b/2/item", "c/d/1/item", "e/b/1/item"] {
        pool.upload(place);
    }
    pool.poll_old().ok();
    assert_eq!(pool.told().len(), 4);
    for place in ["c/b/1/item", "c/b/1", "c/d", "c", "e"] {
        let away = sandbox.path("away");
        fs::rename(pool.path(place), &away).unwrap();
        for _ in 0..2 {
            pool.poll_old().ok();
        }
        fs::rename(&away, pool.path(place)).unwrap();
        pool.poll_old().ok();
        assert_eq!(sandbox.take_told(), [""; 0], "{place}");
    }
    let late = pool.upload("c/d/1/late");
    pool.poll_old().ok();
    assert_eq!(pool.told(), [late]);
}

#[test]
fn what_cannot_be_read_is_an_error_and_holds_up_nothing_else() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    for place in ["c/b/1/item", "d/b/1/item", "d/b/2/item", "d/b/3/sealed/x"] {
        pool.upload(place);
    }
    // A directory that others cannot look into may be a revision all the same.
    for closed in ["c", "d/b/1", "d/b/3/sealed"] {
        sandbox.chmod(pool.path(closed), 0o000);
    }
    poll_by_mode(&sandbox)
        .stderr_has("cannot scan pool/c: cannot read")
        .stderr_has("cannot scan pool/d--b--1: cannot read")
        .stderr_has("Permission denied")
        .code(1);
    let mut told = pool.told();
    told.sort();
    assert_eq!(told, ["pool/d--b--2--item", "pool/d--b--3--sealed"]);
    for open in ["c", "d/b/1", "d/b/3/sealed"] {
        sandbox.chmod(pool.path(open), 0o755);
    }
    // That it is over is said.
    poll_by_mode(&sandbox).any_stderr().ok();
    let mut told = pool.told();
    told.sort();
    assert_eq!(told, ["pool/c--b--1--item", "pool/d--b--1--item"]);

    // Names can be read, and nothing else.
    sandbox.chmod(pool.path("d/b/2"), 0o444);
    pool.upload("d/b/2/next");
    poll_by_mode(&sandbox)
        .stderr_has("cannot scan pool/d--b--2: cannot read")
        .code(1);
    sandbox.chmod(pool.path("d/b/2"), 0o755);
    poll_by_mode(&sandbox).any_stderr().ok();
    assert_eq!(pool.told(), ["pool/d--b--2--next"]);
    sandbox.chmod(Path::new("pool"), 0o000);
    poll_by_mode(&sandbox)
        .stderr_has("cannot scan pool: no archive can be reached at")
        .code(1);
    sandbox.chmod(Path::new("pool"), 0o755);
}

/// Whether something can be mounted, and where: a test that cannot tells nothing.
struct Mounted<'a>(&'a Sandbox, &'a Path);

impl<'a> Mounted<'a> {
    fn new(sandbox: &'a Sandbox, at: &'a Path) -> Option<Self> {
        let mount = sandbox.run("mount", ["-t", "tmpfs", "tmpfs"]).arg(at);
        let ended = mount.any_stdout().any_stderr().output();
        ended.status.success().then_some(Self(sandbox, at))
    }
}

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        self.0.run("umount", [self.1]).output();
    }
}

#[test]
fn a_file_system_that_is_not_mounted_is_an_error() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let Some(mounted) = Mounted::new(&sandbox, &pool.root) else {
        return crate::support::say("skipped: nothing can be mounted");
    };
    pool.upload("c/b/1/item");
    pool.poll_old().ok();
    assert_eq!(pool.told().len(), 1);
    drop(mounted);
    pool.poll_old()
        .stderr_has("is its file system mounted?")
        .code(1);
    pool.upload("c/b/1/item");
    pool.upload("c/b/1/next");
    pool.poll_old().any_stderr().ok();
    assert_eq!(pool.told(), ["pool/c--b--1--next"]);
}
