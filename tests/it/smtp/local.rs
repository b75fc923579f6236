//! Mail that stays on the machine: programs like sendmail, and Maildirs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::{MINUTE, THREE, watch};
use crate::support::Sandbox;

/// A program that notes its arguments and keeps what it reads, and then does what `home/then` says.
fn post(sandbox: &Sandbox) -> PathBuf {
    sandbox.write("home/then", "");
    sandbox.program(
        "post",
        "#!/bin/sh\n\
         echo \"$@\" >>\"$HOME/arguments\"\n\
         cat >>\"$HOME/kept\"\n\
         . \"$HOME/then\"\n",
    )
}

/// What the program was called with since the last call.
fn arguments(sandbox: &Sandbox) -> String {
    let arguments = sandbox.read("home/arguments");
    sandbox.write("home/arguments", "");
    arguments
}

#[test]
fn a_program_like_sendmail_takes_each_message() {
    let sandbox = Sandbox::new();
    let path = post(&sandbox);
    let settings = format!("[mail]\ntransport = \"sendmail:{}\"\n", path.display());
    let to = "mail-new-revisions:al@example.org";
    let arch = watch(&sandbox, to, &settings);
    sandbox.poll().ok();
    assert_eq!(arguments(&sandbox), "-i -- al@example.org\n");
    assert!(sandbox.read("home/kept").contains("import of c--b--1"));
    // Who has chosen a sender gets what cannot be delivered.
    let from = settings.clone() + "from = \"Larch <larch@example.com>\"\n";
    sandbox.write("n/=config.toml", from);
    arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(
        arguments(&sandbox),
        "-i -f larch@example.com -- al@example.org\n"
    );
    fs::remove_file(path).unwrap();
    sandbox
        .larch(["check", "n"])
        .stdout_has("and that is no program")
        .code(1);
}

#[test]
fn exit_codes_of_sendmail_mean_what_they_mean_everywhere() {
    let finals = [
        (65, "EX_DATAERR"),
        (67, "EX_NOUSER"),
        (68, "EX_NOHOST"),
        (100, "100"),
    ];
    for (code, word) in finals {
        let sandbox = Sandbox::new();
        let path = post(&sandbox);
        let settings = format!("[mail]\ntransport = \"sendmail:{}\"\n", path.display());
        let then = format!("case $* in *bo@*) echo 'nobody is bo'; exit {code};; esac\n");
        sandbox.write("home/then", then);
        watch(&sandbox, THREE, &settings);
        sandbox
            .poll()
            .stderr_has(word)
            .stderr_has("nobody is bo")
            .code(1);
        assert_eq!(arguments(&sandbox).lines().count(), 3);
        sandbox.poll().clock_ahead(600 * MINUTE).any_stderr().ok();
        assert_eq!(arguments(&sandbox), "");
    }
    for code in [1, 64, 69, 71, 75, 77, 78] {
        let sandbox = Sandbox::new();
        let path = post(&sandbox);
        let settings = format!("[mail]\ntransport = \"sendmail:{}\"\n", path.display());
        sandbox.write("home/then", format!("exit {code}\n"));
        watch(&sandbox, "mail-new-revisions:al@example.org", &settings);
        sandbox
            .poll()
            .stderr_has(format!("exit code {code}"))
            .code(1);
        sandbox.write("home/then", "");
        sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
        assert_eq!(arguments(&sandbox).lines().count(), 2, "{code}");
    }
}

#[test]
fn a_maildir_is_made_and_read_by_others() {
    const READ: &str = r#"
import mailbox, sys
for message in mailbox.Maildir(sys.argv[1], create=False):
    print(message["Delivered-To"], message["To"], message.get_subdir(), b"\r" in bytes(message))
"#;
    let sandbox = Sandbox::new();
    let settings = "[mail]\ntransport = \"maildir:../post\"\n";
    watch(&sandbox, THREE, settings);
    sandbox.poll().ok();
    let mut read: Vec<String> = sandbox
        .run("python3", ["-c", READ, "post"])
        .any_stdout()
        .ok()
        .stdout
        .lines()
        .map(str::to_owned)
        .collect();
    read.sort();
    let line = |who| format!("{who}@example.org {who}@example.org new False");
    assert_eq!(read, ["al", "bo", "cy"].map(line));
    for entry in fs::read_dir(sandbox.path("post/new")).unwrap() {
        let mode = entry.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let tmp = fs::read_dir(sandbox.path("post/tmp")).unwrap();
    assert_eq!(tmp.count(), 0);
}

#[test]
fn a_maildir_that_cannot_be_used_is_said_and_mail_waits() {
    let sandbox = Sandbox::new();
    let to = "mail-new-revisions:al@example.org";
    watch(
        &sandbox,
        to,
        "[mail]\ntransport = \"maildir:../no/where\"\n",
    );
    sandbox
        .larch(["check", "n"])
        .stdout_has("the directory above is not there")
        .code(1);
    sandbox
        .poll()
        .stderr_has("the directory above is not there")
        .code(1);
    sandbox.write("no/where/new", "a file\n");
    sandbox
        .poll()
        .clock_ahead(10 * MINUTE)
        .stderr_has("cannot keep mail in")
        .any_stderr()
        .code(1);
    fs::remove_file(sandbox.path("no/where/new")).unwrap();
    sandbox.poll().clock_ahead(20 * MINUTE).any_stderr().ok();
    assert_eq!(
        fs::read_dir(sandbox.path("no/where/new")).unwrap().count(),
        1
    );
}
