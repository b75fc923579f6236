//! The hooks in `contrib/hooks`, with the programs that they are made for.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use super::{link, version};
use crate::support::{Run, Sandbox};

const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/hooks");

/// A poll that finds the programs in `bin` before the system's.
fn poll(sandbox: &Sandbox) -> Run {
    let path = std::env::var("PATH").unwrap();
    sandbox
        .poll()
        .env("PATH", format!("{}:{path}", sandbox.path("bin").display()))
}

/// A hook of the settings that runs a program of `contrib/hooks`.
fn setting(point: &str, program: &str, arguments: &[&str]) -> String {
    let arguments = arguments.iter().map(|argument| format!(", \"{argument}\""));
    let arguments: String = arguments.collect();
    format!("[[hook]]\non = \"{point}\"\ncommand = [\"{HOOKS}/{program}\"{arguments}]\n")
}

/// What a server was asked: the first line, and the body.
type Asked = (String, String);

/// A server that answers as many requests as there are answers.
fn serve(answers: &'static [&'static str]) -> (u16, Receiver<Asked>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::channel();
    let serve_one = move |answer: &&str| {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let length = head.iter().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.parse().unwrap())
        });
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body).unwrap();
        let answer = format!("HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).unwrap();
        (head[0].clone(), String::from_utf8(body).unwrap())
    };
    thread::spawn(move || {
        let asked = answers.iter().map(serve_one);
        asked.for_each(|asked| drop(sender.send(asked)));
    });
    (port, receiver)
}

/// The next request that a server got.
fn next(server: &Receiver<Asked>) -> Asked {
    server.recv_timeout(Duration::from_secs(30)).unwrap()
}

#[test]
fn syslog_has_a_line_for_the_start_and_the_end_of_actions_and_polls() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    let log = UnixDatagram::bind(sandbox.path("log")).unwrap();
    log.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The true logger, but for where it logs.
    sandbox.program(
        "logger",
        &format!(
            "#!/bin/sh\nexec /usr/bin/logger --socket {} --rfc3164 \"$@\"\n",
            sandbox.path("log").display()
        ),
    );
    for point in [
        "poll-start",
        "action-start",
        "action-failure",
        "action-dead",
        "poll-end",
    ] {
        link(&sandbox, point, "syslog", &format!("{HOOKS}/syslog"));
    }
    sandbox.behave("exit 100");
    poll(&sandbox).any_stderr().code(1);
    let mut lines = Vec::new();
    for _ in 0..5 {
        let mut line = vec![0; 2000];
        let length = log.recv(&mut line).unwrap();
        let line = String::from_utf8(line[..length].to_vec()).unwrap();
        let (priority, rest) = line.split_once('>').unwrap();
        let (_, text) = rest.split_once("larch: ").unwrap();
        let text = text.split(" (").next().unwrap();
        lines.push(
            format!("{priority} {text}").replace(&sandbox.path("").display().to_string(), "/"),
        );
    }
    assert_eq!(
        lines,
        [
            "<30 poll-start: /n",
            "<30 action-start: record:mail for jo@example.org--2026/c--b--1, items: 1",
            "<27 action-failure: record:mail for jo@example.org--2026/c--b--1, items: 1: exit code 100, which means failed for good",
            "<26 action-dead: record:mail for jo@example.org--2026/c--b--1, items: 1: exit code 100, which means failed for good",
            "<27 poll-end: /n, items: 1",
        ]
    );
}

#[test]
fn a_message_from_a_template_reaches_a_chat_by_apprise() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    let (port, server) = serve(&["200 OK"]);
    sandbox.write("home/apprise", format!("json://127.0.0.1:{port}/\n"));
    let config = sandbox.path("home/apprise");
    let template = format!("{HOOKS}/chat.txt");
    let arguments = [config.to_str().unwrap(), &template];
    sandbox.write("n/=config.toml", setting("action-dead", "chat", &arguments));
    sandbox.behave("exit 100");
    poll(&sandbox)
        .stderr_has("chmod 600 makes it private")
        .code(1);
    sandbox.chmod("home/apprise", 0o600);
    let id = sandbox.attempts()[0].id.clone();
    sandbox.larch(["retry", "n", &id]).any_stdout().ok();
    poll(&sandbox).clock_ahead(60).any_stderr().code(1);
    let (first, body) = &next(&server);
    assert!(first.starts_with("POST / "), "{first}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body["title"],
        "larch: action-dead jo@example.org--2026/c--b--1"
    );
    assert_eq!(
        body["message"],
        "exit code 100, which means failed for good\njo@example.org--2026/c--b--1--base-0 import of c--b--1"
    );
    assert_eq!(body["type"], "failure");
}

#[test]
fn a_health_check_hears_how_each_poll_ended() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    let (port, server) = serve(&["200 OK", "503 Later", "200 OK", "404 Gone"]);
    sandbox.write("home/url", format!("http://127.0.0.1:{port}/secret\n"));
    sandbox.chmod("home/url", 0o600);
    let url = sandbox.path("home/url");
    sandbox.write(
        "n/=config.toml",
        setting("poll-end", "ping", &[url.to_str().unwrap()]),
    );
    poll(&sandbox).ok();
    sandbox.append("n/=rules.versions", "nobody@example.org/x--y--1 record:\n");
    poll(&sandbox)
        .clock_ahead(60)
        .stderr_has("cannot scan")
        .code(1);
    let said = "the health check answered: 404 Gone";
    let ended = poll(&sandbox).clock_ahead(120).stderr_has(said).code(1);
    assert!(!ended.stderr.contains("secret"), "{}", ended.stderr);
    let asked: Vec<Asked> = (0..4).map(|_| next(&server)).collect();
    let paths: Vec<&str> = asked
        .iter()
        .map(|(line, _)| line.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(paths, ["/secret/0", "/secret/1", "/secret/1", "/secret/1"]);
    let told: serde_json::Value = serde_json::from_str(&asked[1].1).unwrap();
    assert_eq!(told["errors"], 1);
    assert_eq!(told["problems"][0]["severity"], "error");
}

#[test]
fn the_operator_gets_a_mail_when_a_delivery_is_dead_and_when_it_recovered() {
    let sandbox = Sandbox::new();
    version(&sandbox);
    sandbox.program(
        "sendmail",
        "#!/bin/sh\n{ echo \"<$*>\"; cat; } >>\"$HOME/mail\"\n",
    );
    sandbox.write(
        "n/=config.toml",
        setting("action-dead", "mail-operator", &["op@example.org"])
            + &setting("action-recovered", "mail-operator", &["op@example.org"]),
    );
    sandbox.behave("exit 100");
    poll(&sandbox).any_stderr().code(1);
    let id = sandbox.attempts()[0].id.clone();
    let mail = sandbox.read("home/mail");
    let (head, body) = mail.split_once("\n\n").unwrap();
    assert!(
        head.starts_with("<-i -- op@example.org>\nTo: op@example.org\n"),
        "{head}"
    );
    assert!(
        head.contains("\nSubject: larch: dead: record:mail for jo@example.org--2026/c--b--1\n"),
        "{head}"
    );
    assert!(
        head.contains("\nAuto-Submitted: auto-generated\n"),
        "{head}"
    );
    let dir = sandbox.path("n").display().to_string();
    assert_eq!(
        body,
        format!(
            "The delivery {id} of record:mail for jo@example.org--2026/c--b--1 was given up:

    attempt 1: exit code 100, which means failed for good

    jo@example.org--2026/c--b--1--base-0

larch log {dir} --delivery {id}
larch retry {dir} {id}
"
        )
    );
    sandbox.behave("");
    sandbox.larch(["retry", "n", &id]).any_stdout().ok();
    poll(&sandbox).clock_ahead(60).any_stderr().ok();
    let mail = sandbox.read("home/mail").split_off(mail.len());
    assert!(
        mail.contains("Subject: larch: recovered: record:mail for"),
        "{mail}"
    );
    assert!(
        mail.contains(" succeeded after it had failed:\n\n    attempt 2: success\n"),
        "{mail}"
    );
}

#[test]
fn a_notification_is_shown_on_the_desktop() {
    let sandbox = Sandbox::new();
    std::fs::create_dir_all(sandbox.path("tree/a<b>&é")).unwrap();
    let location = format!("dir:{}", sandbox.path("tree").display());
    sandbox
        .larch(["register-archive", "t@example.org", &location])
        .any_stdout()
        .ok();
    sandbox.write("n/=rules.archives", "t@example.org noop:\n");
    sandbox.write(
        "n/=config.toml",
        "[archive.\"t@example.org\"]\nsettle = \"0s\"\n",
    );
    link(
        &sandbox,
        "items-found",
        "desktop",
        &format!("{HOOKS}/desktop"),
    );
    // The server's file says that it has begun.
    let script = "\"$1\" shown & trap 'kill $!' EXIT; until [ -e shown ]; do sleep 0.02; done; \"$2\" notify n";
    sandbox
        .run("dbus-run-session", ["--", "sh", "-c", script, "sh"])
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/hooks/notification-server"
        ))
        .arg(env!("CARGO_BIN_EXE_larch"))
        .any_stderr()
        .ok();
    let shown: serde_json::Value = serde_json::from_str(&sandbox.read("shown")).unwrap();
    assert_eq!(
        shown,
        serde_json::json!({
            "app": "larch",
            "summary": "1 new in t@example.org",
            "body": "t@example.org/a&lt;b&gt;&amp;é",
            "urgency": 1,
        })
    );
}
