//! `larch init`: what it makes, what it keeps, what it refuses.

use std::os::unix::fs::PermissionsExt as _;

use crate::support::{Arch, Layout, Sandbox};

#[test]
fn init_makes_a_directory_to_start_from() {
    let sandbox = Sandbox::new();
    let said = sandbox.larch(["init", "a/n"]).any_stdout().ok();
    assert_eq!(said.stdout.lines().count(), 3, "{}", said.stdout);
    let mode = sandbox.path("a/n").metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
    assert_eq!(sandbox.active_lines("a/n/=rules.archives"), [""; 0]);
    assert!(sandbox.read("a/n/=rules.archives").len() > 500);
    assert!(!sandbox.path("a/n/+state").exists());
    sandbox
        .larch(["check", "a/n"])
        .stdout_has("warning: a/n has no rules")
        .code(1);
}

#[test]
fn a_first_rule_works_as_it_is() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let said = sandbox
        .larch(["init", "n", "--archive", &arch.name])
        .arg("--action=noop:")
        .arg("--action=record:team")
        .any_stdout()
        .ok();
    assert_eq!(said.stdout.lines().count(), 3, "{}", said.stdout);
    assert_eq!(
        sandbox.active_lines("n/=rules.archives"),
        ["jo@example.org--2026 noop: record:team"]
    );
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
}

#[test]
fn what_a_person_wrote_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.versions", "");
    sandbox
        .larch(["init", "n"])
        .stderr(
            "error: n has rules already: =rules.versions\n\
             hint: `larch check n` says what is wrong with it\n",
        )
        .code(1);
    assert!(!sandbox.path("n/=rules.archives").exists());
    sandbox.write("m/=config.toml", "# mine\n");
    sandbox.larch(["init", "m"]).any_stdout().ok();
    assert_eq!(sandbox.read("m/=config.toml"), "# mine\n");
    assert!(sandbox.path("m/=rules.archives").exists());
}

#[test]
fn what_is_no_rule_is_refused() {
    let sandbox = Sandbox::new();
    for arguments in [
        &["--archive", "A"][..],
        &["--action", "noop:"],
        &["--archive=-A", "--action", "noop:"],
        &["--archive", "A/c", "--action", "noop:"],
        &["--archive", "A", "--action", "noop"],
        &["--archive", "A", "--action", "noop:a b"],
        &["--archive", "A", "--action", "noop:#"],
        &[
            "--archive=A",
            "--action=a:",
            "--action=a:",
            "--action=a:",
            "--action=a:",
            "--action=a:",
        ],
    ] {
        let arguments = [&["init", "n"], arguments].concat();
        sandbox.larch(arguments).any_stderr().code(2);
        assert!(!sandbox.path("n").exists());
    }
}

#[test]
fn init_watch_makes_a_directory_that_works() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    sandbox
        .larch(["register-archive", "--delete", &arch.name])
        .ok();
    let location = format!("archives/{}", arch.name);
    let said = sandbox
        .larch(["init", "n", "--watch", &location, "--run=record:it"])
        .stdout_has(format!(
            "GNU Arch archive at {}: 1 category\n",
            arch.location.display()
        ))
        .stdout_has(format!("{} is registered", arch.name))
        .ok();
    let dir = sandbox.path("n").display().to_string();
    assert!(said.stdout.contains(&format!("\n  larch notify {dir}\n")));
    // The whole lines for cron: its PATH has neither larch nor the action.
    let bin = sandbox.path("bin").display().to_string();
    let lines = format!(
        "\n  LARCH_EXEC_PATH={bin}\n  */5 * * * * {} notify {dir}\n",
        env!("CARGO_BIN_EXE_larch")
    );
    assert!(said.stdout.ends_with(&lines), "{}", said.stdout);
    assert_eq!(
        sandbox.active_lines("n/=rules.archives"),
        [format!(
            "{} record:it record:it record:it record:it",
            arch.name
        )]
    );
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [""; 0]);
    let revision = arch.commit("hello--main--1.0");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("it {revision}")]);
}

#[test]
fn help_knows_an_action_when_it_meets_one() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["help", "webhook"])
        .stderr_has("`webhook` is an action of rules, and no command")
        .code(2);
}

#[test]
fn a_file_is_answered_with_its_directory() {
    let sandbox = Sandbox::new();
    sandbox.write("n/=rules.versions", "");
    sandbox
        .larch(["notify", "n/=rules.versions"])
        .stderr_has("hint: name the directory that it is in: n\n")
        .code(1);
}

#[test]
fn init_watch_lets_an_action_wait_for_its_section() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let location = arch.location.to_str().unwrap();
    for (dir, action, section) in [
        ("a", "webhook:ci", "[webhook.ci]"),
        ("b", "run:build", "[commands.build]"),
        ("c", "apprise:team", "[apprise.team]"),
    ] {
        sandbox
            .larch(["init", dir, "--watch", location, "--run", action])
            .any_stdout()
            .stderr(format!(
                "warning: {action} waits until you write its section {section} into {dir}/=config.toml\n"
            ))
            .ok();
        assert!(sandbox.path(dir).join("=rules.archives").exists());
        let check = sandbox.larch(["check", dir]);
        check.stdout_has(format!("no section {section}")).code(1);
    }
    // One that every directory has is there already.
    let own = "[webhook.ci]\nurl = \"http://127.0.0.1:9/\"\n";
    sandbox.write("home/.config/larch/config.toml", own);
    let run = sandbox.larch(["init", "d", "--watch", location, "--run=webhook:ci"]);
    run.any_stdout().ok();
    sandbox
        .larch(["init", "e", "--watch", location, "--run=webhook:"])
        .stderr("error: webhook:: the name of a section [webhook.NAME] of the settings stands behind the `:`\n")
        .code(1);
}

#[test]
fn init_watch_keeps_the_name_under_which_an_archive_is_registered() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let location = arch.location.to_str().unwrap();
    sandbox
        .larch(["register-archive", "--delete", &arch.name])
        .ok();
    sandbox
        .larch(["register-archive", "mine", location])
        .any_stdout()
        .ok();
    sandbox
        .larch(["init", "n", "--watch", location, "--run=record:it"])
        .stdout_has("mine is registered")
        .ok();
    let archives = sandbox.larch(["archives", "--names"]);
    archives.stdout("mine\n").ok();
    // A name of one's own is one more.
    sandbox
        .larch(["init", "m", "--watch", location, "--run=record:it"])
        .arg("--name=other")
        .stdout_has("other is registered")
        .ok();
    assert!(
        sandbox
            .read("m/=config.toml")
            .ends_with("\n[archive.\"other\"]\n# What was there when the first poll met the archive is not told: nobody wants ten years of mail.\n# \"all\" would tell all of it, and a number so many of the newest revisions of each version.\n# What appears later is told in full, whole new categories too.\nfirst = \"none\"\n")
    );
}

#[test]
fn init_watch_makes_nothing_where_something_is_wrong() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let location = arch.location.to_str().unwrap();
    let away = sandbox.path("away");
    std::fs::rename(&arch.location, &away).unwrap();
    let away = away.to_str().unwrap();
    let cases: [(&[&str], i32, &str); 9] = [
        (&["--watch", away], 2, "--mail <ADDRESS>"),
        (&["--mail", "jo@example.org"], 2, "--watch <LOCATION>"),
        (
            &["--watch", away, "--mail", "jo"],
            2,
            "`jo` is no mail address",
        ),
        (&["--watch", away, "--run", "record"], 2, "has no `:`"),
        (
            &["--watch", away, "--run", "recrod:"],
            1,
            "did you mean `record`?",
        ),
        (
            &["--watch", location, "--run", "record:"],
            1,
            "no archive can be reached at",
        ),
        (
            &["--watch", "sftp://h/a", "--run", "record:"],
            1,
            "is of no known kind",
        ),
        (
            &["--watch", away, "--run", "record:"],
            1,
            "hint: give the new one another name: --name NAME",
        ),
        (
            &["--watch", away, "--run", "record:", "--name", "a b"],
            2,
            "cannot be an archive's name",
        ),
    ];
    let registered = sandbox.larch(["archives"]).any_stdout().ok().stdout;
    for (arguments, code, said) in cases {
        sandbox
            .larch([&["init", "n"], arguments].concat())
            .stderr_has(said)
            .code(code);
        assert!(!sandbox.path("n").exists(), "{arguments:?}");
        sandbox.larch(["archives"]).stdout(registered.as_str()).ok();
    }
    sandbox.write("n/=config.toml", "# mine\n");
    sandbox
        .larch(["init", "n", "--watch", away, "--run=record:", "--name=x"])
        .stderr_has("n has settings already: =config.toml")
        .code(1);
    assert_eq!(sandbox.read("n/=config.toml"), "# mine\n");
    assert!(!sandbox.path("n/=rules.archives").exists());
}

#[test]
fn what_init_made_is_taken_away_when_the_archive_cannot_be_registered() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let location = arch.location.to_str().unwrap();
    sandbox
        .larch(["init", "n", "--watch", location, "--run=record:"])
        .env("LARCH_PARAMS", "/proc/none")
        .stderr_has("cannot write /proc/none")
        .code(1);
    assert!(!sandbox.path("n").exists());
}
