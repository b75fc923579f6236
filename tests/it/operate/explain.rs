//! `larch explain`: each reason for which something was told or not, in its own words.

use crate::support::{Arch, Layout, Run, Sandbox};

const NAME: &str = "jo@example.org--2026";
const HELLO: &str = "jo@example.org--2026/hello--main--1.0";
const FOLLOW: &str = "jo@example.org--2026 record:c record:b record:v record:r\n";

/// An archive with one version of one revision, and rules that follow everything in it.
fn followed(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    sandbox.write("n/=rules.archives", FOLLOW);
    arch
}

fn poll(sandbox: &Sandbox) {
    sandbox.poll().any_stderr().output();
}

/// Explains a name that is given without its archive.
fn explain(sandbox: &Sandbox, package: &str) -> Run {
    sandbox.larch(["explain", "n", &format!("{NAME}/{package}")])
}

#[test]
fn what_was_told_is_said_with_its_delivery() {
    let sandbox = Sandbox::new();
    followed(&sandbox);
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has("The last poll ended ")
        .stdout_has("  It was detected ")
        .stdout_has(format!("  =rules.versions:2 (active): {HELLO} record:r\n"))
        .stdout_has(" was told ")
        .ok();
    let version = explain(&sandbox, "hello--main--1.0")
        .stdout_has(format!("As an item of the branch {NAME}/hello--main\n"))
        .stdout_has("For new revisions of it\n")
        .stdout_has("revisions known: 1.\n")
        .stdout_has(format!("Nothing up to {HELLO}--base-0 is owed to it."));
    version.ok();
    let category = explain(&sandbox, "hello").stdout_has("For new branches of it");
    category.ok();
    let archive = sandbox.larch(["explain", "n", NAME]);
    let archive = archive.stdout_has("For new categories of it").ok();
    assert!(!archive.stdout.contains("As an item"));
    let json = explain(&sandbox, "hello--main--1.0--base-0").arg("--json");
    let json = json.any_stdout().ok().stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["item"]["detection"], "detected");
    assert_eq!(json["item"]["told"][0]["deliveries"][0]["outlook"], "done");
}

#[test]
fn what_is_new_is_found_by_the_next_poll_and_what_is_not_there_is_never() {
    let sandbox = Sandbox::new();
    let arch = followed(&sandbox);
    poll(&sandbox);
    arch.commit("hello--main--1.0");
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("not detected yet; it is in the archive, and the next poll finds it.")
        .ok();
    // Near to what is known, and yet no slip of it.
    arch.import("hallo--main--1.0");
    let new = explain(&sandbox, "hallo--main--1.0").any_stdout().ok();
    assert!(!new.stdout.contains("Did you mean"), "{}", new.stdout);
    explain(&sandbox, "hello--main--1.0--patch-2")
        .stdout_has("the archive does not hold it")
        .ok();
    explain(&sandbox, "hullo")
        .stdout_has(format!("Did you mean\n  {NAME}/hello\n"))
        .stdout_has(format!(
            "`{}` adds a line for it when it is detected.",
            FOLLOW.trim()
        ))
        .ok();
}

#[test]
fn what_failed_says_when_it_is_tried_and_what_it_holds_back() {
    let sandbox = Sandbox::new();
    let arch = followed(&sandbox);
    sandbox.behave("[ \"$LARCH_THUNK\" != r ] || exit 75");
    poll(&sandbox);
    arch.commit("hello--main--1.0");
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has("waits after a failure, and is tried again by the first poll after ")
        .stdout_has("1 attempt failed, the last with: exit code 75.")
        .ok();
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("is owed, and waits behind delivery ")
        .stdout_has("which is waiting and comes before it.")
        .ok();
    sandbox.larch(["drop", "n", "--waiting"]).any_stdout().ok();
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has(" was dropped ")
        .ok();
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("is owed, and the next poll tells it.")
        .ok();
    sandbox.behave("exit 100");
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has(" was given up ")
        .stdout_has("To try it again: larch retry n ")
        .ok();
}

#[test]
fn what_waits_for_its_command_says_so() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    sandbox.write("n/=rules.archives", format!("{NAME} recrod:c\n"));
    poll(&sandbox);
    explain(&sandbox, "hello")
        .stdout_has("is owed, and waits for its command: no action is called `recrod`")
        .ok();
}

#[test]
fn what_was_there_before_is_not_told_and_the_reason_is_the_right_one() {
    for (settings, baseline, reason) in [
        (
            "first = \"none\"",
            false,
            "it was there when it was first looked at",
        ),
        (
            "",
            true,
            "it was there when the settings let it in, or a poll with --baseline counted it as told",
        ),
    ] {
        let sandbox = Sandbox::new();
        followed(&sandbox);
        sandbox.write("n/=config.toml", format!("[rules]\n{settings}\n"));
        let mut poll = sandbox.poll();
        if baseline {
            poll = poll.arg("--baseline");
        }
        poll.any_stderr().ok();
        explain(&sandbox, "hello")
            .stdout_has("Not told: ")
            .stdout_has(reason)
            .ok();
    }
    let sandbox = Sandbox::new();
    followed(&sandbox);
    poll(&sandbox);
    sandbox.append("n/=rules.archives", format!("{NAME} record:late\n"));
    explain(&sandbox, "hello").stdout_has("(unread)").ok();
    poll(&sandbox);
    explain(&sandbox, "hello")
        .stdout_has("it was known before the line was added, and a new line is owed nothing")
        .stdout_has("(`added` in the settings)")
        .stdout_has(format!(
            "To tell it all the same: larch replay n {NAME} --from-start --action record:late\n"
        ))
        .ok();
    sandbox
        .larch(["replay", "n", NAME, "--from-start"])
        .any_stdout()
        .ok();
    explain(&sandbox, "hello")
        .stdout_has("The next poll tells it.")
        .stdout_has("The next poll tells it once more")
        .ok();
}

#[test]
fn a_line_that_was_edited_removed_or_commented_out_is_named() {
    let sandbox = Sandbox::new();
    let arch = followed(&sandbox);
    poll(&sandbox);
    let text = sandbox.read("n/=rules.versions");
    sandbox.write("n/=rules.versions", text.replace("record:r", "record:new"));
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has("its line took over from one with `record:r`, which was told.")
        .stdout_has("(replaced)")
        .ok();
    sandbox.write("n/=rules.versions", "# none\n");
    poll(&sandbox);
    poll(&sandbox);
    arch.commit("hello--main--1.0");
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has(format!("It was not detected: no rule names {HELLO}"))
        .ok();
    sandbox.write("n/=rules.versions", format!("# {HELLO} record:r\n"));
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("Its line stands commented out in =rules.versions.")
        .ok();
    let branches = sandbox.read("n/=rules.branches");
    sandbox.write("n/=rules.branches", "# none\n");
    poll(&sandbox);
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0")
        .stdout_has(
            "larch added a line, which was taken out. To put it back: larch rules restore n",
        )
        .ok();
    sandbox.write("n/=rules.branches", branches);
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0")
        .stdout_has("=rules.branches:2 (active)")
        .ok();
}

#[test]
fn what_no_rule_reaches_is_told_by_none() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    sandbox.write("n/=rules.archives", format!("{NAME} record:c record:b\n"));
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has(format!("no rule names {HELLO}, so nobody looks there"))
        .stdout_has("hands nothing down to versions")
        .ok();
    sandbox
        .larch(["explain", "n", "nobody@example.org/hello"])
        .stdout_has("No rule names it. A line for it in =rules.archives would.")
        .ok();
    sandbox.larch(["explain", "n", "a b"]).any_stderr().code(2);
    sandbox
        .larch(["explain", "n", "hello--main"])
        .stderr_has("no archive hello--main is known\n")
        .stderr_has(format!(
            "did you mean `larch explain n {NAME}/hello--main`?"
        ))
        .code(1);
    sandbox
        .larch(["explain", "n", "zebra"])
        .stderr_has(format!("as in `{NAME}/zebra`"))
        .code(1);
}

#[test]
fn an_archive_that_fails_a_subject_that_is_gone_and_settings_that_exclude_are_named() {
    let sandbox = Sandbox::new();
    let arch = followed(&sandbox);
    poll(&sandbox);
    let category = arch.location.join("hello");
    std::fs::rename(&category, sandbox.path("aside")).unwrap();
    sandbox.poll().clock_ahead(100_000).any_stderr().ok();
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has(format!(
            "{HELLO} is gone from its archive, and its rules sleep"
        ))
        .ok();
    explain(&sandbox, "hello")
        .stdout_has("It is gone from its archive; its rules sleep")
        .ok();
    std::fs::rename(sandbox.path("aside"), &category).unwrap();
    poll(&sandbox);
    sandbox.write(
        "n/=config.toml",
        format!("[archive.\"{NAME}\"]\nexclude = [\"**/secret\"]\n"),
    );
    explain(&sandbox, "secret")
        .stdout_has(format!("`include` or `exclude` under [archive.\"{NAME}\"]"))
        .stdout_has("the settings keep it from being watched")
        .ok();
    std::fs::rename(&arch.location, sandbox.path("elsewhere")).unwrap();
    poll(&sandbox);
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("It was not detected, since its archive cannot be scanned since ")
        .ok();
}

#[test]
fn an_archive_that_is_scanned_seldom_says_when() {
    let sandbox = Sandbox::new();
    let arch = followed(&sandbox);
    let every = format!("[archive.\"{NAME}\"]\nevery = \"10m\"\n");
    sandbox.write("n/=config.toml", every);
    poll(&sandbox);
    arch.commit("hello--main--1.0");
    let replay = ["replay", "n", NAME, "--from-start"];
    sandbox.larch(replay).any_stdout().ok();
    explain(&sandbox, "hello--main--1.0--patch-1")
        .stdout_has("it is in the archive, and the first poll after ")
        .stdout_has(" (`every` in the settings) finds it.")
        .ok();
    explain(&sandbox, "hello")
        .stdout_has("The first poll after ")
        .stdout_has(" (`every` in the settings) tells it once more")
        .ok();
}

#[test]
fn what_waits_and_whose_line_was_edited_is_told_by_the_next_poll() {
    let sandbox = Sandbox::new();
    followed(&sandbox);
    sandbox.behave("[ \"$LARCH_THUNK\" != r ] || exit 75");
    poll(&sandbox);
    sandbox.take_told();
    let text = sandbox.read("n/=rules.versions");
    sandbox.write("n/=rules.versions", text.replace("record:r", "record:new"));
    explain(&sandbox, "hello--main--1.0--base-0")
        .stdout_has("its line was edited, and the next poll tells it to record:new.")
        .ok();
    poll(&sandbox);
    assert_eq!(sandbox.take_told(), [format!("new {HELLO}--base-0")]);
}
