//! Repositories that lose what no ref reaches any more, also while a poll reads them.

use super::repo::Repo;
use super::server::{Server, told};
use crate::support::{Run, Sandbox};

/// A git before the real one: when it is to run `command` for the first time, it does what `script`
/// says first, in which `$git` is the real one.
fn meddle(sandbox: &Sandbox, command: &str, script: &str) -> String {
    let path = std::env::var("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|directory| directory.join("git"));
    let real = real.into_iter().find(|program| program.exists()).unwrap();
    std::fs::create_dir_all(sandbox.path("bin/meddling")).unwrap();
    let program = sandbox.program(
        "meddling/git",
        &format!(
            "#!/bin/sh\ngit='{}'\ncase \" $* \" in *' {command} '*)\n\
             mkdir '{}' 2>/dev/null && {{ {script} ; }} >/dev/null ;; esac\nexec \"$git\" \"$@\"\n",
            real.display(),
            sandbox.path("tmp/meddled").display(),
        ),
    );
    format!("{}:{path}", program.parent().unwrap().display())
}

/// A poll of which `script` makes use.
fn meddled(sandbox: &Sandbox, command: &str, script: &str) -> Run {
    let path = meddle(sandbox, command, script);
    sandbox.poll().env("PATH", path)
}

/// Moves `main` to `id`, and removes what it left.
fn move_and_collect(repo: &Repo, id: &str) -> String {
    let git = format!("\"$git\" -C '{}'", repo.path.display());
    format!("{git} update-ref refs/heads/main {id}; {git} repack -adq; {git} prune --expire=now")
}

#[test]
fn a_tag_of_a_told_commit_is_told_after_told_tips_were_lost() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2"]);
    assert_eq!(server.polled(), told("r", "a--heads--main", &main));
    let other = repo.commit("3", &[&main[0]]);
    repo.set("refs/heads/main", &other);
    repo.set("refs/tags/t", &main[0]);
    repo.collect();
    let mut expected = told("r", "a--heads--main", &[other]);
    expected.extend(told("r", "a--tags--t", &main[..1]));
    server.expect(expected);
}

#[test]
fn each_branch_tells_for_itself_after_told_tips_were_lost() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[archive.srv]\nrevisions = \"every\"\n");
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2"]);
    assert_eq!(server.polled(), told("r", "a--heads--main", &main));
    let other = repo.commit("3", &[&main[0]]);
    repo.set("refs/heads/main", &other);
    repo.set("refs/heads/dev", &main[0]);
    repo.collect();
    let mut expected = told("r", "a--heads--main", &[other]);
    expected.extend(told("r", "a--heads--dev", &main[..1]));
    server.expect(expected);
}

/// Whatever a poll has just read when a branch is rewritten and its commits are collected.
#[test]
fn what_is_collected_while_it_is_read_is_no_error() {
    for command in ["cat-file", "rev-list"] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        let repo = server.repo("a");
        let main = repo.push("main", &["1", "2"]);
        assert_eq!(server.polled(), told("r", "a--heads--main", &main));
        let passing = repo.push("main", &["passing"]);
        let kept = repo.commit("3", &[&main[1]]);
        repo.set("refs/heads/kept", &kept);
        let script = move_and_collect(&repo, &kept);
        meddled(&sandbox, command, &script).ok();
        let expected = [kept];
        assert_eq!(
            server.revisions(),
            told("r", "a--heads--main", &expected),
            "{command}"
        );
        assert_eq!(server.polled(), [""; 0]);
        assert!(
            repo.git(&["for-each-ref", "--contains", &expected[0]])
                .contains("main")
        );
        assert_ne!(passing, expected);
    }
}

/// The poll asks for what the told tip, which no ref names any more, does not reach.
#[test]
fn a_told_tip_that_is_collected_while_it_is_read_is_no_error() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2"]);
    assert_eq!(server.polled(), told("r", "a--heads--main", &main));
    let other = repo.commit("3", &[&main[0]]);
    repo.set("refs/heads/main", &other);
    let script = move_and_collect(&repo, &other);
    meddled(&sandbox, "rev-list", &script).ok();
    assert_eq!(server.revisions(), told("r", "a--heads--main", &[other]));
}

#[test]
fn a_ref_that_stays_broken_is_an_error_still() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    repo.push("main", &["1"]);
    server.polled();
    let nowhere = "1234567890123456789012345678901234567890\n";
    sandbox.write("srv/a.git/refs/heads/main", nowhere);
    sandbox.poll().stderr_has("the object 1234567").code(1);
}

#[test]
fn a_repository_that_is_removed_while_it_is_read_is_no_error() {
    for command in ["for-each-ref", "cat-file", "rev-list"] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        let repo = server.repo("a");
        let remove = format!("rm -rf '{}'", repo.path.display());
        let main = repo.push("main", &["1"]);
        assert_eq!(server.polled(), told("r", "a--heads--main", &main));
        repo.push("main", &["2"]);
        meddled(&sandbox, command, &remove).ok();
        assert!(!repo.path.exists(), "{command}");
        assert_eq!(server.polled(), [""; 0]);
        // It returns, and is met with its memory.
        let repo = server.repo("a");
        let again = repo.push("main", &["1", "3"]);
        assert_eq!(
            server.polled(),
            told("r", "a--heads--main", &again[1..]),
            "{command}"
        );
    }
}

/// A poll that meets it finds it in its directory, and then no more.
#[test]
fn a_repository_that_is_removed_as_soon_as_it_is_seen_is_no_error() {
    for command in ["for-each-ref", "cat-file", "rev-list"] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        let repo = server.repo("a");
        repo.push("main", &["1"]);
        let remove = format!("rm -rf '{}'", repo.path.display());
        meddled(&sandbox, command, &remove).ok();
        assert!(!repo.path.exists(), "{command}");
        assert_eq!(server.polled(), [""; 0]);
        let main = server.repo("a").push("main", &["1", "2"]);
        assert_eq!(
            server.polled(),
            told("r", "a--heads--main", &main),
            "{command}"
        );
    }
}

#[test]
fn a_repository_that_is_removed_before_its_commits_are_described_is_told_by_names() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    sandbox.behave("cat >>\"$sandbox/told\"");
    let repo = server.repo("a");
    let main = repo.push("main", &["1"]);
    let remove = format!("rm -rf '{}'", repo.path.display());
    meddled(&sandbox, "--batch", &remove).ok();
    assert!(!repo.path.exists());
    assert_eq!(server.revisions(), told("r", "a--heads--main", &main));
    let known = sandbox.read("told");
    assert!(known.contains("\"gone\":true"), "{known}");
    assert_eq!(server.polled(), [""; 0]);
}
