//! What strangers write, through every way by which larch tells it.

use std::time::Duration;

use crate::support::{Sandbox, register, rounds, wait_for};

const DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hostile_words");

/// How long each program may take, with ten thousand commits too.
const LONG: Duration = Duration::from_mins(20);

fn script(name: &str) -> String {
    format!("{DIR}/{name}")
}

#[test]
fn nothing_in_a_history_crashes_larch_or_is_injected_or_lost() {
    let sandbox = Sandbox::new();
    let commits = rounds(60).to_string();
    let commits = std::ffi::OsStr::new(&commits);
    sandbox
        .run("git", ["init", "-q", "--bare", "served/g.git"])
        .ok();
    let served = sandbox.path("served/g.git");
    let arguments = [commits, served.as_os_str()];
    sandbox
        .run(script("make-history"), arguments)
        .limit(LONG)
        .ok();
    let hook =
        "#!/bin/sh\n[ \"$LARCH_COMMAND\" != append ] || exec flock hooked.lock cat >>hooked\n";
    sandbox.write("n/=hooks/action-success/keep", hook);
    sandbox.chmod("n/=hooks/action-success/keep", 0o755);
    let receiver = sandbox.run(script("receive"), [sandbox.path("n")]).spawn();
    wait_for("the receiver's port", || sandbox.path("n/port").exists());
    let port = sandbox.read("n/port");
    sandbox.write(
        "n/=config.toml",
        format!(
            "[mail]\ntransport = \"maildir:{}\"\nfrom = \"larch@example.org\"\nfrom_author = true\n\
             max_per_poll = 100000\n[syslog]\nsocket = \"log\"\n\
             [webhook.w]\nurl = \"http://127.0.0.1:{port}/\"\nper = \"item\"\n",
            sandbox.path("n/mail").display()
        ),
    );
    let root = sandbox.path("served");
    register(&sandbox, "g", &format!("git:{}", root.display()));
    sandbox.write(
        "n/=rules.archives",
        "g noop: noop: noop: mail-each-revision:al@example.org\n\
         g noop: noop: noop: webhook:w\n\
         g noop: noop: noop: append:news.jsonl\n\
         g noop: noop: noop: syslog:\n",
    );
    sandbox.poll().limit(LONG).ok();
    receiver.end();
    sandbox
        .run(script("judge"), [sandbox.path("n"), served])
        .limit(LONG)
        .stdout("\n")
        .ok();
}
