//! Limits and digests: how many mails one address gets, and when.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::mail::{sendmail, take_mail};
use crate::support::{Repo, Run, Sandbox, register};

const HOUR: i64 = 3600;

/// Adds commits to `main` of a served repository, called `NUMBER of COUNT`.
fn commit_many(sandbox: &Sandbox, repo: &str, count: usize) {
    let mut stream = String::new();
    for number in 1..=count {
        let message = format!("{number} of {count}");
        let from = if number == 1 {
            "from refs/heads/main^0\n"
        } else {
            ""
        };
        write!(
            stream,
            "commit refs/heads/main\ncommitter Jo <jo@example.org> {} +0000\ndata {}\n{message}\n{from}",
            1_700_000_000 + number,
            message.len()
        )
        .unwrap();
    }
    let served = sandbox.path("served").join(format!("{repo}.git"));
    let import = sandbox.run("git", ["fast-import", "--quiet"]);
    import.cwd(served).stdin(stream).ok();
}

/// Follows archives of a repository each, with this action for revisions.
fn follow<'s, const N: usize>(
    sandbox: &'s Sandbox,
    names: [&str; N],
    action: &str,
    settings: &str,
) -> [Repo<'s>; N] {
    sendmail(sandbox);
    sandbox.write("n/=config.toml", settings);
    sandbox.write("n/=rules.archives", "");
    names.map(|name| {
        let repo = Repo::new(sandbox, name);
        let location = sandbox.path("served").join(format!("{name}.git"));
        register(sandbox, name, &format!("git:{}", location.display()));
        sandbox.append(
            "n/=rules.archives",
            format!("{name} noop: noop: noop: {action}\n"),
        );
        repo
    })
}

/// Each message since the last call, as `TO: SUBJECT`, sorted.
#[track_caller]
fn take_subjects(sandbox: &Sandbox) -> Vec<String> {
    let mail = take_mail(sandbox);
    let header =
        |message: &Value, name: &str| message["headers"][name].as_str().unwrap().to_owned();
    let subject =
        |message: &Value| format!("{}: {}", header(message, "to"), header(message, "subject"));
    let mut subjects: Vec<String> = mail.iter().map(subject).collect();
    subjects.sort();
    subjects
}

fn at(sandbox: &Sandbox, seconds: i64) -> Run {
    sandbox.poll().clock_ahead(seconds)
}

#[test]
fn a_flood_is_as_many_mails_as_the_settings_say_and_one_summary() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\nmax_per_poll = 100\ndiff_limit = 0\n";
    let _repos = follow(
        &sandbox,
        ["a"],
        "mail-each-revision:jo@example.org",
        settings,
    );
    sandbox.poll().ok();
    assert_eq!(take_mail(&sandbox).len(), 1);
    commit_many(&sandbox, "a", 3000);
    sandbox.poll().ok();
    let mail = take_mail(&sandbox);
    assert_eq!(mail.len(), 101);
    let text = |message: &Value, name: &str| message["headers"][name].as_str().unwrap().to_owned();
    let subjects: BTreeSet<String> = mail
        .iter()
        .map(|message| text(message, "subject"))
        .collect();
    assert_eq!(subjects.len(), 101);
    assert!(subjects.contains("[a/main] 100 of 3000"), "{subjects:?}");
    let is_summary =
        |message: &&Value| text(message, "subject") == "[a/main] 2900 commits in short";
    let summary = mail.iter().find(is_summary).unwrap();
    let body = summary["body"].as_str().unwrap();
    assert!(body.contains("101 of 3000\n"), "{body}");
    // The log knows all, and each item once.
    let log = sandbox
        .larch(["log", "n", "--json"])
        .any_stdout()
        .ok()
        .stdout;
    let delivery = log
        .lines()
        .find(|line| line.contains("\"item_count\":3000,"))
        .unwrap();
    let delivery: Value = serde_json::from_str(delivery).unwrap();
    let parts = delivery["parts"].as_array().unwrap();
    let told: Vec<u64> = parts
        .iter()
        .inspect(|part| assert_eq!(part["state"], "done"))
        .flat_map(|part| {
            let first = part["first_item"].as_u64().unwrap();
            first..first + part["item_count"].as_u64().unwrap()
        })
        .collect();
    assert_eq!(told, (0..3000).collect::<Vec<u64>>());
    // The next poll counts anew.
    commit_many(&sandbox, "a", 2);
    sandbox.poll().ok();
    assert_eq!(take_subjects(&sandbox).len(), 2);
}

#[test]
fn all_actions_and_archives_count_together_against_the_limit() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\nmax_per_poll = 2\n[delivery]\njobs = 1\n";
    let action = "mail-new-revisions:jo@example.org";
    let _repos = follow(&sandbox, ["a", "b", "c", "d"], action, settings);
    sandbox.poll().ok();
    let subjects = take_subjects(&sandbox);
    let summaries = subjects
        .iter()
        .filter(|subject| subject.ends_with("in short"));
    let summaries = summaries.count();
    assert_eq!(subjects.len() - summaries, 2, "{subjects:?}");
    // Those that are due at once are one; archives are scanned beside each other.
    assert!((1..=2).contains(&summaries), "{subjects:?}");
}

#[test]
fn digests_of_several_archives_are_one_mail_at_the_boundary() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\ndigest = \"1h\"\n";
    let action = "mail-new-revisions:al@example.org,jo@example.org";
    let repos = follow(&sandbox, ["a", "b"], action, settings);
    sandbox.poll().ok();
    commit_many(&sandbox, "a", 3);
    sandbox.poll().ok();
    assert_eq!(take_subjects(&sandbox), [""; 0]);
    at(&sandbox, HOUR).ok();
    let both = [
        "al@example.org: [larch] digest: 5 commits",
        "jo@example.org: [larch] digest: 5 commits",
    ];
    assert_eq!(take_subjects(&sandbox), both);
    at(&sandbox, HOUR).ok();
    at(&sandbox, 2 * HOUR).ok();
    assert_eq!(take_subjects(&sandbox), [""; 0]);
    repos[0].commit("later");
    repos[0].git(["push", "-q", "-f", "origin", "main"]);
    at(&sandbox, 2 * HOUR).ok();
    at(&sandbox, 3 * HOUR).ok();
    assert_eq!(take_mail(&sandbox).len(), 2);
}

#[test]
fn a_digest_says_when_it_comes_and_comes_at_once_when_asked_for() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\ndigest = \"1h\"\n";
    let action = "mail-new-revisions:al@example.org,jo@example.org";
    let _repos = follow(&sandbox, ["a", "b"], action, settings);
    sandbox.poll().ok();
    let log = sandbox.larch(["log", "n", "--state", "owed"]);
    let log = log.stdout_has("it is told in a digest after ").ok().stdout;
    let id = log.split("  ").nth(1).unwrap();
    sandbox.larch(["retry", "n", id]).any_stdout().ok();
    sandbox.poll().ok();
    assert!(!take_mail(&sandbox).is_empty());
    sandbox.larch(["retry", "n", id]).any_stderr().code(1);
}

#[test]
fn a_digest_that_is_refused_for_good_is_dead_with_all_its_parts() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\ndigest = \"1h\"\n";
    let action = "mail-new-revisions:al@example.org,jo@example.org";
    let _repos = follow(&sandbox, ["a", "b"], action, settings);
    sandbox.poll().ok();
    sandbox.write("home/sendmail-then", "case $3 in jo@*) exit 100;; esac");
    at(&sandbox, HOUR).any_stderr().code(1);
    assert_eq!(take_mail(&sandbox).len(), 2);
    at(&sandbox, 48 * HOUR).any_stderr().ok();
    assert_eq!(take_mail(&sandbox).len(), 0);
    let log = sandbox
        .larch(["log", "n", "--json"])
        .any_stdout()
        .ok()
        .stdout;
    let deliveries = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut ends: Vec<String> = deliveries
        .flat_map(|delivery| delivery["parts"].as_array().unwrap().clone())
        .filter(|part| part["style"] == "digest")
        .map(|part| format!("{} {}", part["recipient"], part["state"]).replace('"', ""))
        .collect();
    ends.sort();
    let (done, dead) = ("al@example.org done", "jo@example.org dead");
    assert_eq!(ends, [done, done, dead, dead]);
}

#[test]
fn readers_of_files_get_the_commits_that_change_them_in_one_mail() {
    let sandbox = Sandbox::new();
    let [repo] = follow(&sandbox, ["a"], "mail-subscribers:", "");
    sandbox.write(
        "n/=subscribers",
        "all@example.org a\n\
         doc@example.org a path:doc path:**/README each\n\
         src@example.org ** path:src/**\n\
         none@example.org path:nowhere/**\n",
    );
    sandbox.poll().ok();
    take_mail(&sandbox);
    for (path, message) in [
        ("src/a.rs", "one"),
        ("doc/a.md", "two"),
        ("src/deep/b.rs", "three"),
        ("src/README", "four"),
        ("x", "five"),
    ] {
        sandbox.write(format!("work/a/{path}"), message);
        repo.git(["add", path]);
        repo.commit(message);
    }
    repo.push();
    sandbox.poll().ok();
    assert_eq!(
        take_subjects(&sandbox),
        [
            "all@example.org: [a/main] 5 new commits: one",
            "doc@example.org: [a/main] four",
            "doc@example.org: [a/main] two",
            "src@example.org: [a/main] digest: 3 commits",
        ]
    );
    let commit = repo.git(["rev-parse", "HEAD~2"]);
    let name = format!("a/a--heads--main--{commit}");
    sandbox
        .larch(["subscribers", "n", &name])
        .stdout_has("no       no file that it changed matches")
        .stdout_has("batch    a file that it changed matches")
        .ok();
    sandbox.poll().ok();
    assert_eq!(take_subjects(&sandbox), [""; 0]);
}
