//! One repository elsewhere, over each transport, against real servers.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::state::full::SmallDisk;
use crate::support::{CountedGit, Repo, Run, Sandbox, Server, Ssh, register, wait_for};

/// Follows one repository at `url`, and asks it at each poll.
fn follow(sandbox: &Sandbox, url: &str) {
    register(sandbox, "a", &format!("git:{url}"));
    sandbox.follow("a");
    sandbox.write("n/=config.toml", "[archive.a]\nevery = \"0s\"\n");
}

/// What was told of revisions since the last call, as `BRANCH--VERSION--ID`.
fn take_revisions(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.take_told().into_iter();
    told.filter_map(|line| Some(line.strip_prefix("revision a/x--")?.to_owned()))
        .collect()
}

fn mirror(sandbox: &Sandbox) -> std::path::PathBuf {
    sandbox.path("n/+state/cache/git/a.git")
}

/// Tells, and then tells what comes.
fn is_followed(sandbox: &Sandbox, repo: &Repo<'_>, url: &str) {
    follow(sandbox, url);
    let first = repo.git(["rev-parse", "HEAD"]);
    sandbox.poll().ok();
    assert_eq!(
        sandbox.take_told(),
        [
            "category a/x".to_owned(),
            "branch a/x--heads".to_owned(),
            "version a/x--heads--main".to_owned(),
            format!("revision a/x--heads--main--{first}"),
        ]
    );
    let (second, third) = (repo.commit("second"), repo.commit("third"));
    repo.git(["tag", "-a", "-m", "it", "v1"]);
    let tag = repo.git(["rev-parse", "v1"]);
    repo.push();
    sandbox.poll().ok();
    let expected = [
        format!("heads--main--{second}"),
        format!("heads--main--{third}"),
        format!("tags--v1--{tag}"),
    ];
    let mut told = take_revisions(sandbox);
    // Different versions are told of side by side.
    told.sort_by_key(|name| name.starts_with("tags"));
    assert_eq!(told, expected);
    sandbox.poll().ok();
    assert_eq!(take_revisions(sandbox), [""; 0]);
}

#[test]
fn a_repository_is_followed_by_file() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let served = sandbox.path("served/x.git");
    is_followed(&sandbox, &repo, &format!("file://{}", served.display()));
}

#[test]
fn a_repository_is_followed_by_http() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    is_followed(&sandbox, &repo, &format!("http://{}/x.git", server.host));
}

#[test]
fn a_repository_is_followed_by_gits_own_protocol() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let server = Server::daemon(&sandbox);
    is_followed(&sandbox, &repo, &format!("git://{}/x.git", server.host));
}

#[test]
fn a_repository_is_followed_by_ssh() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let Some(server) = Ssh::new(&sandbox) else {
        return;
    };
    let command = format!("[core]\nsshCommand = {}\n", server.command);
    sandbox.append("home/.gitconfig", command);
    is_followed(&sandbox, &repo, &server.url("x"));
    // A key that is not let in, and a host that is not known, which a terminal would be asked about.
    sandbox.write("authorized", "");
    sandbox
        .poll()
        .clock_ahead(3600)
        .stderr_has("Permission denied (publickey)")
        .code(1);
    sandbox.write("home/.gitconfig", "");
    sandbox
        .larch(["notify", "n", "--archive", "a"])
        .limit(Duration::from_secs(20))
        .clock_ahead(7200)
        .code(1);
    let asked = sandbox.larch(["status", "n"]).clock_ahead(7200);
    asked.stdout_has("Host key verification failed").ok();
}

/// A repository that is served over HTTP and followed, told of once.
fn followed(sandbox: &Sandbox) -> (Repo<'_>, Server) {
    let repo = Repo::new(sandbox, "x");
    let server = Server::http(sandbox);
    follow(sandbox, &format!("http://{}/x.git", server.host));
    sandbox.poll().ok();
    sandbox.take_told();
    (repo, server)
}

#[test]
fn what_was_there_is_not_told_where_the_settings_say_so() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    sandbox.append("n/=config.toml", "first = \"none\"\n");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let second = repo.commit("second");
    repo.push();
    sandbox.poll().ok();
    assert_eq!(take_revisions(&sandbox), [format!("heads--main--{second}")]);
}

#[test]
fn an_unchanged_repository_costs_one_process() {
    let sandbox = Sandbox::new();
    let (repo, _server) = followed(&sandbox);
    let git = CountedGit::new(&sandbox);
    git.watch(sandbox.poll()).ok();
    assert_eq!((git.count("ls-remote"), git.take("")), (1, 1));
    repo.commit("second");
    repo.push();
    git.watch(sandbox.poll()).ok();
    assert_eq!((git.count("ls-remote"), git.take("fetch")), (1, 1));
}

#[test]
fn branches_that_move_come_and_go_are_followed() {
    let sandbox = Sandbox::new();
    let (repo, _server) = followed(&sandbox);
    let next = || {
        repo.push();
        sandbox.poll().ok();
        take_revisions(&sandbox)
    };
    // A branch cut from another brings nothing of its own.
    repo.git(["branch", "side"]);
    assert_eq!(next(), [""; 0]);
    repo.git(["checkout", "-q", "side"]);
    let on_side = repo.commit("on side");
    assert_eq!(next(), [format!("heads--side--{on_side}")]);
    // A forced push brings what is new alone.
    repo.git(["commit", "-q", "--amend", "--allow-empty", "-m", "better"]);
    let amended = repo.git(["rev-parse", "HEAD"]);
    assert_eq!(next(), [format!("heads--side--{amended}")]);
    // One that goes, and one where it was, which git cannot have at once.
    repo.git(["checkout", "-q", "main"]);
    repo.git(["branch", "-D", "side"]);
    assert_eq!(next(), [""; 0]);
    repo.git(["checkout", "-q", "-b", "side/deep"]);
    let deep = repo.commit("deep");
    assert_eq!(next(), [format!("heads--side/deep--{deep}")]);
    // And back, with what was told.
    repo.git(["branch", "-m", "side/deep", "other"]);
    repo.git(["branch", "side", &amended]);
    assert_eq!(next(), [""; 0]);
}

#[test]
fn a_repository_may_be_empty_missing_and_made_anew() {
    let sandbox = Sandbox::new();
    let server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    sandbox.poll().stderr_has("x.git/' not found").code(1);
    let bare = ["init", "-q", "--bare", "served/x.git"];
    sandbox.run("git", bare).any_stderr().ok();
    sandbox.poll().stderr_has("over: ").ok();
    fs::remove_dir_all(sandbox.path("served/x.git")).unwrap();
    // What is away may come back, and knows then what was told.
    sandbox.poll().stderr_has("x.git/' not found").code(1);
    sandbox.poll().code(1);
    let repo = Repo::new(&sandbox, "x");
    let first = repo.git(["rev-parse", "HEAD"]);
    sandbox.poll().stderr_has("over: ").ok();
    assert_eq!(take_revisions(&sandbox), [format!("heads--main--{first}")]);
    // Another one, of another kind, of the same name.
    fs::remove_dir_all(sandbox.path("served/x.git")).unwrap();
    let bare = [
        "init",
        "-q",
        "--bare",
        "--object-format=sha256",
        "served/x.git",
    ];
    sandbox.run("git", bare).any_stderr().ok();
    sandbox
        .run("git", ["init", "-q", "--object-format=sha256", "work/z"])
        .ok();
    let git = |arguments: &[&str]| {
        sandbox
            .run("git", arguments)
            .cwd(sandbox.path("work/z"))
            .any_stdout()
            .any_stderr()
            .ok()
    };
    git(&["commit", "-q", "--allow-empty", "-m", "longer"]);
    git(&["push", "-q", "../../served/x.git", "HEAD:main"]);
    sandbox.poll().ok();
    let told = take_revisions(&sandbox);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].len(), "heads--main--".len() + 64);
}

#[test]
fn a_password_is_never_asked_for_and_a_helper_gives_it() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    Repo::new(&sandbox, "open");
    let server = Server::http(&sandbox);
    server.behave("refuse=x.git");
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    register(
        &sandbox,
        "b",
        &format!("git:http://{}/open.git", server.host),
    );
    sandbox.append("n/=rules.archives", "b noop: noop: noop: record:open\n");
    let asker = sandbox.program("asker", "#!/bin/sh\n: >\"$HOME/asked\"\necho x\n");
    sandbox.append(
        "home/.gitconfig",
        format!("[core]\naskPass = {}\n", asker.display()),
    );
    let patient = |run: Run| {
        run.env("GIT_ASKPASS", &asker)
            .env("SSH_ASKPASS", &asker)
            .env("DISPLAY", ":0")
    };
    patient(sandbox.poll())
        .stderr_has("credential helper")
        .code(1);
    assert!(!sandbox.path("home/asked").exists());
    // The others on that host are told all the same.
    assert_eq!(
        sandbox
            .take_told()
            .iter()
            .filter(|told| told.starts_with("open b/"))
            .count(),
        1
    );
    sandbox.append(
        "home/.gitconfig",
        "[credential]\nhelper = \"!f() { echo username=jo; echo password=pw; }; f\"\n",
    );
    patient(sandbox.poll()).stderr_has("over: ").ok();
    assert_eq!(take_revisions(&sandbox).len(), 1);
}

#[test]
fn the_password_of_a_url_is_shown_to_nobody() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://jo:s3cret@{}/x.git", server.host));
    sandbox.poll().ok();
    assert_eq!(take_revisions(&sandbox).len(), 1);
    for behaviour in ["broken", "hang"] {
        server.behave(behaviour);
        sandbox.write(
            "n/=config.toml",
            "[archive.a]\nevery = \"0s\"\ntimeout = \"1s\"\n",
        );
        let ended = sandbox.poll().clock_ahead(7200).any_stderr().code(1);
        assert!(!ended.stderr.contains("s3cret"), "{}", ended.stderr);
        let ended = sandbox
            .larch(["status", "n"])
            .any_stdout()
            .any_stderr()
            .output();
        assert!(!ended.stdout.contains("s3cret"), "{}", ended.stdout);
    }
}

#[test]
fn one_repository_that_takes_too_long_says_nothing_of_its_host() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    Repo::new(&sandbox, "y");
    let server = Server::http(&sandbox);
    server.behave("stall=x.git");
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    sandbox.append("n/=config.toml", "timeout = \"3s\"\n");
    register(&sandbox, "b", &format!("git:http://{}/y.git", server.host));
    sandbox.append("n/=rules.archives", "b noop: noop: noop: record:y\n");
    sandbox
        .poll()
        .stderr_has("git fetch failed for")
        .stderr_has("did not end within 3s")
        .code(1);
    let told = sandbox.take_told();
    assert!(
        told.iter()
            .any(|told| told.starts_with("y b/y--heads--main--")),
        "{told:?}"
    );
    server.behave("");
    sandbox.poll().stderr_has("over: ").ok();
    assert_eq!(take_revisions(&sandbox).len(), 1);
}

#[test]
fn a_kill_amid_a_fetch_leaves_nothing_that_hurts() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    let mut expected = vec![format!("heads--main--{}", repo.git(["rev-parse", "HEAD"]))];
    // The first time there is no copy yet, and then there is one.
    for _ in 0..2 {
        server.behave("stall=x.git");
        let stalled = server.stalled();
        let mut poll = sandbox.poll().spawn();
        wait_for("the fetch", || server.stalled() > stalled);
        poll.kill();
        poll.wait();
        server.behave("");
        sandbox.poll().ok();
        assert_eq!(take_revisions(&sandbox), expected);
        let kept = fs::read_dir(sandbox.path("n/+state/cache/git")).unwrap();
        let mut kept: Vec<_> = kept.map(|entry| entry.unwrap().file_name()).collect();
        kept.sort();
        assert_eq!(kept, ["a.git", "a.lock"]);
        expected = vec![format!("heads--main--{}", repo.commit("more"))];
        repo.push();
    }
}

#[test]
fn a_copy_that_is_lost_or_damaged_is_made_anew_and_tells_nothing_twice() {
    let damages: [fn(&Path); 5] = [
        |mirror| fs::remove_dir_all(mirror).unwrap(),
        |mirror| fs::remove_dir_all(mirror.join("objects")).unwrap(),
        |mirror| {
            for entry in fs::read_dir(mirror.join("objects/pack")).unwrap() {
                let path = entry.unwrap().path();
                fs::File::create(path).unwrap();
            }
        },
        |mirror| drop(fs::File::create(mirror.join("packed-refs.lock")).unwrap()),
        |mirror| drop(fs::File::create(mirror.join("refs/heads/main.lock")).unwrap()),
    ];
    for damage in damages {
        let sandbox = Sandbox::new();
        let (repo, _server) = followed(&sandbox);
        damage(&mirror(&sandbox));
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told(), [""; 0]);
        let second = repo.commit("second");
        repo.push();
        sandbox.poll().ok();
        assert_eq!(take_revisions(&sandbox), [format!("heads--main--{second}")]);
    }
}

#[test]
fn a_full_disk_under_the_copies_costs_nothing_but_time() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let Some(disk) = SmallDisk::new(sandbox.path("n/+state/cache"), "1m") else {
        return;
    };
    let server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    sandbox.poll().ok();
    sandbox.take_told();
    disk.fill(0);
    let second = repo.commit("second");
    repo.push();
    sandbox.poll().any_stderr().code(1);
    disk.make_room();
    sandbox.poll().stderr_has("over: ").ok();
    assert_eq!(take_revisions(&sandbox), [format!("heads--main--{second}")]);
}

#[test]
fn an_action_hears_of_a_commit_while_the_host_is_down() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let mut server = Server::http(&sandbox);
    follow(&sandbox, &format!("http://{}/x.git", server.host));
    sandbox.behave("[ \"$LARCH_THUNK\" != revision ] || exit 1");
    sandbox.poll().any_stderr().code(1);
    sandbox.take_told();
    server.stop();
    sandbox.behave("cat >>\"$sandbox/tmp/stdin\"");
    sandbox.poll().clock_ahead(7200).any_stderr().code(1);
    assert_eq!(take_revisions(&sandbox).len(), 1);
    let heard = sandbox.read("tmp/stdin");
    assert!(heard.contains("\"summary\":\"first\""), "{heard}");
    assert!(heard.contains(&repo.git(["rev-parse", "HEAD"])), "{heard}");
}

#[test]
fn what_is_asked_for_by_hand_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let repo = Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    let git = CountedGit::new(&sandbox);
    register(&sandbox, "a", &format!("git:http://{}/x.git", server.host));
    let id = repo.git(["rev-parse", "HEAD"]);
    let before = fs::read_dir(sandbox.path("tmp")).unwrap().count();
    let larch = |arguments: [&str; 2]| git.watch(sandbox.larch(arguments));
    larch(["categories", "a"]).stdout("x\n").ok();
    larch(["branches", "a/x"]).stdout("x--heads\n").ok();
    larch(["versions", "a/x--heads"])
        .stdout("x--heads--main\n")
        .ok();
    assert_eq!((git.count("ls-remote"), git.take("fetch")), (2, 0));
    larch(["revisions", "a/x--heads--main"])
        .stdout(format!("{id}\n"))
        .ok();
    let revision = format!("a/x--heads--main--{id}");
    larch(["cat-archive-log", &revision])
        .stdout_has("first")
        .ok();
    git.take("");
    assert_eq!(fs::read_dir(sandbox.path("tmp")).unwrap().count(), before);
}

#[test]
fn pushes_race_polls_and_nothing_is_lost_or_told_twice() {
    let sandbox = Sandbox::new();
    let (repo, _server) = followed(&sandbox);
    let mut expected = Vec::new();
    for round in 0..6 {
        let mut poll = sandbox.poll().spawn();
        while !poll.has_ended() {
            // The branch comes and goes, so that what a poll sees may be what the last one saw.
            repo.git(["checkout", "-q", "-B", "racing", "main"]);
            expected.push(format!(
                "heads--racing--{}",
                repo.commit(&format!("{round}"))
            ));
            repo.push();
            repo.git(["checkout", "-q", "main"]);
            if expected.len().is_multiple_of(2) {
                repo.git(["branch", "-D", "racing"]);
                repo.push();
            }
        }
        assert_eq!(poll.wait().stderr, "");
    }
    repo.git(["checkout", "-q", "-B", "racing", "main"]);
    let last = format!("heads--racing--{}", repo.commit("last"));
    repo.push();
    sandbox.poll().ok();
    let told = take_revisions(&sandbox);
    assert!(told.contains(&last), "{told:?}");
    let mut once = told.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), told.len(), "{told:?}");
    assert!(
        told.iter()
            .all(|name| *name == last || expected.contains(name))
    );
}

#[test]
fn a_url_starts_no_program_and_is_no_option() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.gitconfig", "[protocol]\nallow = always\n");
    let touch = format!("touch {}", sandbox.path("pwned").display());
    for url in [
        format!("ext::sh -c {}", touch.replace(' ', "% ")),
        format!("--upload-pack={touch}"),
        format!("-oProxyCommand={touch}:x"),
        format!("ssh://-oProxyCommand={touch}/x"),
        format!("x:--upload-pack={touch}"),
    ] {
        follow(&sandbox, &url);
        sandbox.poll().clock_ahead(7200).any_stderr().code(1);
        assert!(!sandbox.path("pwned").exists(), "{url}");
    }
}
