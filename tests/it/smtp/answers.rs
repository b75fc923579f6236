//! What a relay may answer, and what becomes of the message.

use std::time::{Duration, Instant};

use super::{MINUTE, THREE, told, watch};
use crate::support::{Sandbox, Smtp};

const ALL: [&str; 3] = ["al@example.org", "bo@example.org", "cy@example.org"];

/// The words for the server, with its port in them.
fn said(server: &Smtp, words: &str) -> String {
    format!("smtp://127.0.0.1:{} {words}", server.port())
}

#[test]
fn one_of_three_is_refused_and_the_others_are_told_once() {
    let stages = [
        ("rcpt bo@*", "RCPT"),
        ("data bo@*", "DATA"),
        ("dot bo@*", "the message"),
    ];
    for (stage, step) in stages {
        let sandbox = Sandbox::new();
        let server = Smtp::new(&sandbox);
        // All lines are told; what acts on a terminal is not.
        let answer = r"550-5.1.1 no bo\x1b\r\n550 5.1.1 h\xe9re";
        server.faults(&format!("{stage} {answer}\n"));
        watch(
            &sandbox,
            THREE,
            &(server.setting() + "[delivery]\njobs = 1\n"),
        );
        let words = said(
            &server,
            &format!(r"answered {step} with 550 5.1.1 no bo\u{{1b}} h?re"),
        );
        sandbox.poll().stderr_has(&words).code(1);
        assert_eq!(told(&server), ["al@example.org", "cy@example.org"]);
        assert_eq!(server.connections(), 1);
        sandbox.larch(["log", "n"]).stdout_has(&words).ok();
        server.faults("");
        sandbox.poll().clock_ahead(600 * MINUTE).any_stderr().ok();
        assert_eq!(told(&server), [""; 0]);
        // It is not lost.
        sandbox.larch(["retry", "n", "--all"]).any_stdout().ok();
        sandbox.poll().clock_ahead(601 * MINUTE).any_stderr().ok();
        assert_eq!(told(&server), ["bo@example.org"]);
    }
}

#[test]
fn what_is_refused_for_now_comes_later_and_others_at_once() {
    let stages = [
        ("rcpt bo@*", "RCPT"),
        ("data bo@*", "DATA"),
        ("dot bo@*", "the message"),
    ];
    for (stage, step) in stages {
        let sandbox = Sandbox::new();
        let server = Smtp::new(&sandbox);
        server.faults(&format!("{stage} 451 4.7.1 come again\n"));
        watch(&sandbox, THREE, &server.setting());
        let words = said(
            &server,
            &format!("answered {step} with 451 4.7.1 come again"),
        );
        sandbox.poll().stderr_has(&words).code(1);
        assert_eq!(told(&server), ["al@example.org", "cy@example.org"]);
        server.faults("");
        sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
        assert_eq!(told(&server), ["bo@example.org"]);
    }
}

/// What is no fault of a message never makes it dead.
#[test]
fn a_relay_that_fails_gets_everything_later() {
    let faults = [
        (
            "connect * 554 5.7.1 go away",
            "answered our greeting with 554 5.7.1 go away",
        ),
        ("connect * 421 full", "answered our greeting with 421 full"),
        (
            "connect * HTTP/1.1 400 Bad Request",
            "it does not speak SMTP",
        ),
        (
            "connect * drop",
            "broke off at our greeting: the connection was closed",
        ),
        (
            "connect * endless",
            "broke off at our greeting: the answer does not end",
        ),
        (
            "connect * flood",
            "broke off at our greeting: the answer does not end",
        ),
        ("connect * hang", "did not answer our greeting within 1s"),
        ("connect * trickle", "did not answer our greeting within 1s"),
        ("ehlo * 502 no", "answered our greeting with 502 no"),
        ("ehlo * hang", "did not answer our greeting within 1s"),
        ("mail * 421 bye|drop", "answered MAIL with 421 bye"),
        (
            "mail * 530 5.7.0 log in first",
            "answered MAIL with 530 5.7.0 log in first",
        ),
        ("mail * 451 no disk", "answered MAIL with 451 no disk"),
        ("mail * hang", "did not answer MAIL within 1s"),
        ("mail * 354 what?", "`354 what?` is no answer to it"),
        ("rcpt * 421 bye|drop", "answered RCPT with 421 bye"),
        (
            "rcpt * drop",
            "broke off at RCPT: the connection was closed",
        ),
        ("rcpt * hang", "did not answer RCPT within 1s"),
        ("data * 250 what?", "`250 what?` is no answer to it"),
        (
            "data * 354 go on|drop",
            "it may have taken the message, which will come again",
        ),
        ("data * hang", "did not answer DATA within 1s"),
        (
            "dot * drop",
            "it may have taken the message, which will come again",
        ),
        (
            "dot * hang",
            "did not answer the message within 1s; it may have taken",
        ),
        ("dot * 421 bye|drop", "answered the message with 421 bye"),
        ("dot * garbage", "it does not speak SMTP"),
    ];
    std::thread::scope(|scope| {
        for faults in faults.chunks(6) {
            scope.spawn(move || {
                let server_sandbox = Sandbox::new();
                let server = Smtp::new(&server_sandbox);
                for (fault, words) in faults {
                    fails_and_recovers(&server, fault, words);
                }
            });
        }
    });
}

#[track_caller]
fn fails_and_recovers(server: &Smtp, fault: &str, words: &str) {
    let sandbox = Sandbox::new();
    server.faults(&format!("{fault}\n"));
    watch(&sandbox, THREE, &(server.setting() + "timeout = \"1s\"\n"));
    let begun = Instant::now();
    sandbox.poll().stderr_has(words).code(1);
    assert!(begun.elapsed() < Duration::from_secs(20), "{fault}");
    assert_eq!(told(server), [""; 0], "{fault}");
    server.faults("");
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
    assert_eq!(told(server), ALL, "{fault}");
}

#[test]
fn only_a_lost_answer_makes_a_message_come_twice() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    server.faults("dot bo@* lose\n");
    watch(&sandbox, THREE, &server.setting());
    sandbox
        .poll()
        .stderr_has("it may have taken the message")
        .code(1);
    let first = server.take_mail();
    assert_eq!(first.len(), 3);
    server.faults("");
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
    let again = server.take_mail();
    assert_eq!(again.len(), 1);
    assert_eq!(again[0].to, ["bo@example.org"]);
    let id = again[0].header("Message-ID");
    assert!(
        first
            .iter()
            .any(|mail| mail.to == again[0].to && mail.header("Message-ID") == id)
    );
}

#[test]
fn a_poll_that_is_told_to_stop_does_not_wait_for_a_relay() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    server.faults("rcpt * hang\n");
    watch(
        &sandbox,
        "mail-new-revisions:al@example.org",
        &server.setting(),
    );
    let mut poll = sandbox.poll().spawn();
    while server.connections() == 0 {
        assert!(!poll.has_ended());
        std::thread::yield_now();
    }
    let begun = Instant::now();
    poll.terminate();
    poll.wait();
    assert!(begun.elapsed() < Duration::from_secs(5));
    server.faults("");
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
    assert_eq!(told(&server), ["al@example.org"]);
}

#[test]
fn an_address_beyond_ascii_is_sent_where_the_relay_takes_it() {
    let to = "j\u{f6}@example.org";
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    watch(
        &sandbox,
        &format!("mail-new-revisions:{to}"),
        &server.setting(),
    );
    sandbox.poll().ok();
    let mail = server.take_mail();
    assert_eq!(mail[0].to, [to]);
    assert!(
        mail[0].options.contains(&"SMTPUTF8".to_owned()),
        "{:?}",
        mail[0]
    );
    let sandbox = Sandbox::new();
    let server = Smtp::with(&sandbox, "--no-utf8");
    watch(
        &sandbox,
        &format!("mail-new-revisions:{to},al@example.org"),
        &server.setting(),
    );
    let words = said(&server, "does not take addresses that are not ASCII");
    sandbox.poll().stderr_has(words).code(1);
    assert_eq!(told(&server), ["al@example.org"]);
}
