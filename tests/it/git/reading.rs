//! What a repository holds: branches, versions, revisions, and what is known of them.

use std::fs;

use larch::archive::{ArchiveError, Description};

use super::local::{Shelf, name, revision};
use crate::support::Sandbox;

#[test]
fn namespaces_are_branches_and_refs_are_versions() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let first = shelf.with_commit("srv/a.git", &["--bare"]);
    let git = |arguments: &[&str]| shelf.git("srv/a.git", arguments);
    for name in [
        "refs/heads/abc",
        "refs/heads/feature/x",
        "refs/heads/zz",
        "refs/notes/commits",
        "refs/pull/1/head",
        "refs/remotes/origin/main",
        "refs/stash",
        "refs/tags/v1",
    ] {
        git(&["update-ref", name, &first]);
    }
    git(&["symbolic-ref", "HEAD", "refs/heads/zz"]);
    let listing = shelf.list("a").unwrap();
    assert_eq!(listing.parts, ["heads", "tags"]);
    assert_eq!(listing.unasked, ["notes", "pull", "remotes"]);
    let versions = ["zz", "abc", "feature/x", "main"];
    assert_eq!(shelf.parts("a--heads"), versions);
    assert_eq!(shelf.parts("a--pull"), ["1/head"]);
    assert_eq!(shelf.parts("a--notes--commits"), [first]);
    for absent in [
        "a--stash",
        "a--none",
        "a--heads--none",
        "a--tags--main",
        "a--heads--zz--1",
    ] {
        let listed = shelf.list(absent);
        assert!(
            matches!(listed, Err(ArchiveError::NoSuchSubject(_))),
            "{absent}: {listed:?}"
        );
    }
    sandbox
        .larch(["branches", "g/a"])
        .stdout("a--heads\na--tags\n")
        .ok();
    git(&["update-ref", "--no-deref", "HEAD", "refs/heads/main"]);
    assert_eq!(shelf.parts("a--heads"), ["abc", "feature/x", "main", "zz"]);
    shelf.init("srv/empty.git", &["--bare"]);
    assert_eq!(
        shelf.list("empty").unwrap(),
        larch::archive::Listing::default()
    );
}

#[test]
fn revisions_come_after_their_parents() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let first = shelf.with_commit("srv/w", &[]);
    shelf.git("srv/w", &["branch", "side"]);
    let main = shelf.commit("srv/w", "refs/heads/main", "main");
    let side = shelf.commit("srv/w", "refs/heads/side", "side");
    let tree = shelf.git("srv/w", &["rev-parse", "main^{tree}"]);
    let merge = [
        "commit-tree",
        "-m",
        "merge",
        "-p",
        &main,
        "-p",
        &side,
        &tree,
    ];
    let merge = shelf.git("srv/w", &merge);
    shelf.git("srv/w", &["update-ref", "refs/heads/main", &merge]);
    let listed = shelf.parts("w--heads--main");
    assert_eq!(listed.len(), 4);
    assert_eq!((&listed[0], &listed[3]), (&first, &merge));
    assert!(listed.contains(&main) && listed.contains(&side));
    assert_eq!(shelf.parts("w--heads--side"), [first, side]);
}

#[test]
fn a_tag_is_its_own_revision() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let commit = shelf.with_commit("srv/w", &[]);
    let git = |arguments: &[&str]| shelf.git("srv/w", arguments);
    git(&["tag", "-a", "-m", "Release 1\n\nnotes", "v1"]);
    git(&["tag", "-a", "-m", "of a tag", "again", "v1"]);
    git(&["tag", "light"]);
    sandbox.write("srv/w/blob", "author nobody\n\nno message");
    let blob = git(&["hash-object", "-w", "blob"]);
    git(&["tag", "blob", &blob]);
    let tag = git(&["rev-parse", "v1"]);
    assert_ne!(tag, commit);
    assert_eq!(shelf.parts("w--tags"), ["again", "blob", "light", "v1"]);
    assert_eq!(shelf.parts("w--tags--v1"), [tag.as_str()]);
    assert_eq!(shelf.parts("w--tags--light"), [commit.as_str()]);
    let describe = |version: &str, id: &str| {
        let name = revision("w", "tags", version.as_bytes(), id);
        let described = shelf.open().describe(&[&name]).unwrap();
        described.into_iter().next().unwrap().unwrap()
    };
    let described = Description {
        author: Some("Jo <jo@example.org>".to_owned()),
        date: Some("2023-11-14T23:43:20+01:30".to_owned()),
        summary: Some("Release 1".to_owned()),
        id: Some(tag.clone()),
    };
    assert_eq!(describe("v1", &tag), described);
    assert_eq!(describe("light", &commit).summary.as_deref(), Some("first"));
    let of_blob = Description {
        id: Some(blob.clone()),
        ..Description::default()
    };
    assert_eq!(describe("blob", &blob), of_blob);
    sandbox
        .larch(["cat-archive-log", &format!("g/w--tags--v1--{tag}")])
        .stdout(format!(
            "Tag: v1\nTag-Id: {tag}\nObject: {commit} commit\nTagger: Jo <jo@example.org>\n\
             Date: 2023-11-14T23:43:20+01:30\n\nRelease 1\n\nnotes\n"
        ))
        .ok();
    sandbox
        .larch(["cat-archive-log", &format!("g/w--tags--blob--{blob}")])
        .stdout(format!("Object: {blob} blob\n\n"))
        .ok();
}

#[test]
fn a_commit_is_described_and_logged() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.init("srv/w", &[]);
    let git = |arguments: &[&str]| shelf.git("srv/w", arguments);
    for file in ["kept", "changed", "removed"] {
        sandbox.write(format!("srv/w/{file}"), file);
    }
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    let one = git(&["rev-parse", "HEAD"]);
    sandbox.write("srv/w/changed", "more");
    sandbox.write("srv/w/neu/ä b", "");
    sandbox.write("srv/w/tab\tquote\"line\nend", "");
    fs::remove_file(sandbox.path("srv/w/removed")).unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "Zwei: für alle\n\nmit Text\n"]);
    let two = git(&["rev-parse", "HEAD"]);
    let log = format!(
        "Commit: {two}\nParents: {one}\nAuthor: Jo <jo@example.org>\n\
         Author-Date: 2023-11-14T23:43:20+01:30\nCommitter: Jo <jo@example.org>\n\
         Commit-Date: 2023-11-14T23:43:20+01:30\n\nZwei: für alle\n\nmit Text\n\n\
         M\tchanged\nA\tneu/ä b\nD\tremoved\nA\t\"tab\\tquote\\\"line\\nend\"\n"
    );
    sandbox
        .larch(["cat-archive-log", &format!("g/w--heads--main--{two}")])
        .stdout(log)
        .ok();
    sandbox
        .larch(["revisions", "-scD", "g/w--heads--main"])
        .stdout(format!(
            "{one}\n    2023-11-14T23:43:20+01:30\n    Jo <jo@example.org>\n    one\n\
             {two}\n    2023-11-14T23:43:20+01:30\n    Jo <jo@example.org>\n    Zwei: für alle\n"
        ))
        .ok();
    let described = shelf.open().describe(&[
        &revision("w", "heads", b"main", &"1".repeat(40)),
        &revision("w", "heads", b"main", &two),
        &name("w--heads--main--HEAD"),
        &revision("w", "heads", b"main", &one),
    ]);
    let summaries: Vec<Option<String>> = described
        .unwrap()
        .into_iter()
        .map(|each| each.and_then(|each| each.summary))
        .collect();
    let expected = [None, Some("Zwei: für alle"), None, Some("one")];
    assert_eq!(summaries, expected.map(|each| each.map(str::to_owned)));
    for absent in [&"1".repeat(40), "HEAD"] {
        let log = shelf
            .open()
            .log(&name(&format!("w--heads--main--{absent}")));
        assert!(
            matches!(log, Err(ArchiveError::NoSuchSubject(_))),
            "{log:?}"
        );
    }
    let gone = shelf
        .open()
        .describe(&[&revision("gone", "heads", b"main", &two)]);
    assert_eq!(gone.unwrap(), [None]);
}

#[test]
fn a_merge_lists_what_it_brought_to_its_first_parent() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/w", &[]);
    let git = |arguments: &[&str]| shelf.git("srv/w", arguments);
    git(&["checkout", "-q", "-b", "side"]);
    sandbox.write("srv/w/from-side", "");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "side"]);
    git(&["checkout", "-q", "main"]);
    git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    let merge = git(&["rev-parse", "HEAD"]);
    let log = shelf.open().log(&revision("w", "heads", b"main", &merge));
    let log = String::from_utf8(log.unwrap()).unwrap();
    assert!(log.ends_with("\n\nmerge\n\nA\tfrom-side\n"), "{log}");
}

#[test]
fn messages_are_read_in_their_encoding() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    shelf.with_commit("srv/w", &[]);
    let tree = shelf.git("srv/w", &["rev-parse", "main^{tree}"]);
    let person = "1700000000 +0000";
    for (header, message) in [
        ("", &b"f\xc3\xbcr"[..]),
        ("", b"f\xfcr"),
        ("encoding ISO-8859-1\n", b"f\xfcr"),
    ] {
        let mut commit =
            format!("tree {tree}\nauthor J <j> {person}\ncommitter J <j> {person}\n{header}\n")
                .into_bytes();
        commit.extend_from_slice(message);
        let made = shelf.run("srv/w", &["hash-object", "-w", "-t", "commit", "--stdin"]);
        let id = made.stdin(commit).any_stdout().ok().stdout;
        let described = shelf
            .open()
            .describe(&[&revision("w", "heads", b"main", id.trim())])
            .unwrap();
        let described = described[0].clone().unwrap();
        assert_eq!(described.summary.as_deref(), Some("für"), "{header:?}");
        assert_eq!(described.author.as_deref(), Some("J <j>"));
    }
}
