//! Which hooks run, in which order, and for which names.

use super::{POINTS, hook, link, note, noted, version, versions};
use crate::support::{Sandbox, free_port};

/// Settings with hooks that note their arguments, each at a point, with globs.
fn hooks(sandbox: &Sandbox, hooks: &[(&str, &str, &str)]) {
    sandbox.program("say", "#!/bin/sh\necho \"$1\" >>said\n");
    let hooks = hooks.iter().map(|(point, globs, word)| {
        format!("[[hook]]\non = \"{point}\"\n{globs}\ncommand = [\"say\", \"{word}\"]\n")
    });
    sandbox.write("n/=config.toml", hooks.collect::<String>());
}

fn said(sandbox: &Sandbox) -> Vec<String> {
    let said = sandbox.read("n/said").lines().map(str::to_owned).collect();
    sandbox.write("n/said", "");
    said
}

#[test]
fn hooks_of_the_settings_come_first_and_then_those_of_the_directory_by_name() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    hooks(
        &sandbox,
        &[
            ("poll-end", "", "b"),
            ("poll-start", "", "start"),
            ("poll-end", "", "a"),
        ],
    );
    for name in ["20-last", "10-first", ".hidden", "backup~"] {
        hook(&sandbox, "poll-end", name, &format!("echo {name} >>said"));
    }
    sandbox.write("n/=hooks/poll-end/README", "not executable");
    sandbox.poll().ok();
    assert_eq!(said(&sandbox), ["start", "b", "a", "10-first", "20-last"]);
}

#[test]
fn hooks_run_for_the_names_that_they_match() {
    let sandbox = Sandbox::new();
    let arch = versions(&sandbox, &["c--b--1", "d--b--1"]);
    let [subject, item, level, branch] = [
        "match = [\"**/c--b--1\"]",
        "match = [\"**/c--b--1--base-0\"]",
        "match = [\"revision:**/d--**\", \"**/e\"]",
        "match = [\"branch:**\"]",
    ];
    for point in ["items-found", "action-success"] {
        hooks(
            &sandbox,
            &[
                (point, subject, "subject"),
                (point, item, "item"),
                (point, level, "level"),
                (point, branch, "branch"),
            ],
        );
        let mut said = if point == "items-found" {
            sandbox.poll().ok();
            said(&sandbox)
        } else {
            arch.commit("c--b--1");
            arch.commit("d--b--1");
            sandbox.poll().clock_ahead(60).ok();
            said(&sandbox)
        };
        said.sort();
        let expected: &[&str] = if point == "items-found" {
            &["item", "level", "subject"]
        } else {
            &["level", "subject"]
        };
        assert_eq!(said, expected, "{point}");
    }
}

#[test]
fn at_the_ends_of_a_poll_a_glob_means_what_it_looks_at_and_what_it_had_to_do_with() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    hooks(
        &sandbox,
        &[
            (
                "poll-start",
                "match = [\"jo@example.org--2026/x--**\"]",
                "start here",
            ),
            (
                "poll-start",
                "match = [\"other@example.org/**\"]",
                "start there",
            ),
            ("poll-end", "match = [\"**/c--**\"]", "end here"),
            ("poll-end", "match = [\"**/x--**\"]", "end there"),
        ],
    );
    // Which archives there are is known from the poll before.
    sandbox.poll().ok();
    assert_eq!(said(&sandbox), ["end here"]);
    sandbox.poll().clock_ahead(60).ok();
    assert_eq!(said(&sandbox), ["start here"]);
    arch.commit("c--b--1");
    sandbox.poll().clock_ahead(120).ok();
    assert_eq!(said(&sandbox), ["start here", "end here"]);
}

#[test]
fn no_hook_runs_in_a_dry_run_or_for_a_baseline() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    note(&sandbox, &POINTS);
    sandbox
        .larch(["notify", "n", "--dry-run"])
        .any_stdout()
        .ok();
    sandbox.larch(["notify", "n", "--baseline"]).ok();
    arch.commit("c--b--1");
    sandbox
        .larch(["notify", "n", "--dry-run"])
        .any_stdout()
        .ok();
    assert!(noted(&sandbox).is_empty());
}

#[test]
fn what_cannot_be_scanned_is_told_once_for_each_subject_at_each_poll() {
    let sandbox = Sandbox::new();
    let arch = version(&sandbox);
    let misspelt = format!("{}/x--b--1 record:\n", arch.name);
    sandbox.append("n/=rules.versions", misspelt);
    sandbox.write("n/=rules.archives", "nobody@example.org--2026 record:\n");
    note(&sandbox, &["scan-failed"]);
    sandbox.poll().any_stderr().code(1);
    assert_eq!(noted(&sandbox).len(), 2);
    let told = sandbox.read("noted");
    assert!(
        told.contains("LARCH_SUBJECT=jo@example.org--2026/x--b--1"),
        "{told}"
    );
    assert!(
        told.contains("LARCH_OUTCOME=the archive is not registered"),
        "{told}"
    );
    sandbox.poll().clock_ahead(60).any_stderr().code(1);
    assert_eq!(noted(&sandbox).len(), 4);
}

#[test]
fn a_host_that_fails_is_told_once_for_each_archive_on_it() {
    let sandbox = Sandbox::new();
    let port = free_port();
    for archive in ["a@example.org", "b@example.org"] {
        let location = format!("http://127.0.0.1:{port}/{archive}");
        sandbox.write(
            format!("home/.arch-params/=locations/{archive}"),
            location + "\n",
        );
    }
    sandbox.write(
        "n/=rules.archives",
        "a@example.org record:\nb@example.org record:\n",
    );
    note(&sandbox, &["scan-failed"]);
    sandbox
        .poll()
        .stderr_has("error: cannot read from 127.0.0.1")
        .code(1);
    assert_eq!(noted(&sandbox).len(), 2);
    // It is left alone for now.
    sandbox.poll().clock_ahead(1).code(1);
    assert_eq!(noted(&sandbox).len(), 2);
}

/// The kernel allows 128 KiB for one variable and 2 MiB for all of them with the arguments.
#[test]
fn ten_thousand_items_reach_a_hook() {
    let sandbox = Sandbox::new();
    let root = sandbox.path("tree/category/branch/version");
    std::fs::create_dir_all(&root).unwrap();
    for number in 0..10_000 {
        std::fs::create_dir(root.join(format!("a-revision-with-a-longer-name-{number}"))).unwrap();
    }
    let location = format!("dir:{}", sandbox.path("tree").display());
    sandbox
        .larch(["register-archive", "t@example.org", &location])
        .any_stdout()
        .ok();
    sandbox.write(
        "n/=rules.versions",
        "t@example.org/category--branch--version noop:\n",
    );
    sandbox.write(
        "n/=config.toml",
        "[archive.\"t@example.org\"]\nsettle = \"0s\"\n",
    );
    sandbox.program(
        "count",
        "#!/bin/sh\nprintf '%s %s %s %s\n' \"$LARCH_POINT\" $# \"$(wc -l)\" \
         \"$(printf %s \"${LARCH_DELIVERY_JSON-}\" | base64 -d | sed 's/.*\"items_left_out\"://')\" >>counts\n",
    );
    let count = sandbox.path("bin/count");
    for point in [
        "items-found",
        "action-start",
        "instead-of-action",
        "action-success",
    ] {
        link(&sandbox, point, "count", count.to_str().unwrap());
    }
    sandbox.poll().ok();
    let counts = sandbox.read("n/counts");
    let lines: Vec<&str> = counts.lines().collect();
    assert_eq!(lines[0], "items-found 10000 1 ");
    assert_eq!(lines[2], "instead-of-action 10000 10000 ");
    for (line, point) in [(lines[1], "action-start"), (lines[3], "action-success")] {
        let left_out = line.strip_prefix(&format!("{point} 10000 10000 ")).unwrap();
        let left_out: usize = left_out.trim_end_matches('}').parse().unwrap();
        assert!((8_000..9_999).contains(&left_out), "{line}");
    }
}
