//! The frame of the command line: help, errors, programs of one's own, output, generated files.

#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::fs::File;
use std::process::{Command, Output, Stdio};

use crate::support::{Arch, Layout, Sandbox};

/// Runs larch with a standard output of one's own, which the sandbox does not offer.
fn larch_into(stdout: impl Into<Stdio>, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_larch"))
        .args(arguments)
        .env_clear()
        .stdout(stdout)
        .output()
        .unwrap()
}

#[test]
fn help_names_every_command_and_goes_to_standard_output() {
    let sandbox = Sandbox::new();
    let help = sandbox
        .larch(["--help"])
        .stdout_has("Watch archives and run actions")
        .stdout_has("Usage: larch <COMMAND>")
        .stdout_has("  init ")
        .stdout_has("  notify ")
        .stdout_has("  cat-archive-log ")
        .stdout_has("Options:")
        .stdout_has("Examples:\n  larch init")
        .stdout_has("Exit status:")
        .ok();
    assert!(!help.stdout.contains('\x1b'));
    assert!(!help.stdout.contains("Other commands"));
    let by_word = sandbox.larch(["help", "notify"]).any_stdout().ok();
    let by_option = sandbox.larch(["notify", "--help"]).any_stdout().ok();
    assert_eq!(by_word.stdout, by_option.stdout);
    sandbox
        .larch(["--version"])
        .stdout(concat!("larch ", env!("CARGO_PKG_VERSION"), "\n"))
        .ok();
}

#[test]
fn help_is_a_command_with_help_of_its_own() {
    let sandbox = Sandbox::new();
    let whole = sandbox.larch(["help"]).any_stdout().ok().stdout;
    let by_option = sandbox.larch(["--help"]).any_stdout().ok().stdout;
    assert_eq!(whole, by_option);
    for arguments in [["help", "help"], ["help", "--help"]] {
        sandbox
            .larch(arguments)
            .stdout_has("Usage: larch help [COMMAND]...")
            .stdout_has("Examples:\n  larch help\n")
            .ok();
    }
    let rules = sandbox.larch(["help", "rules"]);
    rules.stdout_has("Examples:\n  larch rules list").ok();
    let list = sandbox.larch(["help", "rules", "list"]);
    list.stdout_has("Usage: larch rules list").ok();
    sandbox
        .larch(["help", "rules", "lst"])
        .stderr(
            "error: there is no command `rules lst`\n\
             hint: did you mean `larch help rules list`?\n",
        )
        .code(2);
    sandbox
        .larch(["help", "nope"])
        .stderr("error: there is no command `nope`\nhint: `larch help` lists the commands\n")
        .code(2);
}

#[test]
fn arguments_that_make_no_sense_end_with_2() {
    let sandbox = Sandbox::new();
    for arguments in [
        &[][..],
        &["notify"],
        &["notify", "--no-such-option", "."],
        &["help", "no-such-command"],
        &["completions", "cmd.exe"],
        &["man", "no-such-command"],
        &["man", "--out", "x", "notify"],
    ] {
        let ended = sandbox.larch(arguments).any_stderr().code(2);
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_mistyped_command_is_corrected() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["notfy", "."])
        .stderr("error: there is no command `notfy`\nhint: did you mean `larch notify`?\n")
        .code(2);
    sandbox
        .larch(["recrod"])
        .stderr("error: there is no command `recrod`\nhint: did you mean `larch record`?\n")
        .code(2);
    sandbox
        .larch(["frobnicate\x1b[2J"])
        .stderr(
            "error: there is no command `frobnicate\\u{1b}[2J`\n\
             hint: `larch help` lists the commands; a program of one's own is called \
             larch-frobnicate\\u{1b}[2J and is in PATH\n",
        )
        .code(2);
}

#[test]
fn an_unknown_command_is_a_program_of_ones_own() {
    let sandbox = Sandbox::new();
    sandbox.program("larch-hello", "#!/bin/sh\necho \"$# $1 $2\"\nexit 7\n");
    sandbox
        .larch(["hello", "--help", "a  b"])
        .stdout("2 --help a  b\n")
        .code(7);
    sandbox
        .larch(["hello", "--help", "a  b"])
        .without_env("LARCH_EXEC_PATH")
        .env("PATH", sandbox.path("bin"))
        .stdout("2 --help a  b\n")
        .code(7);
    sandbox.program("larch-hello", "#!/nonexistent\n");
    sandbox
        .larch(["hello"])
        .stderr_has("error: cannot run ")
        .stderr_has("caused by: No such file")
        .code(1);
    sandbox.chmod("bin/larch-hello", 0o644);
    sandbox
        .larch(["hello"])
        .stderr_has("larch-hello is not an executable file")
        .code(1);
    sandbox.larch(["noop", "thunk", "A/item"]).ok();
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = larch_into(writer, &["completions", "zsh"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_full_disk_is_said() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = larch_into(full, &["completions", "bash"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "error: cannot write to standard output\n\
         caused by: No space left on device (os error 28)\n",
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_panic_ends_with_70_and_asks_for_a_report() {
    Sandbox::new()
        .larch(["--version"])
        .env("LARCH_TEST_PANIC", "1")
        .stderr_has("error: this is a bug in larch")
        .stderr_has("asked to panic")
        .stderr_has("please report it")
        .code(70);
}

#[test]
fn a_location_that_only_tla_reads_is_registered_with_a_warning() {
    let sandbox = Sandbox::new();
    sandbox
        .larch([
            "register-archive",
            "--offline",
            "jo@example.org--web",
            "sftp://example.org/web",
        ])
        .stderr(
            "warning: jo@example.org--web is registered, but larch cannot read \
             sftp://example.org/web; perhaps tla can\n",
        )
        .ok();
    sandbox
        .larch(["whereis-archive", "jo@example.org--web"])
        .stdout("sftp://example.org/web\n")
        .ok();
}

#[test]
fn completions_know_the_commands() {
    let sandbox = Sandbox::new();
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        sandbox
            .larch(["completions", shell])
            .stdout_has("notify")
            .ok();
    }
    let script = sandbox.larch(["completions", "bash"]).any_stdout().ok();
    sandbox.run("bash", ["-n"]).stdin(script.stdout).ok();
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let sandbox = Sandbox::new();
    sandbox
        .larch(["man"])
        .stdout_has(".TH larch 1")
        .stdout_has(".SH \"EXAMPLES\"\n.nf\n")
        .stdout_has(".SH \"EXIT STATUS\"\n")
        .ok();
    sandbox
        .larch(["man", "cat-archive-log"])
        .stdout_has(".TH larch-cat-archive-log 1")
        .ok();
    sandbox.larch(["man", "--out", "a/man1"]).ok();
    let main = sandbox.read("a/man1/larch.1");
    let named = main
        .lines()
        .filter_map(|line| line.strip_suffix("(1)")?.strip_prefix("larch\\-"));
    let named: Vec<String> = named.map(|name| name.replace('\\', "")).collect();
    assert!(named.len() > 10, "{main}");
    for name in named {
        let page = sandbox.read(format!("a/man1/larch-{name}.1"));
        assert!(page.contains(".SH \"EXAMPLES\""), "{name}");
    }
    for words in [&["man", "rules-list"][..], &["man", "rules", "list"]] {
        let page = sandbox.larch(words).any_stdout().ok().stdout;
        assert_eq!(page, sandbox.read("a/man1/larch-rules-list.1"));
    }
    assert!(!sandbox.path("a/man1/larch-rules-help.1").exists());
    sandbox.write("file", "");
    sandbox
        .larch(["man", "--out", "file/x"])
        .stderr_has("error: cannot write file/x\ncaused by: ")
        .code(1);
}

/// Runs a shell command in the sandbox with a terminal as its outputs, and returns what it shows.
fn on_terminal(sandbox: &Sandbox, command: &str, variables: &[(&str, &str)]) -> String {
    let larch = std::path::Path::new(env!("CARGO_BIN_EXE_larch"));
    let mut path = larch.parent().unwrap().as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let run = sandbox
        .run("script", ["-q", "-e", "-c", command, "/dev/null"])
        .env("PATH", path)
        .env("TERM", "xterm");
    let run = variables
        .iter()
        .fold(run, |run, (name, value)| run.env(name, value));
    run.any_stdout().output().stdout
}

#[test]
fn only_a_terminal_gets_color_and_never_with_no_color() {
    let sandbox = Sandbox::new();
    let check = "larch check nowhere";
    assert!(on_terminal(&sandbox, check, &[]).contains("\x1b[1m\x1b[31merror:\x1b[0m"));
    for variables in [[("NO_COLOR", "1")], [("TERM", "dumb")]] {
        let shown = on_terminal(&sandbox, check, &variables);
        assert!(shown.starts_with("error: "), "{shown:?}");
    }
    let unknown = "larch notify nowhere";
    assert!(on_terminal(&sandbox, unknown, &[]).contains("\x1b[0m"));
    assert!(!on_terminal(&sandbox, unknown, &[("NO_COLOR", "1")]).contains('\x1b'));
}

#[test]
fn names_are_whole_however_narrow_the_terminal_is() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("a-category-with-a-long-name--main--1.0");
    let rule = format!("{} noop:one noop:two noop:three noop:four\n", arch.name);
    sandbox.write("n/=rules.archives", &rule);
    sandbox.poll().ok();
    for (columns, term) in [
        ("0", "xterm"),
        ("20", "xterm"),
        ("60", "xterm"),
        ("80", "dumb"),
    ] {
        let list = format!("stty cols {columns}; larch rules list n");
        let shown = on_terminal(&sandbox, &list, &[("TERM", term)]);
        let name = arch.qualified("a-category-with-a-long-name--main--1.0");
        assert!(shown.contains(&name), "{columns}: {shown}");
        if term == "dumb" {
            assert!(shown.contains(rule.trim_end()), "{shown}");
        }
    }
}

#[test]
fn a_long_poll_shows_its_progress_and_a_short_one_does_not() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    let rule = format!("{} noop: noop: noop: record:x\n", arch.name);
    sandbox.write("n/=rules.archives", rule);
    sandbox.behave("sleep 1.5");
    let shown = on_terminal(&sandbox, "larch notify n", &[]);
    assert!(shown.contains("hello--main--1.0"), "{shown:?}");
    // The line is taken away at the end.
    assert!(shown.ends_with("\x1b[2K"), "{shown:?}");
    sandbox.behave("");
    arch.commit("hello--main--1.0");
    assert_eq!(on_terminal(&sandbox, "larch notify n", &[]), "");
    let told = sandbox.take_told();
    assert_eq!(told.len(), 2, "{told:?}");
}
