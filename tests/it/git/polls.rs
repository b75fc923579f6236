//! Polls of git repositories: what is new, and to whom.

use std::fs;

use super::server::{Server, told};
use crate::support::{Sandbox, databases, snapshot};

const MAIN: &str = "a--heads--main";
const DEV: &str = "a--heads--dev";

#[test]
fn first_says_what_is_owed_of_what_was_there() {
    for (first, owed) in [("\"all\"", 3), ("2", 2), ("\"none\"", 0)] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        server.settings(&format!("[rules]\nfirst = {first}\n"));
        let repo = server.repo("a");
        let old = repo.push("main", &["1", "2", "3"]);
        assert_eq!(
            server.polled(),
            told("r", MAIN, &old[3 - owed..]),
            "first = {first}"
        );
        assert_eq!(server.polled(), [""; 0]);
        // What comes later is told whole, be it commits, branches or repositories.
        let new = repo.push("main", &["4", "5"]);
        repo.set("refs/heads/dev", &old[0]);
        let dev = repo.push("dev", &["d"]);
        let other = server.repo("b").push("main", &["x", "y"]);
        let mut expected = told("r", MAIN, &new);
        expected.extend(told("r", DEV, &dev));
        expected.extend(told("r", "b--heads--main", &other));
        let mut polled = server.polled();
        polled.sort();
        expected.sort();
        assert_eq!(polled, expected, "first = {first}");
    }
}

#[test]
fn what_is_excluded_is_not_seen_and_what_is_let_in_was_there() {
    for first in ["all", "none"] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        let rules = format!("[rules]\nfirst = \"{first}\"\n[archive.srv]\n");
        server.settings(&format!(
            "{rules}exclude = [\"srv/*--heads--wip\", \"category:srv/secret\"]\n"
        ));
        let repo = server.repo("a");
        let main = repo.push("main", &["1"]);
        let wip = repo.push("wip", &["w"]);
        let secret = server.repo("secret").push("main", &["s"]);
        let expected = if first == "all" {
            told("r", MAIN, &main)
        } else {
            Vec::new()
        };
        assert_eq!(server.polled(), expected);
        let known = server.sandbox.read("n/=rules.versions");
        assert!(
            !known.contains("wip") && !known.contains("secret"),
            "{known}"
        );
        server.settings(&rules);
        let mut expected = told("r", "a--heads--wip", &wip);
        expected.extend(told("r", "secret--heads--main", &secret));
        if first == "none" {
            expected.clear();
        }
        let mut polled = server.polled();
        polled.sort();
        expected.sort();
        assert_eq!(polled, expected, "first = {first}");
        let next = repo.push("wip", &["w2"]);
        assert_eq!(server.polled(), told("r", "a--heads--wip", &next));
        assert_eq!(server.polled(), [""; 0]);
    }
}

#[test]
fn other_namespaces_are_watched_where_they_are_included() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let main = repo.push("main", &["1"]);
    let pull = repo.commits(&["p"], Some(&main[0]));
    repo.set("refs/pull/7/head", &pull[0]);
    repo.git(&["notes", "add", "-m", "note", &main[0]]);
    assert_eq!(server.polled(), told("r", MAIN, &main));
    server.settings("[archive.srv]\ninclude = [\"srv/*--heads--**\", \"srv/*--pull--**\"]\n");
    assert_eq!(server.polled(), told("r", "a--pull--7/head", &pull));
    assert!(!sandbox.read("n/=rules.branches").contains("notes"));
    let more = repo.commits(&["p2"], Some(&pull[0]));
    repo.set("refs/pull/7/head", &more[0]);
    assert_eq!(server.polled(), told("r", "a--pull--7/head", &more));
}

#[test]
fn another_mode_tells_nothing_again() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2", "3"]);
    repo.set("refs/heads/dev", &main[1]);
    let dev = repo.push("dev", &["4"]);
    repo.git(&["tag", "-a", "-m", "x", "v1", &dev[0]]);
    assert_eq!(server.polled().len(), 5);
    let mut tip = main[2].clone();
    for mode in ["every", "tip", "first-parent", "new", "tip", "every", "new"] {
        server.settings(&format!("[archive.srv]\nrevisions = \"{mode}\"\n"));
        assert_eq!(server.polled(), [""; 0], "{mode}");
        let next = repo.push("main", &[mode]);
        assert_eq!(server.polled(), told("r", MAIN, &next), "{mode}");
        assert_ne!(tip, next[0]);
        tip.clone_from(&next[0]);
    }
}

#[test]
fn after_a_change_of_settings_what_did_not_change_is_listed() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[archive.srv]\nexclude = [\"srv/a--heads--dev\"]\n");
    let repo = server.repo("a");
    let ids = repo.push("main", &["1"]);
    let dev = repo.push("dev", &["2"]);
    assert_eq!(server.polled(), told("r", MAIN, &ids));
    sandbox.poll().clock_ahead(10).ok();
    sandbox.poll().clock_ahead(20).ok();
    server.settings("");
    sandbox.poll().clock_ahead(30).ok();
    assert_eq!(server.revisions(), told("r", DEV, &dev));
}

#[test]
fn a_baseline_counts_all_that_is_there_as_told() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    repo.push("main", &["1", "2"]);
    sandbox.poll().arg("--baseline").ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    assert!(sandbox.read("n/=rules.versions").contains(MAIN));
    assert_eq!(server.polled(), [""; 0]);
    let ids = repo.push("main", &["3"]);
    assert_eq!(server.polled(), told("r", MAIN, &ids));
    // Of what is known too.
    repo.push("main", &["4"]);
    repo.push("dev", &["5"]);
    sandbox.poll().arg("--baseline").ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let ids = repo.push("dev", &["6"]);
    assert_eq!(server.polled(), told("r", DEV, &ids));
}

#[test]
fn a_repository_that_cannot_be_read_holds_up_no_other_and_loses_nothing() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    repo.push("main", &["1"]);
    let other = server.repo("b");
    other.push("main", &["1"]);
    server.polled();
    let ids = repo.push("main", &["2"]);
    let config = sandbox.read("srv/a.git/config");
    sandbox.write("srv/a.git/config", "[broken\n");
    let next = other.push("main", &["2"]);
    sandbox.poll().stderr_has("cannot scan srv/a").code(1);
    assert_eq!(server.revisions(), told("r", "b--heads--main", &next));
    sandbox.poll().code(1);
    sandbox.write("srv/a.git/config", config);
    sandbox.poll().any_stderr().ok();
    assert_eq!(server.revisions(), told("r", MAIN, &ids));
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn a_branch_that_points_nowhere_holds_up_no_other() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    repo.push("main", &["1"]);
    let dev = repo.push("dev", &["2"]);
    server.polled();
    let nowhere = format!("{}\n", "1".repeat(40));
    sandbox.write("srv/a.git/refs/heads/dev", nowhere);
    let ids = repo.push("main", &["3"]);
    sandbox
        .poll()
        .stderr_has(format!("cannot scan srv/{DEV}"))
        .code(1);
    assert_eq!(server.revisions(), told("r", MAIN, &ids));
    sandbox.poll().code(1);
    repo.set("refs/heads/main", &ids[0]);
    sandbox.write("srv/a.git/refs/heads/dev", format!("{}\n", dev[0]));
    let next = repo.push("dev", &["4"]);
    sandbox.poll().any_stderr().ok();
    assert_eq!(server.revisions(), told("r", DEV, &next));
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn a_poll_that_dies_anywhere_loses_and_repeats_nothing() {
    for point in ["before-record", "after-record"] {
        for number in 1..=5 {
            let sandbox = Sandbox::new();
            let server = Server::followed(&sandbox);
            let repo = server.repo("a");
            let mut expected = told("r", MAIN, &repo.push("main", &["1", "2"]));
            let crash = format!("{point}:{number}");
            sandbox.poll().env("LARCH_TEST_CRASH", &crash).output();
            expected.extend(told("r", MAIN, &repo.push("main", &["3"])));
            sandbox.poll().env("LARCH_TEST_CRASH", &crash).output();
            sandbox.poll().any_stderr().ok();
            assert_eq!(server.revisions(), expected, "{crash}");
            assert_eq!(server.polled(), [""; 0]);
        }
    }
}

#[test]
fn a_directory_of_repositories_that_moved_is_told_nothing_again() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.repo("a").push("main", &["1"]);
    server.polled();
    let other = sandbox.path("other");
    fs::rename(sandbox.path("srv"), &other).unwrap();
    let location = format!("git:{}", other.display());
    sandbox.write("home/.arch-params/=locations/srv", location);
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
}

#[test]
fn what_comes_into_an_empty_repository_is_told_whatever_first_says() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[rules]\nfirst = \"none\"\n");
    let repo = server.repo("a");
    assert_eq!(server.polled(), [""; 0]);
    let ids = repo.push("main", &["1", "2"]);
    assert_eq!(server.polled(), told("r", MAIN, &ids));
}

#[test]
fn what_is_new_when_the_settings_change_is_not_taken_for_what_they_let_in() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let rules = "[rules]\nfirst = \"none\"\n[archive.srv]\n";
    server.settings(&format!("{rules}exclude = [\"srv/*--heads--wip\"]\n"));
    let repo = server.repo("a");
    let old = repo.push("main", &["1"]);
    repo.push("wip", &["w"]);
    assert_eq!(server.polled(), [""; 0]);
    repo.set("refs/heads/dev", &old[0]);
    let dev = repo.push("dev", &["2"]);
    let other = server.repo("b").push("main", &["x"]);
    server.settings(rules);
    let mut expected = told("r", DEV, &dev);
    expected.extend(told("r", "b--heads--main", &other));
    server.expect(expected);
}

#[test]
fn a_dry_run_changes_nothing_and_tells_what_the_poll_does() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let plan = |expected: &[String]| {
        let before = (snapshot(&sandbox.path("n")), snapshot(&sandbox.path("srv")));
        let state = sandbox.path("n/+state").exists();
        let databases_before = state.then(|| databases(&sandbox.path("n")));
        let printed = sandbox
            .poll()
            .args(["--dry-run", "--json"])
            .any_stdout()
            .ok();
        let plan: serde_json::Value = serde_json::from_str(&printed.stdout).unwrap();
        let actions = plan["actions"].as_array().unwrap();
        let revisions: Vec<String> = actions
            .iter()
            .filter(|action| action["action"] == "record:r")
            .flat_map(|action| action["items"].as_array().unwrap().clone())
            .map(|item| format!("r {}", item.as_str().unwrap()))
            .collect();
        assert_eq!(revisions, expected);
        assert_eq!(sandbox.take_told(), [""; 0]);
        assert!(before == (snapshot(&sandbox.path("n")), snapshot(&sandbox.path("srv"))));
        assert!(databases_before == state.then(|| databases(&sandbox.path("n"))));
    };
    let first = told("r", MAIN, &repo.push("main", &["1", "2"]));
    plan(&first);
    assert_eq!(server.polled(), first);
    plan(&[]);
    let next = told("r", MAIN, &repo.push("main", &["3"]));
    plan(&next);
    assert_eq!(server.polled(), next);
}

#[test]
fn several_repositories_are_told_at_once_and_each_in_order() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[delivery]\njobs = 4\n[archive.srv]\njobs = 4\n");
    let mut expected = Vec::new();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let ids = server.repo(name).push("main", &["1", "2", "3"]);
        expected.push((name, ids));
    }
    let polled = server.polled();
    for (name, ids) in &expected {
        let version = format!("{name}--heads--main");
        let own: Vec<String> = polled
            .iter()
            .filter(|one| one.contains(&version))
            .cloned()
            .collect();
        assert_eq!(own, told("r", &version, ids));
    }
    assert_eq!(polled.len(), 24);
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn a_repository_that_goes_and_returns_is_no_news() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    server.repo("b").push("main", &["b"]);
    repo.push("main", &["1"]);
    server.polled();
    let away = sandbox.path("away");
    for _ in 0..2 {
        fs::rename(server.path("a"), &away).unwrap();
        assert_eq!(server.polled(), [""; 0]);
        assert_eq!(server.polled(), [""; 0]);
        fs::rename(&away, server.path("a")).unwrap();
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
    }
    fs::rename(server.path("a"), &away).unwrap();
    sandbox.poll().ok();
    fs::rename(&away, server.path("a")).unwrap();
    let ids = repo.push("main", &["2"]);
    assert_eq!(server.polled(), told("r", MAIN, &ids));
}

#[test]
fn a_repository_that_takes_the_place_of_another_is_told() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.repo("a").push("main", &["1", "2"]);
    server.polled();
    for round in ["x", "y"] {
        fs::remove_dir_all(server.path("a")).unwrap();
        let other = server.repo("a").push("main", &[round, "z"]);
        assert_eq!(server.polled(), told("r", MAIN, &other));
        assert_eq!(server.polled(), [""; 0]);
    }
}

#[test]
fn a_renamed_repository_is_another_one() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let ids = server.repo("a").push("main", &["1", "2"]);
    server.polled();
    fs::rename(server.path("a"), server.path("b")).unwrap();
    assert_eq!(server.polled(), told("r", "b--heads--main", &ids));
    assert_eq!(server.polled(), [""; 0]);
    fs::rename(server.path("b"), server.path("a")).unwrap();
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn an_idle_poll_opens_nothing_starts_nothing_and_commits_nothing() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    for name in ["a", "b/c"] {
        let repo = server.repo(name);
        let ids = repo.push("main", &["1"]);
        repo.push("dev", &["2"]);
        repo.set("refs/tags/v1", &ids[0]);
    }
    server.repo("packed").push("main", &["1"]);
    server.repo("packed").git(&["pack-refs", "--all"]);
    server.repo("empty");
    let gone = server.repo("gone");
    gone.push("main", &["1"]);
    server.polled();
    fs::remove_dir_all(server.path("gone")).unwrap();
    server.repo("a").delete("refs/heads/dev");
    server.repo("b/c").delete("refs/tags/v1");
    for ahead in [10, 20] {
        sandbox.poll().clock_ahead(ahead).ok();
    }
    let before = databases(&sandbox.path("n"));
    sandbox.poll().clock_ahead(30).ok();
    assert!(before == databases(&sandbox.path("n")));
    let can_trace = std::process::Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output()
        .is_ok_and(|traced| traced.status.success());
    if !can_trace {
        crate::support::say("skipped: strace is not there, or may not trace");
        return;
    }
    let trace = sandbox.path("tmp/trace");
    let calls =
        "trace=fsync,fdatasync,open,openat,openat2,getdents64,execve,clone,clone3,fork,vfork";
    sandbox
        .run("strace", ["-f", "-y", "-e", calls, "-o"])
        .arg(&trace)
        .args([env!("CARGO_BIN_EXE_larch"), "notify", "n"])
        .clock_ahead(40)
        .ok();
    let text = fs::read_to_string(trace).unwrap();
    // The root is held open, and looked at; nothing below it is opened or listed.
    let root = server.path("a").parent().unwrap().display().to_string();
    let opened = text.lines().filter(|line| line.contains(&root));
    let opened: Vec<&str> = opened.collect();
    assert!(opened.len() <= 1, "{opened:#?}");
    let synced: Vec<&str> = text.lines().filter(|line| line.contains("sync(")).collect();
    assert!(synced.is_empty(), "{synced:#?}");
    assert_eq!(text.matches("execve(").count(), 1, "{text}");
}

#[test]
fn a_damaged_ref_is_no_deleted_one() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let first = repo.push("main", &["1"]);
    let dev = repo.push("dev", &["2"]);
    let mut expected = told("r", MAIN, &first);
    expected.extend(told("r", DEV, &dev));
    server.expect(expected);
    // What a power cut leaves.
    repo.write("refs/heads/main", "");
    let next = repo.push("dev", &["3"]);
    sandbox
        .poll()
        .clock_ahead(100)
        .stderr_has("the ref of `srv/a--heads--main` is damaged")
        .code(1);
    assert_eq!(server.revisions(), told("r", DEV, &next));
    repo.write("refs/heads/main", &format!("{}\n", first[0]));
    sandbox
        .poll()
        .clock_ahead(200)
        .stderr_has("over: cannot scan srv/a--heads--main")
        .ok();
    assert_eq!(server.revisions(), [""; 0]);
}
