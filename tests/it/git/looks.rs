//! What a look at a repository shows, and what it costs.

use std::fs;
use std::process::Command;

use larch::archive::{Look, Stat};

use super::local::{Shelf, name};
use crate::support::{Sandbox, say};

#[test]
fn every_change_of_a_ref_shows() {
    for format in ["files", "reftable"] {
        let sandbox = Sandbox::new();
        let shelf = Shelf::new(&sandbox);
        let option = format!("--ref-format={format}");
        let first = shelf.with_commit("srv/a.git", &["--bare", &option]);
        let shows = |what: &str, change: &dyn Fn()| {
            let last = shelf.old_look("a");
            change();
            let look = shelf.look("a", Some(&last));
            assert_ne!(look, last, "{format}: {what}");
            assert!(look.newest() > last.newest(), "{format}: {what}");
        };
        let git = |arguments: &[&str]| {
            shelf.git("srv/a.git", arguments);
        };
        shows("a commit", &|| {
            shelf.commit("srv/a.git", "refs/heads/main", "next");
        });
        shows("a nested branch", &|| {
            git(&["branch", "feature/deep/x", "main"]);
        });
        shows("a commit to it", &|| {
            shelf.commit("srv/a.git", "refs/heads/feature/deep/x", "next");
        });
        shows("a tag", &|| git(&["tag", "v1", "main"]));
        shows("another namespace", &|| {
            git(&["update-ref", "refs/notes/x", &first]);
        });
        shows("packing", &|| git(&["pack-refs", "--all"]));
        shows("a commit to what is packed", &|| {
            shelf.commit("srv/a.git", "refs/heads/main", "more");
        });
        shows("a moved tag", &|| git(&["tag", "-f", "v1", &first]));
        shows("a deletion", &|| git(&["branch", "-D", "feature/deep/x"]));
        shows("gc", &|| git(&["gc", "-q"]));
        shows("a deletion of what is packed", &|| {
            git(&["tag", "-d", "v1"]);
        });
        shows("another HEAD", &|| {
            git(&["symbolic-ref", "HEAD", "refs/heads/other"]);
        });
        shows("a repository in its place", &|| {
            fs::rename(sandbox.path("srv/a.git"), sandbox.path("old.git")).unwrap();
            shelf.git("", &["clone", "-q", "--mirror", "old.git", "srv/a.git"]);
        });
    }
}

#[test]
fn a_change_of_the_ref_format_shows() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    for format in ["reftable", "files"] {
        let last = shelf.old_look("a");
        shelf.git(
            "srv/a.git",
            &["refs", "migrate", &format!("--ref-format={format}")],
        );
        assert_ne!(shelf.look("a", Some(&last)), last, "{format}");
        assert_eq!(shelf.parts("a--heads"), ["main"]);
    }
}

#[test]
fn what_is_no_ref_does_not_show() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let first = shelf.with_commit("srv/w", &[]);
    let last = shelf.old_look("w");
    shelf.git("srv/w", &["config", "x.y", "z"]);
    shelf.git("srv/w", &["read-tree", &first]);
    sandbox.write("srv/w/file", "");
    sandbox.write("srv/w/.git/anything", "");
    assert_eq!(shelf.look("w", Some(&last)), last);
    assert_eq!(shelf.look("w", None), last);
}

#[test]
fn everything_below_a_category_is_covered() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    let archive = shelf.open();
    assert!(archive.looks_at_categories());
    for subject in ["a--heads", "a--heads--main"] {
        let look = archive.look(&name(subject), None).unwrap();
        assert_eq!(look, Some(Look::Covered));
    }
}

#[test]
fn a_look_of_another_kind_is_taken_anew() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    let look = shelf.look("a", None);
    let stat = Stat {
        dev: 1,
        ino: 1,
        mtime: 1,
        ctime: 1,
    };
    let garbage = |bytes: &[u8]| Look::Note {
        newest: 0,
        bytes: bytes.into(),
    };
    for last in [
        Look::Covered,
        Look::Stat(stat),
        garbage(b""),
        garbage(&[b't'; 40]),
    ] {
        assert_eq!(shelf.look("a", Some(&last)), look);
    }
}

/// Runs itself again under strace, and reads what the second looks did.
#[test]
fn an_unchanged_look_opens_nothing_and_asks_little() {
    const AGAIN: &str = "LARCH_TEST_LOOKS_AT";
    const MARK: &str = "/between-the-looks";
    let look_twice = |shelf: &Shelf<'_>| {
        let mut categories = shelf.parts("");
        categories.push(String::new());
        let looks: Vec<Look> = categories
            .iter()
            .map(|each| shelf.look(each, None))
            .collect();
        let archive = shelf.open();
        assert!(fs::metadata(MARK).is_err());
        for (category, look) in categories.iter().zip(&looks) {
            let again = archive.look(&name(category), Some(look)).unwrap();
            assert_eq!(again.as_ref(), Some(look));
        }
        assert!(fs::metadata(MARK).is_err());
    };
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    if let Some(place) = std::env::var_os(AGAIN) {
        sandbox.write("home/.arch-params/=locations/g", place.to_str().unwrap());
        return look_twice(&shelf);
    }
    for repository in 0..20 {
        shelf.with_commit(format!("srv/{repository}.git"), &["--bare"]);
    }
    let trace = sandbox.path("trace");
    let traced = Command::new("strace")
        .args(["-f", "-o", trace.to_str().unwrap()])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "git::looks::an_unchanged_look_opens_nothing_and_asks_little",
        ])
        .env(AGAIN, format!("git:{}", sandbox.path("srv").display()))
        .output();
    if !traced.is_ok_and(|traced| traced.status.success()) {
        say("skipped: strace is not there, or may not trace");
        return;
    }
    let trace = fs::read_to_string(trace).unwrap();
    let calls: Vec<&str> = trace
        .lines()
        .skip_while(|line| !line.contains(MARK))
        .skip(1)
        .take_while(|line| !line.contains(MARK))
        .filter(|line| !line.contains("mmap") && !line.contains("brk"))
        .collect();
    assert!(
        calls.iter().all(|call| call.contains("newfstatat")),
        "{calls:#?}"
    );
    assert!(calls.len() > 20, "{calls:#?}");
    assert!(calls.len() <= 20 * 6 + 1, "{}: {calls:#?}", calls.len());
}

#[test]
fn a_look_is_never_newer_than_the_refs_that_were_read() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/a.git", &["--bare"]);
    let old = shelf.old_look("a");
    let archive = shelf.open();
    let look = |last| archive.look(&name("a"), last).unwrap().unwrap();
    let list = || archive.list(&name("a--heads"), None, &|_| false).unwrap();
    assert_eq!(look(None), old);
    assert_eq!(list().parts, ["main"]);
    shelf.git("srv/a.git", &["branch", "new", "main"]);
    assert_eq!(list().parts, ["main"]);
    assert_eq!(look(Some(&old)), old);
    assert_ne!(shelf.look("a", Some(&old)), old);
}
