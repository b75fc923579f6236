//! Archives elsewhere: few at once on a host, and what a host that fails holds up, which is nothing.

use std::fmt::Write as _;

use crate::support::{
    Arch, CountedGit, Layout, Repo, Run, Sandbox, Server, free_port, register, wait_for,
};

const LINE: &str = "record:category record:branch record:version record:revision";

/// Registers archives `PREFIX0`, … of one repository on a host, and follows them beside all others.
fn follow_many(sandbox: &Sandbox, prefix: &str, host: &str, count: usize) {
    let mut rules = sandbox.read("n/=rules.archives");
    for number in 0..count {
        let name = format!("{prefix}{number}");
        let location = format!("git:http://{host}/x.git");
        register(sandbox, &name, &location);
        writeln!(rules, "{name} {LINE}").unwrap();
    }
    sandbox.write("n/=rules.archives", rules);
}

/// How many archives were told of with this prefix.
fn told(sandbox: &Sandbox, prefix: &str) -> usize {
    let record = sandbox.record();
    let archives = record.iter().filter(|told| told.level == "category");
    archives
        .filter(|told| told.subject.starts_with(prefix))
        .count()
}

fn at(sandbox: &Sandbox, seconds: i64) -> Run {
    sandbox.poll().clock_ahead(seconds)
}

#[test]
fn a_dead_host_is_one_problem_however_many_archives_it_has() {
    let sandbox = Sandbox::new();
    let git = CountedGit::new(&sandbox);
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    let host = format!("127.0.0.1:{}", free_port());
    follow_many(&sandbox, "dead", &host, 40);
    let ended = git.watch(sandbox.poll()).any_stderr().code(1);
    assert_eq!(
        ended.stderr.matches("error: ").count(),
        1,
        "{}",
        ended.stderr
    );
    let title = format!("cannot read from {host}: ");
    assert!(ended.stderr.contains(&title), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("40 archives on it: dead0, dead1, dead10 and 37 more")
            || ended
                .stderr
                .contains("40 archives on it: dead0, dead1, dead2 and 37 more"),
        "{}",
        ended.stderr
    );
    // Four were at it when the first found out.
    assert!((1..=4).contains(&git.take("ls-remote")));
    // What is here is told all the same.
    let revision = format!("revision {}", arch.qualified("c--b--1--base-0"));
    assert!(sandbox.take_told().contains(&revision));
}

#[test]
fn a_host_that_fails_is_tried_ever_more_seldom_until_it_answers() {
    let sandbox = Sandbox::new();
    let git = CountedGit::new(&sandbox);
    Repo::new(&sandbox, "x");
    let mut server = Server::http(&sandbox);
    follow_many(&sandbox, "a", &server.host, 8);
    server.behave("broken");
    sandbox.poll().stderr_has("503").code(1);
    // One archive tries, when a minute has passed, and then when as much time has passed again.
    let tries = [
        (30, 0),
        (59, 0),
        (62, 1),
        (100, 0),
        (126, 1),
        (250, 0),
        (256, 1),
        (500, 0),
        (520, 1),
    ];
    for (seconds, expected) in tries {
        git.watch(at(&sandbox, seconds)).code(1);
        assert_eq!(git.take("ls-remote"), expected, "{seconds}");
    }
    // It lasts for days, and is tried every hour.
    git.watch(at(&sandbox, 100_000))
        .stderr_has("(since ")
        .code(1);
    git.take("ls-remote");
    git.watch(at(&sandbox, 103_500)).code(1);
    assert_eq!(git.take("ls-remote"), 0);
    server.behave("");
    let over = format!("over: cannot read from {}: ", server.host);
    at(&sandbox, 103_700).stderr_has(over).ok();
    at(&sandbox, 103_800).ok();
    assert_eq!(told(&sandbox, "a"), 8);
    server.stop();
}

#[test]
fn who_names_an_archive_tries_its_host_at_once() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    follow_many(&sandbox, "a", &server.host, 2);
    server.behave("broken");
    let ended = sandbox.poll().any_stderr().code(1);
    server.behave("");
    sandbox.poll().code(1);
    let words: Vec<&str> = ended.stderr.split_whitespace().collect();
    let archive = words[words.iter().position(|word| *word == "--archive").unwrap() + 1];
    sandbox
        .larch(["notify", "n", "--archive", archive])
        .stderr_has("over: ")
        .ok();
    sandbox.poll().ok();
}

#[test]
fn a_host_that_hangs_holds_up_nobody_else() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let (hanging, sound) = (Server::http(&sandbox), Server::http(&sandbox));
    hanging.behave("hang");
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.follow(&arch.name);
    follow_many(&sandbox, "hanging", &hanging.host, 40);
    follow_many(&sandbox, "sound", &sound.host, 10);
    let mut settings = String::new();
    for number in 0..40 {
        writeln!(settings, "[archive.hanging{number}]\ntimeout = \"6s\"").unwrap();
    }
    sandbox.write("n/=config.toml", settings);
    let mut poll = sandbox
        .poll()
        .stderr_has("did not answer within 6s")
        .spawn();
    wait_for("the others", || {
        told(&sandbox, "sound") == 10 && told(&sandbox, &arch.name) == 1
    });
    assert!(!poll.has_ended(), "they waited");
    let ended = poll.wait();
    assert_eq!(ended.code(), Some(1), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.matches("error: ").count(),
        1,
        "{}",
        ended.stderr
    );
    let asked = hanging.stalled();
    assert!(asked <= 4, "{asked}");
}

#[test]
fn a_host_is_asked_by_four_at_once() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    server.behave("delay=150");
    follow_many(&sandbox, "a", &server.host, 12);
    sandbox.poll().ok();
    let most = server.requests().iter().map(|(_, running)| *running).max();
    assert_eq!(most, Some(4));
    assert_eq!(told(&sandbox, "a"), 12);
}

#[test]
fn what_is_elsewhere_is_scanned_every_five_minutes_unless_said_otherwise() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    follow_many(&sandbox, "a", &server.host, 1);
    sandbox.poll().ok();
    let asked = || server.requests().len();
    let before = asked();
    at(&sandbox, 290).ok();
    assert_eq!(asked(), before);
    at(&sandbox, 302).ok();
    assert!(asked() > before);
    let before = asked();
    sandbox.write("n/=config.toml", "[archive.a0]\nevery = \"0s\"\n");
    at(&sandbox, 303).ok();
    assert!(asked() > before);
}

#[test]
fn what_the_settings_put_off_is_not_mended_by_that() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    let location = format!("git:http://{}/y.git", server.host);
    register(&sandbox, "a", &location);
    sandbox.follow("a");
    sandbox.poll().stderr_has("y.git/' not found").code(1);
    at(&sandbox, 100).code(1);
    at(&sandbox, 302).code(1);
    Repo::new(&sandbox, "y");
    at(&sandbox, 400).code(1);
    at(&sandbox, 604).stderr_has("over: ").ok();
}

#[test]
fn a_dry_run_tells_of_hosts_as_a_poll_does_and_keeps_nothing() {
    let sandbox = Sandbox::new();
    Repo::new(&sandbox, "x");
    let server = Server::http(&sandbox);
    let dead = format!("127.0.0.1:{}", free_port());
    follow_many(&sandbox, "sound", &server.host, 2);
    follow_many(&sandbox, "dead", &dead, 9);
    let ended = sandbox
        .larch(["notify", "n", "--dry-run"])
        .stdout_has("sound0/x--heads--main")
        .any_stderr()
        .output();
    let all = ended.stdout + &ended.stderr;
    assert_eq!(all.matches("cannot read from").count(), 1, "{all}");
    assert!(!sandbox.path("n/+state").exists());
}
