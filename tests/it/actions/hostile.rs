//! Many revisions of people who mean ill, through every built-in action beside mail.

use std::os::unix::net::UnixDatagram;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{MAIN, Watched};
use crate::support::Sandbox;
use crate::webhook::Hooks;

const COUNT: usize = 2000;

/// What `git fast-import` reads: commits whose messages and authors hold every byte that git takes,
/// and one with a very long line.
fn commits() -> Vec<u8> {
    let mut stream = Vec::new();
    for number in 0..COUNT {
        let byte = u8::try_from(number % 255 + 1).unwrap();
        let mut message = format!("{number} ").into_bytes();
        message.extend([byte; 3]);
        message.extend_from_slice(match number % 4 {
            0 => b"\r\nX-Injected: yes\r\n\r\n<0>kernel: panic",
            1 => "\u{202e}\u{2028}\u{feff}{{ 7 * 7 }}${HOME}`id`".as_bytes(),
            2 => b"=?utf-8?q?x?= \x1b]0;t\x07 \"},{\"name\":\"forged\"",
            _ => b"\xff\xfe\xc0\x80 -t --config=/etc/passwd",
        });
        if number == 1000 {
            message.extend(vec![b'x'; 1 << 20]);
        }
        let author = match byte {
            b'<' | b'>' | b'\n' => b'?',
            byte => byte,
        };
        stream.extend_from_slice(b"commit refs/heads/main\nauthor J");
        stream.push(author);
        stream.extend_from_slice(b"o <jo@example.org> 1700000000 +0000\ncommitter Jo <jo@example.org> 1700000000 +0000\n");
        stream.extend_from_slice(format!("data {}\n", message.len()).as_bytes());
        stream.extend_from_slice(&message);
        stream.push(b'\n');
        if number == 0 {
            stream.extend_from_slice(b"from refs/heads/main^0\n");
        }
    }
    stream
}

/// What the log at `socket` is sent, until nothing comes any more.
fn read_log(socket: UnixDatagram) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length) = socket.recv(&mut buffer) {
            let line = String::from_utf8(buffer[..length].to_vec()).unwrap();
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

#[test]
fn nothing_is_lost_and_nothing_is_forged() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let watched = Watched::new(&sandbox, "noop:");
    sandbox
        .run(
            "git",
            ["-C", "served/k.git", "fast-import", "--quiet", "--force"],
        )
        .stdin(commits())
        .any_stderr()
        .ok();
    let names = sandbox
        .run(
            "git",
            ["-C", "served/k.git", "rev-list", "--reverse", "main"],
        )
        .any_stdout()
        .ok();
    let names: Vec<String> = names
        .stdout
        .lines()
        .map(|id| format!("{MAIN}--{id}"))
        .collect();
    assert_eq!(names.len(), COUNT + 1);
    assert_eq!(names[0], watched.first());
    let log = read_log(UnixDatagram::bind(sandbox.path("log")).unwrap());
    sandbox.program("lines", "#!/bin/sh\ncat >>\"$HOME/lines\"\n");
    sandbox.write(
        "n/=config.toml",
        format!(
            "[syslog]\nsocket = \"{}\"\n[webhook.ci]\nurl = \"{}\"\n[commands.lines]\nargv = [\"lines\"]\n\
             [apprise.chat]\nurls = \"urls\"\n",
            sandbox.path("log").display(),
            hooks.url("/ci"),
        ),
    );
    sandbox.write("n/urls", format!("json://{}/chat\n", hooks.host));
    for private in ["n/=config.toml", "n/urls"] {
        sandbox.chmod(private, 0o600);
    }
    let actions = [
        "webhook:ci",
        "append:all.jsonl",
        "syslog:",
        "run:lines",
        "apprise:chat",
    ];
    let rules: Vec<String> = actions
        .iter()
        .map(|action| format!("{MAIN} {action}\n"))
        .collect();
    sandbox.write("n/=rules.versions", rules.concat());
    sandbox.poll().ok();

    let told = |items: &[Value]| -> Vec<String> {
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    let parsed = |file: &str| -> Vec<Value> {
        let text = sandbox.read(file);
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let posts = hooks.take();
    let post = |path: &str| -> Value {
        let posts: Vec<&Value> = posts.iter().filter(|post| post["path"] == path).collect();
        assert_eq!(posts.len(), 1, "{path}");
        serde_json::from_str(posts[0]["body"].as_str().unwrap()).unwrap()
    };
    let posted = post("/ci");
    assert_eq!(told(posted["items"].as_array().unwrap()), names);
    assert_eq!(told(&parsed("n/all.jsonl")), names);
    assert_eq!(told(&parsed("home/lines")), names);
    let message = post("/chat")["message"].as_str().unwrap().to_owned();
    assert_eq!(message.lines().count(), 21);
    assert!(message.ends_with(&format!("\nand {} more", names.len() - 20)));
    assert!(!message.replace('\n', "").contains(char::is_control));
    for name in &names {
        let line = log.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(
            line.contains(&format!(": new revision {name} by ")),
            "{line}"
        );
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(line.len() < 1200);
    }
}
