//! The operator's commands over git repositories.

use serde_json::Value;

use super::repo::Repo;
use super::server::{Server, told};
use crate::support::Sandbox;

const MAIN: &str = "a--heads--main";
const DEV: &str = "a--heads--dev";

/// The objects that a command prints.
#[track_caller]
fn objects(server: &Server<'_>, verb: &str, arguments: &[&str]) -> Vec<Value> {
    let run = server.larch(verb, arguments).arg("--json");
    let printed = run.any_stdout().ok().stdout;
    let objects = printed.lines().map(serde_json::from_str);
    objects.collect::<Result<_, _>>().expect(&printed)
}

/// A repository whose two branches are followed by one line; `dev` has a commit of its own, and one
/// that `main` has too.
fn branched(sandbox: &Sandbox) -> (Server<'_>, Repo, Vec<String>, Vec<String>) {
    let server = Server::followed(sandbox);
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2", "3"]);
    repo.set("refs/heads/dev", &main[0]);
    let dev = repo.push("dev", &["d"]);
    assert_eq!(server.polled().len(), 4);
    (server, repo, main, dev)
}

#[test]
fn a_revision_is_explained_by_the_journal() {
    let sandbox = Sandbox::new();
    let (server, _, main, dev) = branched(&sandbox);
    let name = format!("srv/{MAIN}--{}", main[1]);
    let explained = objects(&server, "explain", &[&name]).remove(0);
    let item = &explained["item"];
    assert_eq!(item["detection"], "detected", "{item}");
    assert!(item["detected_at"].is_string());
    assert_eq!(item["told"][0]["deliveries"][0]["outlook"], "done");
    assert_eq!(item["told"].as_array().unwrap().len(), 1);
    let log = objects(&server, "log", &["--subject", &name]);
    assert_eq!(log.len(), 1, "{log:?}");
    // Its first commit was told by the other branch.
    let name = format!("srv/{DEV}--{}", main[0]);
    server
        .larch("explain", &[&name])
        .stdout_has(format!(", as srv/{MAIN}--{}.\n", main[0]))
        .stdout_has(format!("of 3 items for srv/{MAIN}, made"))
        .ok();
    assert_eq!(objects(&server, "log", &["--subject", &name]).len(), 1);
    // So is what a ref that nothing watches has.
    let other = format!("srv/a--tags--v1--{}", main[0]);
    server
        .larch("explain", &[&other])
        .stdout_has(format!(", as srv/{MAIN}--{}.\n", main[0]))
        .ok();
    let own = format!("srv/{DEV}--{}", dev[0]);
    assert_eq!(
        objects(&server, "explain", &[&own])[0]["item"]["detection"],
        "detected"
    );
    let never = format!("srv/{MAIN}--{}", "0".repeat(40));
    assert_eq!(
        objects(&server, "explain", &[&never])[0]["item"]["detection"],
        "not-there"
    );
    server
        .larch("log", &["--subject", &never])
        .stderr_has("nothing is known of the revision")
        .code(1);
    server
        .larch("explain", &[&format!("srv/{MAIN}")])
        .stdout_has("revisions in deliveries: 3.")
        .stdout_has(format!(
            "The newest in deliveries to it: srv/{MAIN}--{}.",
            main[2]
        ))
        .ok();
}

#[test]
fn a_revision_that_nobody_was_to_be_told_of_is_explained() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[rules]\nfirst = \"none\"\n");
    let repo = server.repo("a");
    let main = repo.push("main", &["1", "2"]);
    assert_eq!(server.polled(), [""; 0]);
    let name = |id: &str| format!("srv/{MAIN}--{id}");
    server
        .larch("explain", &[&name(&main[1])])
        .stdout_has("no delivery that is kept holds it")
        .stdout_has("the line is owed nothing of that (`first` in the settings")
        .stdout_has(format!(
            "larch replay n srv/{MAIN} --after {} --action record:r",
            main[0]
        ))
        .ok();
    let next = repo.push("main", &["3"]);
    server
        .larch("explain", &[&name(&next[0])])
        .stdout_has("It was not detected yet; it is in the archive, and the next poll finds it.")
        .stdout_has("The next poll tells it.")
        .ok();
    assert_eq!(
        objects(&server, "explain", &[&name(&main[0])])[0]["item"]["detection"],
        "covered"
    );
}

#[test]
fn replay_tells_revisions_from_the_archive_or_the_journal() {
    let sandbox = Sandbox::new();
    let (server, repo, main, dev) = branched(&sandbox);
    let replayed = |arguments: &[&str], items: usize| {
        let counted = objects(&server, "replay", &[arguments, &["--dry-run"]].concat());
        let count =
            |value: &Value| value["items"].as_u64().unwrap() * value["actions"].as_u64().unwrap();
        assert_eq!(
            counted.iter().map(count).sum::<u64>(),
            items as u64,
            "{counted:?}"
        );
        assert_eq!(server.polled(), [""; 0], "a dry run tells nothing");
        let counted = objects(&server, "replay", arguments);
        assert_eq!(
            counted.iter().map(count).sum::<u64>(),
            items as u64,
            "{counted:?}"
        );
        let polled = server.polled();
        assert_eq!(polled.len(), items);
        assert_eq!(server.polled(), [""; 0]);
        polled
    };
    let version = format!("srv/{MAIN}");
    assert_eq!(
        replayed(&[&version, "--from-start"], 3),
        told("r", MAIN, &main)
    );
    assert_eq!(
        replayed(&[&version, "--after", &main[0]], 2),
        told("r", MAIN, &main[1..])
    );
    let after = format!("{version}--{}", main[1]);
    assert_eq!(
        replayed(&[&version, "--after", &after], 1),
        told("r", MAIN, &main[2..])
    );
    assert_eq!(
        replayed(&[&format!("srv/{DEV}"), "--from-start"], 2),
        told("r", DEV, &[main[0].clone(), dev[0].clone()])
    );
    let dev_log = ["--subject", &format!("srv/{DEV}"), "--action", "record:r"];
    let log = objects(&server, "log", &dev_log);
    let id = log[0]["id"].as_str().unwrap();
    assert_eq!(
        replayed(&[&format!("srv/{DEV}"), "--delivery", id], 2).len(),
        2
    );
    assert_eq!(
        replayed(&[&version, "--since", "1h"], 3),
        told("r", MAIN, &main)
    );
    server
        .larch("replay", &[&version, "--after", &"0".repeat(40)])
        .stderr_has("nothing is known of the revision")
        .code(1);
    server
        .larch(
            "replay",
            &[&version, "--from-start", "--action", "record:x"],
        )
        .stderr_has("no rule with the action record:x names")
        .code(1);
    // What the next poll finds anyway is told once.
    let next = repo.push("main", &["4"]);
    assert_eq!(
        objects(&server, "replay", &[&version, "--from-start"])[0]["items"],
        3
    );
    let mut expected = told("r", MAIN, &main);
    expected.extend(told("r", MAIN, &next));
    assert_eq!(server.polled(), expected);
}

#[test]
fn replay_below_tells_each_revision_once_and_the_items_above() {
    let sandbox = Sandbox::new();
    let (server, repo, main, dev) = branched(&sandbox);
    repo.git(&["tag", "-a", "-m", "x", "v1", &main[1]]);
    let other = server.repo("b").push("main", &["x"]);
    assert_eq!(server.polled().len(), 2);
    let below = ["srv", "--below", "--from-start"];
    server.larch("replay", &below).any_stdout().ok();
    sandbox.poll().ok();
    let mut all = sandbox.take_told();
    all.sort();
    assert_eq!(all.len(), 2 + 3 + 4 + 6, "{all:#?}");
    let mut expected = told("r", MAIN, &main);
    expected.extend(told("r", DEV, &dev));
    expected.extend(told("r", "b--heads--main", &other));
    assert!(expected.iter().all(|one| all.contains(one)), "{all:#?}");
    assert_eq!(server.polled(), [""; 0]);
    // The way that the poll names for lines that were added is one.
    sandbox.append(
        "n/=rules.archives",
        "srv record:n record:n record:n record:n\n",
    );
    sandbox.poll().any_stderr().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let action = [&below[..], &["--action", "record:n"]].concat();
    server.larch("replay", &action).any_stdout().ok();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told().len(), all.len());
}

#[test]
fn a_category_is_forgotten_whole_and_nothing_below_it_alone() {
    for first in ["all", "none"] {
        let sandbox = Sandbox::new();
        let server = Server::followed(&sandbox);
        server.settings(&format!("[rules]\nfirst = \"{first}\"\n"));
        let repo = server.repo("a");
        let main = repo.push("main", &["1", "2"]);
        server.repo("b").push("main", &["x"]);
        server.polled();
        for name in [
            format!("srv/{MAIN}--{}", main[0]),
            format!("srv/{MAIN}"),
            "srv/a--heads".to_owned(),
        ] {
            let refused = server.larch("forget", &[&name]);
            if name.contains(&main[0]) && first == "none" {
                refused.stderr_has("nothing is known").code(1);
                continue;
            }
            refused
                .stderr_has("is remembered as a whole")
                .stderr_has("larch forget n srv/a\n")
                .code(1);
        }
        assert_eq!(server.polled(), [""; 0]);
        server
            .larch("forget", &["srv/a", "--dry-run"])
            .stdout_has(format!(
                "would forget the version srv/{MAIN}: what 1 action was told of its history\n"
            ))
            .ok();
        assert_eq!(server.polled(), [""; 0]);
        server.larch("forget", &["srv/a"]).any_stdout().ok();
        assert_eq!(server.polled(), told("r", MAIN, &main), "first = {first}");
        assert_eq!(server.polled(), [""; 0]);
        server.larch("forget", &["srv"]).any_stdout().ok();
        sandbox.poll().ok();
        assert_eq!(sandbox.take_told().len(), 2 + 2 + 2 + 3);
        assert_eq!(server.polled(), [""; 0]);
    }
}

#[test]
fn check_finds_misspelt_lines() {
    let sandbox = Sandbox::new();
    let (server, ..) = branched(&sandbox);
    server.larch("check", &[]).any_stdout().ok();
    sandbox.append("n/=rules.versions", "srv/a--heads--mian record:r\n");
    sandbox.append("n/=rules.branches", "srv/a--haeds record:v record:r\n");
    sandbox.append("n/=rules.categories", "srv/c record:b record:v record:r\n");
    let found = server.larch("check", &[]);
    found
        .stdout_has("the archive has no version srv/a--heads--mian\n")
        .stdout_has("the archive has no branch srv/a--haeds\n")
        .stdout_has("the archive has no category srv/c\n")
        .stdout_has("0 errors, 3 warnings")
        .code(1);
}

#[test]
fn check_reads_archives_as_their_settings_say() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    server.settings("[archive.srv]\nnested = true\n");
    sandbox.run("git", ["init", "-q", "srv/tree"]).ok();
    let inner = Repo::new(sandbox.path("srv/tree/inner.git"));
    inner.push("main", &["1"]);
    server.polled();
    assert!(
        sandbox
            .read("n/=rules.categories")
            .contains("srv/tree/inner")
    );
    server.larch("check", &[]).any_stdout().ok();
}

#[test]
fn check_says_once_that_a_repository_cannot_be_read_and_looks_at_the_others() {
    let sandbox = Sandbox::new();
    let (server, ..) = branched(&sandbox);
    server.repo("b").push("main", &["x"]);
    server.polled();
    sandbox.write("srv/a.git/config", "[broken\n");
    sandbox.append("n/=rules.versions", "srv/b--heads--mian record:r\n");
    let said = server
        .larch("check", &[])
        .stdout_has("the archive has no version srv/b--heads--mian\n")
        .stdout_has("srv/a cannot be read: ")
        .code(1);
    assert_eq!(
        said.stdout.matches("cannot be read").count(),
        1,
        "{}",
        said.stdout
    );
}

/// A repository that was told, and then rewritten so that nothing of what was told is left.
fn rewritten(sandbox: &Sandbox, commits: usize) -> (Server<'_>, Repo, Vec<String>) {
    let server = Server::followed(sandbox);
    server.settings("[archive.srv]\nflood = 3\n");
    let repo = server.repo("a");
    repo.push("main", &["1", "2"]);
    server.polled();
    let messages: Vec<String> = (0..commits).map(|number| format!("new {number}")).collect();
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    let new = repo.commits(&messages, None);
    repo.set("refs/heads/main", new.last().unwrap());
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    (server, repo, new)
}

#[test]
fn a_rewritten_history_is_held_and_told_when_a_person_says_so() {
    let sandbox = Sandbox::new();
    let (server, repo, new) = rewritten(&sandbox, 4);
    let dry = sandbox.poll().arg("--dry-run").any_stdout().code(1);
    assert!(!dry.stdout.contains("would run"), "{}", dry.stdout);
    assert!(
        dry.stdout.contains("would report: 4 revisions"),
        "{}",
        dry.stdout
    );
    let said = sandbox
        .poll()
        .stderr_has(format!(
            "4 revisions of srv/{MAIN} are not sent to record:r"
        ))
        .stderr_has("larch retry ")
        .stderr_has("larch drop ")
        .code(1);
    assert_eq!(said.stderr.matches("larch retry").count(), 1);
    assert_eq!(server.revisions(), [""; 0]);
    // It is said once, and the exit code tells the truth each time.
    sandbox.poll().code(1);
    // Later pushes are told meanwhile.
    let next = repo.push("main", &["later"]);
    sandbox.poll().code(1);
    assert_eq!(server.revisions(), told("r", MAIN, &next));
    let held = objects(&server, "log", &["--state", "held"]);
    assert_eq!(held.len(), 1);
    let id = held[0]["id"].as_str().unwrap();
    assert_eq!(objects(&server, "status", &[])[0]["deliveries"]["held"], 1);
    server
        .larch("explain", &[&format!("srv/{MAIN}--{}", new[0])])
        .stdout_has("is held until a person decides: larch retry n")
        .ok();
    server.larch("status", &[]).stdout_has("held").ok();
    server.larch("log", &["--failed"]).stdout_has("held").ok();
    server.larch("retry", &[id]).any_stdout().ok();
    sandbox.poll().any_stderr().ok();
    assert_eq!(server.revisions(), told("r", MAIN, &new));
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn a_rewritten_history_is_held_and_dropped() {
    let sandbox = Sandbox::new();
    let (server, repo, _) = rewritten(&sandbox, 4);
    sandbox.poll().any_stderr().code(1);
    let held = objects(&server, "log", &["--state", "held"]);
    let id = held[0]["id"].as_str().unwrap();
    let dropped = objects(&server, "drop", &["--held"]);
    assert_eq!(dropped[0]["id"], id);
    sandbox.poll().any_stderr().ok();
    assert_eq!(server.polled(), [""; 0]);
    let next = repo.push("main", &["later"]);
    assert_eq!(server.polled(), told("r", MAIN, &next));
    repo.set("refs/heads/dev", &next[0]);
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn what_is_held_is_not_told_because_its_rule_went() {
    let sandbox = Sandbox::new();
    let (server, repo, new) = rewritten(&sandbox, 4);
    sandbox.poll().any_stderr().code(1);
    repo.set("refs/heads/dev", &new[1]);
    sandbox.poll().any_stderr().code(1);
    assert_eq!(server.revisions(), [""; 0]);
    let lines = sandbox.read("n/=rules.versions");
    let without = lines.replace(&format!("srv/{MAIN} record:r\n"), "");
    assert_ne!(lines, without);
    sandbox.write("n/=rules.versions", without);
    sandbox.poll().any_stderr().ok();
    repo.set("refs/heads/dev", &new[3]);
    assert_eq!(server.polled(), [""; 0]);
    sandbox.write("n/=rules.versions", lines);
    sandbox.poll().any_stderr().code(1);
    assert_eq!(server.revisions(), [""; 0]);
}

#[test]
fn a_small_rewritten_history_is_told() {
    let sandbox = Sandbox::new();
    let (server, _, new) = rewritten(&sandbox, 3);
    assert_eq!(server.polled(), told("r", MAIN, &new));
    assert_eq!(server.polled(), [""; 0]);
}

#[test]
fn what_the_journal_knows_is_not_told_again_after_a_loss() {
    let sandbox = Sandbox::new();
    let server = Server::followed(&sandbox);
    let repo = server.repo("a");
    let old = repo.push("main", &["1", "2"]);
    repo.push("other", &["o"]);
    server.polled();
    // What was told is lost, and comes back as it was with more upon it.
    repo.delete("refs/heads/main");
    server.polled();
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    repo.git(&["gc", "-q", "--prune=now"]);
    assert_eq!(server.polled(), [""; 0]);
    // The loss is seen when something else is new.
    let other = repo.push("other", &["p"]);
    assert_eq!(server.polled(), told("r", "a--heads--other", &other));
    let new = repo.push("main", &["1", "2", "3"]);
    assert_eq!(new[..2], old);
    assert_eq!(server.polled(), told("r", MAIN, &new[2..]));
}

#[test]
fn status_counts_what_is_there() {
    let sandbox = Sandbox::new();
    let (server, ..) = branched(&sandbox);
    let status = objects(&server, "status", &[]).remove(0);
    // A repository, a namespace, two refs.
    assert_eq!(status["items"], 4, "{status}");
    assert_eq!(status["subjects"]["watched"], 5);
    assert_eq!(status["archives"][0]["kind"], "git");
    server.larch("status", &[]).stdout_has("git").ok();
}
