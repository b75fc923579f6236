//! `larch check`: everything wrong is reported, for people and for programs, and nothing is touched.

#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::fs;

use crate::support::{Arch, Layout, Sandbox};

/// The kinds of all findings, in order.
#[track_caller]
fn kinds(sandbox: &Sandbox, code: i32) -> Vec<String> {
    let ended = sandbox
        .larch(["check", "n", "--json"])
        .any_stdout()
        .code(code);
    let kind = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["kind"].as_str().unwrap().to_owned()
    };
    ended.stdout.lines().map(kind).collect()
}

/// A notification directory with one good rule.
fn good(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Nested);
    let rule = format!("{} noop: noop: noop: record:x\n", arch.name);
    sandbox.write("n/=rules.archives", rule);
    for path in ["n", "n/=rules.archives"] {
        sandbox.chmod(path, if path == "n" { 0o755 } else { 0o644 });
    }
    arch
}

#[test]
fn nothing_wrong_is_said_in_one_line() {
    let sandbox = Sandbox::new();
    good(&sandbox);
    let before = fs::metadata(sandbox.path("n")).unwrap().modified().unwrap();
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
    sandbox.larch(["check", "n", "--json"]).ok();
    let after = fs::metadata(sandbox.path("n")).unwrap().modified().unwrap();
    assert_eq!(before, after);
    assert_eq!(fs::read_dir(sandbox.path("n")).unwrap().count(), 1);
}

#[test]
fn bad_lines_unknown_commands_and_archives_are_all_reported() {
    let sandbox = Sandbox::new();
    let arch = good(&sandbox);
    arch.import("hello--main--1.0");
    sandbox.append(
        "n/=rules.archives",
        "broken\nother@example.org--1 recrod:x\nother@example.org--1 recrod:y nope:\n",
    );
    sandbox.write(
        "n/=rules.categories",
        format!("{0}/hello noop:\n{0}/helo noop:\n", arch.name),
    );
    sandbox.write(
        "home/.arch-params/=locations/gone@example.org--1",
        "/gone\n",
    );
    sandbox.write(
        "n/=rules.branches",
        "gone@example.org--1/a--b noop:\ngone@example.org--1/a--c noop:\n",
    );
    assert_eq!(
        kinds(&sandbox, 1),
        [
            "rule",
            "unknown-command",
            "not-registered",
            "unknown-command",
            "no-subject",
            "unreachable",
        ]
    );
    sandbox
        .larch(["check", "n"])
        .stdout_has("error: a rule needs an action")
        .stdout_has("n/=rules.archives:2:7\n")
        .stdout_has("error: n/=rules.archives:3: no action is called `recrod`")
        .stdout_has("did you mean `record`?")
        .stdout_has("error: n/=rules.archives:3: the archive other@example.org--1 is not registered\n  help: `larch archives`")
        .stdout_has("warning: n/=rules.categories:2: the archive has no category jo@example.org--2026/helo\n")
        .stdout_has("error: n/=rules.branches:1: the archive gone@example.org--1 cannot be read: no archive can be reached at /gone: No such file")
        .stdout_has("\nn: 5 errors, 1 warning; 7 rules can be used\n")
        .code(1);
}

#[test]
fn bad_settings_end_with_78() {
    let sandbox = Sandbox::new();
    good(&sandbox);
    sandbox.write("n/=config.toml", "[delivery]\njobz = 1\n");
    sandbox.write("home/.config/larch/config.toml", "[store]\nkeep = 1\n");
    assert_eq!(kinds(&sandbox, 78), ["settings", "settings"]);
    sandbox
        .larch(["check", "n"])
        .stdout_has("error: there is no key `jobz` in [delivery]\n --> n/=config.toml:2:1\n")
        .stdout_has("help: did you mean `jobs`?")
        .stdout_has("n: 2 errors, 0 warnings; 1 rule can be used\n")
        .code(78);
}

#[test]
fn bad_settings_are_no_fault_of_the_actions_that_need_them() {
    let sandbox = Sandbox::new();
    let arch = good(&sandbox);
    let rules = format!(
        "{0} webhook:ci mail-new-branches:jo@example.org apprise:team run:x\n{0} nope:\n",
        arch.name
    );
    sandbox.write("n/=rules.archives", rules);
    sandbox.write("n/=config.toml", "[webhook.ci]\nurl = 1\n");
    assert_eq!(kinds(&sandbox, 78), ["settings", "unknown-command"]);
}

#[test]
fn a_subscription_that_can_never_match_is_named() {
    let sandbox = Sandbox::new();
    let arch = good(&sandbox);
    sandbox.write(
        "n/=rules.archives",
        format!("{} noop: noop: noop: mail-subscribers:\n", arch.name),
    );
    sandbox.write("n/=config.toml", "[mail]\ntransport = \"maildir:box\"\n");
    let subscribers = format!(
        "a@example.org {0}/kettle--*\na@example.org {0}\na@example.org **\n\
         a@example.org path:src\na@example.org kettle\na@example.org all\n",
        arch.name
    );
    sandbox.write("n/=subscribers", subscribers);
    assert_eq!(kinds(&sandbox, 1), ["idle-subscription"; 2]);
    sandbox
        .larch(["check", "n"])
        .stdout_has("warning: n/=subscribers:5: `kettle` matches nothing in an archive that a rule names\n  help: the glob begins with the archive's name: ")
        .code(1);
}

#[test]
fn a_missing_directory_of_templates_and_a_password_of_nobody_are_named() {
    let sandbox = Sandbox::new();
    let arch = good(&sandbox);
    sandbox.write(
        "n/=rules.archives",
        format!("{} mail-new-categories:jo@example.org\n", arch.name),
    );
    sandbox.write(
        "n/=config.toml",
        "[mail]\ntransport = \"smtp://127.0.0.1\"\npassword_file = \"pw\"\ntemplates = \"tmpl\"\n",
    );
    sandbox
        .larch(["check", "n"])
        .stdout_has("cannot read the directory of templates ")
        .stdout_has(
            "[mail] has `password_file`, and its transport names no user whose password it is",
        )
        .code(1);
}

#[test]
fn a_file_that_is_no_template_is_named() {
    let sandbox = Sandbox::new();
    good(&sandbox);
    sandbox.write("n/=config.toml", "[mail]\ntemplates = \"letters\"\n");
    sandbox.write("n/letters/footer.txt", "{% include \"own.txt\" %}\n");
    for name in ["own.txt", "README", "revison.txt"] {
        sandbox.write(format!("n/letters/{name}"), "x\n");
    }
    sandbox
        .larch(["check", "n"])
        .stdout_has("letters/revison.txt is no template of larch, and no template includes it\n  help: did you mean `revision.txt`?")
        .stdout_has("n: 0 errors, 1 warning; ")
        .code(1);
}

#[test]
fn what_others_can_write_or_read_is_reported() {
    let sandbox = Sandbox::new();
    good(&sandbox);
    sandbox.chmod("n/=rules.archives", 0o666);
    sandbox.write("n/+state/x", "");
    sandbox.chmod("n/+state", 0o755);
    assert_eq!(kinds(&sandbox, 1), ["state-open", "others-write"]);
    sandbox.chmod("n/=rules.archives", 0o600);
    sandbox.chmod("n/+state", 0o700);
    assert_eq!(kinds(&sandbox, 0), [""; 0]);
    sandbox.chmod("n", 0o777);
    assert_eq!(kinds(&sandbox, 1), ["others-write"]);
}

#[test]
fn a_directory_that_is_none_is_said() {
    let sandbox = Sandbox::new();
    assert_eq!(kinds(&sandbox, 1), ["unreadable"]);
    sandbox.write("n", "");
    assert_eq!(kinds(&sandbox, 1), ["unreadable"]);
    fs::remove_file(sandbox.path("n")).unwrap();
    good(&sandbox);
    fs::create_dir(sandbox.path("n/=rules.versions")).unwrap();
    sandbox
        .larch(["check", "n"])
        .stdout_has("error: cannot read n/=rules.versions: Is a directory")
        .code(1);
}

#[test]
fn lines_that_an_edit_left_behind_are_named() {
    let sandbox = Sandbox::new();
    let arch = good(&sandbox);
    arch.import("hello--main--1.0");
    arch.import("hello--main--1.1");
    sandbox.poll().any_stderr().ok();
    assert_eq!(kinds(&sandbox, 0), [""; 0]);
    let rule = format!("{} noop: noop: noop: record:y\n", arch.name);
    sandbox.write("n/=rules.archives", rule);
    sandbox
        .larch(["check", "n"])
        .stdout_has("warning: n/=rules.categories:2: 1 line still carries `noop: noop: record:x`, which no rule above hands down any more\n")
        .code(1);
    sandbox.poll().any_stderr().output();
    assert_eq!(kinds(&sandbox, 1), ["left-behind"]);
}

#[test]
fn damaged_state_is_reported() {
    let sandbox = Sandbox::new();
    good(&sandbox);
    sandbox.poll().any_stderr().ok();
    sandbox.write("n/+state/larch.db", "no database");
    assert_eq!(kinds(&sandbox, 1), ["state"]);
}

#[test]
fn settings_that_can_do_nothing_are_named() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.write("n/=rules.archives", format!("{} noop:\n", arch.name));
    sandbox.write(
        "n/=config.toml",
        format!(
            "[archive.\"{0}\"]\ninclude = [\"c--b--1\", \"{0}/c\"]\n[archive.\"no@where\"]\nfirst = \"none\"\n",
            arch.name
        ),
    );
    let checked = sandbox.larch(["check", "n"]).any_stdout().code(1).stdout;
    assert!(
        checked.contains(&format!("`c--b--1` matches nothing in {}", arch.name)),
        "{checked}"
    );
    assert!(checked.contains("[archive.\"no@where\"]"), "{checked}");
    assert!(checked.contains("0 errors, 2 warnings"), "{checked}");
}
