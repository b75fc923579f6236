//! Servers that hang, flood, break off and talk nonsense.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::{Hooks, behaving, reported, watched};
use crate::actions::Watched;
use crate::support::{Sandbox, free_port};

#[test]
fn a_server_that_fails_is_waited_for_within_the_time_limit() {
    let cases = [
        ("time.sleep(60)", "gave no answer within 1s"),
        (
            "raw('HTTP/1.1 200 OK\\r\\n')\ntime.sleep(60)",
            "gave no answer within 1s",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nab')\ntime.sleep(60)",
            "gave no answer within 1s",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\n')\nfor n in range(1000):\n raw(f'X-{n}: x\\r\\n')\n time.sleep(0.1)",
            "gave no answer within 1s",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\nContent-Length: 9999\\r\\n\\r\\n')\nfor n in range(1000):\n raw('x')\n time.sleep(0.1)",
            "gave no answer within 1s",
        ),
        ("raw('')", "closed the connection without an answer"),
        (
            "raw('HTTP/1.1 200')",
            "closed the connection without an answer",
        ),
        (
            "raw('220 mail.example.org ESMTP\\r\\n\\r\\n')",
            "gave no answer that HTTP knows: ",
        ),
        (
            "raw('\\0\\x1b[2J' * 9999 + '\\r\\n\\r\\n')",
            "gave no answer that HTTP knows: ",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\n')\nraw('X: ' + 'x' * 10_000_000)",
            "gave no answer that HTTP knows: ",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nab')",
            "answered 200 OK, and broke off: ",
        ),
        (
            "raw('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n')",
            "answered 200 OK, and broke off: ",
        ),
    ];
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    let behaviours: Vec<&str> = cases.iter().map(|(behaviour, _)| *behaviour).collect();
    behaving(&sandbox, &hooks, &behaviours, "timeout = \"1s\"\n");
    let begun = Instant::now();
    let reports = reported(&sandbox, &hooks, cases.len());
    assert!(begun.elapsed() < Duration::from_secs(15));
    for ((behaviour, said), report) in cases.iter().zip(reports) {
        assert!(
            report.contains(&format!("HOST {said}")),
            "{behaviour}: {report}"
        );
        assert!(
            report.contains("it is tried again after"),
            "{behaviour}: {report}"
        );
    }
    // All is told when the server is well again.
    hooks.behave(&sandbox, "answer(200)");
    hooks.take();
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    assert_eq!(hooks.take().len(), cases.len());
}

#[test]
fn a_flood_after_the_yes_is_not_read() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(
        &sandbox,
        "raw('HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n')\n\
         while True: raw('8000\\r\\n' + 'x' * 0x8000 + '\\r\\n')",
    );
    watched(&sandbox, &hooks, "/", "");
    sandbox.poll().limit(Duration::from_secs(20)).ok();
    assert_eq!(hooks.take().len(), 1);
}

#[test]
fn a_host_that_cannot_be_reached_is_named() {
    let nobody = format!("127.0.0.1:{}", free_port());
    // It lets nobody in: the connection waits in its queue.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = silent.local_addr().unwrap().to_string();
    for (host, said) in [
        (nobody.as_str(), "cannot be reached: Connection refused"),
        (
            "no-such-host.invalid",
            "cannot be reached: failed to lookup address",
        ),
        (&silent, ""),
    ] {
        let sandbox = Sandbox::new();
        Watched::new(&sandbox, "webhook:ci");
        let settings = format!("[webhook.ci]\nurl = \"http://{host}/secret\"\ntimeout = \"1s\"\n");
        sandbox.write("n/=config.toml", settings);
        sandbox.chmod("n/=config.toml", 0o600);
        let stderr = sandbox
            .poll()
            .stderr_has(format!("{host} {said}"))
            .stderr_has("it is tried again after")
            .code(1)
            .stderr;
        assert!(!stderr.contains("secret"), "{stderr}");
    }
}

#[test]
fn a_poll_that_is_stopped_does_not_wait_for_an_answer() {
    let sandbox = Sandbox::new();
    let hooks = Hooks::new(&sandbox);
    hooks.behave(&sandbox, "time.sleep(60)");
    watched(&sandbox, &hooks, "/", "");
    let poll = sandbox.poll().spawn();
    crate::support::wait_for("the post", || hooks.log.exists());
    let begun = Instant::now();
    poll.terminate();
    poll.wait();
    assert!(begun.elapsed() < Duration::from_secs(10));
    // It is owed as before.
    hooks.behave(&sandbox, "answer(200)");
    hooks.take();
    sandbox.poll().any_stderr().ok();
    assert_eq!(hooks.take().len(), 1);
}
