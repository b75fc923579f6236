//! `syslog:`, with a log of one's own at the other end.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use super::{MAIN, Watched, checked};
use crate::support::Sandbox;

/// A log's socket, and a first commit that is owed to `syslog:THUNK`.
#[track_caller]
fn watched<'s>(sandbox: &'s Sandbox, thunk: &str) -> Watched<'s> {
    let watched = Watched::new(sandbox, &format!("syslog:{thunk}"));
    let socket = sandbox.path("log");
    sandbox.write(
        "n/=config.toml",
        format!(
            "[syslog]\nsocket = \"{}\"\nseverity = \"notice\"\n",
            socket.display()
        ),
    );
    watched
}

fn bind(sandbox: &Sandbox) -> UnixDatagram {
    let log = UnixDatagram::bind(sandbox.path("log")).unwrap();
    log.set_nonblocking(true).unwrap();
    log
}

/// What the log was sent, each line without its time and process.
#[track_caller]
fn take(log: &UnixDatagram) -> Vec<String> {
    let mut lines = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length) = log.recv(&mut buffer) {
        let line = std::str::from_utf8(&buffer[..length]).unwrap();
        let (head, text) = line.split_once("]: ").unwrap();
        let (head, process) = head.split_once(" larch[").unwrap();
        assert!(process.parse::<u32>().is_ok(), "{line}");
        let (priority, time) = head.split_once('>').unwrap();
        assert_eq!(time.len(), "Nov 21 04:00:00".len(), "{line}");
        let (_, text) = text.split_once(": ").unwrap();
        lines.push(format!("{priority}> {text}"));
    }
    lines
}

#[test]
fn each_item_becomes_a_line_of_the_log() {
    let sandbox = Sandbox::new();
    let watched = watched(&sandbox, "");
    let log = bind(&sandbox);
    let first = watched.first();
    let hostile = watched.push("a\u{1b}[2J \u{202e}b\u{7} <0>kernel: c");
    sandbox.poll().ok();
    assert_eq!(
        take(&log),
        [
            format!("<13> new revision {first} by Jo <jo@example.org>: first"),
            format!(
                "<13> new revision {hostile} by Jo <jo@example.org>: a\\u{{1b}}[2J \\u{{202e}}b\\u{{7}} <0>kernel: c"
            ),
        ]
    );
    sandbox.write("n/=rules.versions", format!("{MAIN} syslog:local3.err\n"));
    watched.push(&"long ".repeat(10_000));
    sandbox.poll().any_stderr().ok();
    let told = take(&log);
    let [line] = &told[..] else {
        panic!("{told:?}");
    };
    assert!(line.starts_with("<155> new revision "), "{line}");
    assert!(line.ends_with("long…") || line.ends_with('…'), "{line}");
    assert!(line.len() < 1100, "{}", line.len());
}

#[test]
fn a_log_that_is_not_there_is_waited_for() {
    for (leave, said) in [
        (false, "there is no socket"),
        (true, "no log reads the socket"),
    ] {
        let sandbox = Sandbox::new();
        let watched = watched(&sandbox, "daemon");
        let socket = sandbox.path("log");
        if leave {
            drop(bind(&sandbox));
        }
        sandbox
            .poll()
            .stderr_has(format!("{said} {}", socket.display()))
            .code(1);
        fs::remove_file(&socket).unwrap_or_default();
        let log = bind(&sandbox);
        sandbox.poll().clock_ahead(600).any_stderr().ok();
        let first = watched.first();
        assert_eq!(
            take(&log),
            [format!(
                "<29> new revision {first} by Jo <jo@example.org>: first"
            )]
        );
    }
}

#[test]
fn a_log_that_takes_nothing_holds_nobody_up() {
    let sandbox = Sandbox::new();
    watched(&sandbox, "");
    let log = bind(&sandbox);
    let other = UnixDatagram::unbound().unwrap();
    other.connect(sandbox.path("log")).unwrap();
    other.set_nonblocking(true).unwrap();
    while other.send(b"<13>Nov 21 04:00:00 larch[1]: x: full").is_ok() {}
    sandbox.append("n/=config.toml", "[delivery]\ntimeout = \"1s\"\n");
    sandbox
        .poll()
        .limit(Duration::from_secs(20))
        .stderr_has("takes no line, for 1s now")
        .code(1);
    assert!(take(&log).iter().all(|line| line.ends_with("> full")));
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    assert_eq!(take(&log).len(), 1);
}

#[test]
fn check_knows_the_words_of_the_log() {
    let sandbox = Sandbox::new();
    watched(&sandbox, "usr");
    assert_eq!(
        checked(&sandbox),
        "syslog:usr: the facility is one of kern, user, mail, daemon, auth, syslog, lpr, news, uucp, cron, \
         authpriv, ftp, local0, local1, local2, local3, local4, local5, local6, local7"
    );
    sandbox.write("n/=rules.versions", format!("{MAIN} syslog:user.loud\n"));
    assert!(checked(&sandbox).starts_with("syslog:user.loud: the severity is one of emerg,"));
}
