//! One connection for many messages, and what comes in between.

use std::time::{Duration, Instant};

use super::{MINUTE, THREE, told, watch};
use crate::support::{Sandbox, Smtp};

/// So many addresses.
fn many(count: usize) -> (String, Vec<String>) {
    let mut to: Vec<String> = (0..count).map(|n| format!("u{n}@example.org")).collect();
    let action = format!("mail-new-revisions:{}", to.join(","));
    to.sort();
    (action, to)
}

#[test]
fn a_message_arrives_as_it_was_made() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    let action = "mail-new-revisions:al@example.org";
    watch(&sandbox, action, &server.setting());
    sandbox.poll().ok();
    let mail = server.mail();
    assert_eq!(mail.len(), 1);
    let mail = &mail[0];
    assert_eq!(mail.to, ["al@example.org"]);
    assert_eq!(mail.options, Vec::<String>::new());
    assert_eq!(mail.header("To"), Some("al@example.org"));
    assert!(mail.header("From").unwrap().contains(&mail.from));
    assert_eq!(mail.defects, Vec::<String>::new());
    assert!(mail.text().contains("import of c--b--1"), "{mail:?}");
    assert!(mail.date.is_some());
    assert!(!mail.raw.ends_with("\r\n\r\n"), "{:?}", mail.raw);
    assert!(!mail.tls);
    let parts: Vec<_> = mail
        .parts
        .iter()
        .map(|part| (part.content_type.as_str(), &part.file))
        .collect();
    assert_eq!(parts, [("text/plain", &None)]);
    let id = mail.header("Message-ID").unwrap();
    let id = id.trim_start_matches('<').split('@').next().unwrap();
    sandbox
        .larch(["log", "n", "--delivery", id])
        .stdout_has("250 2.0.0 queued as 1")
        .ok();
}

#[test]
fn many_messages_take_few_connections_and_little_time() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    let (action, to) = many(100);
    let settings = server.setting() + "[delivery]\njobs = 1\n";
    watch(&sandbox, &action, &settings);
    let begun = Instant::now();
    sandbox.poll().ok();
    let took = begun.elapsed();
    assert_eq!(told(&server), to);
    assert_eq!((server.connections(), server.farewells()), (1, 1));
    // Where the last dot waits until the rest is acknowledged, each message takes 44 ms.
    assert!(took < Duration::from_millis(100 * 44 / 2), "{took:?}");
}

#[test]
fn a_relay_that_lets_one_in_at_a_time_gets_all_over_one_connection() {
    let sandbox = Sandbox::new();
    let server = Smtp::with(&sandbox, "--connections 1");
    let (action, to) = many(40);
    let settings = server.setting() + "[delivery]\njobs = 4\n";
    watch(&sandbox, &action, &settings);
    sandbox.poll().ok();
    let mail = server.take_mail();
    assert_eq!(mail.len(), to.len());
    assert!(
        mail.iter()
            .all(|each| each.connection == mail[0].connection)
    );
}

#[test]
fn all_levels_share_a_connection() {
    let sandbox = Sandbox::new();
    let server = Smtp::new(&sandbox);
    let to = "al@example.org";
    let settings = server.setting() + "[delivery]\njobs = 1\n";
    let arch = watch(&sandbox, &format!("mail-new-revisions:{to}"), &settings);
    sandbox.write("n/=rules.versions", "");
    let line = format!(
        "{} mail-new-categories:{to} mail-new-branches:{to} mail-new-versions:{to} mail-new-revisions:{to}\n",
        arch.name
    );
    sandbox.write("n/=rules.archives", line);
    sandbox.poll().ok();
    let mail = server.mail();
    assert_eq!(mail.len(), 4);
    assert!(
        mail.iter()
            .all(|each| each.connection == mail[0].connection)
    );
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_relay_that_dies_after_some_gets_the_others_later() {
    let sandbox = Sandbox::new();
    let mut server = Smtp::new(&sandbox);
    server.faults("mail * after=7 die\n");
    let (action, to) = many(20);
    let settings = server.setting() + "[delivery]\njobs = 1\n";
    watch(&sandbox, &action, &settings);
    sandbox.poll().stderr_has("smtp://127.0.0.1:").code(1);
    assert_eq!(server.mail().len(), 7);
    server.faults("");
    server.restart();
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
    assert_eq!(told(&server), to);
}

#[test]
fn a_connection_that_ended_while_nobody_used_it_is_replaced() {
    for answer in ["drop", "421 4.4.2 idle for too long|drop"] {
        let sandbox = Sandbox::new();
        let server = Smtp::new(&sandbox);
        let settings = server.setting() + "[delivery]\njobs = 1\n";
        watch(&sandbox, THREE, &settings);
        // Each connection takes one message.
        server.faults(&format!("mail * used=1 {answer}\n"));
        sandbox.poll().ok();
        assert_eq!(
            told(&server),
            ["al@example.org", "bo@example.org", "cy@example.org"]
        );
        assert_eq!(server.connections(), 3);
    }
}

#[test]
fn nobody_there_costs_one_time_out_and_everybody_waits() {
    let sandbox = Sandbox::new();
    let mut server = Smtp::new(&sandbox);
    server.faults("connect * hang\n");
    let (action, to) = many(50);
    let settings = server.setting() + "timeout = \"1s\"\n[delivery]\njobs = 2\n";
    watch(&sandbox, &action, &settings);
    let begun = Instant::now();
    let words = format!(
        "smtp://127.0.0.1:{} did not answer our greeting within 1s",
        server.port()
    );
    sandbox.poll().stderr_has(&words).code(1);
    assert!(begun.elapsed() < Duration::from_secs(4));
    assert!(server.connections() <= 2, "{}", server.connections());
    server.stop();
    let words = format!(
        "cannot connect to smtp://127.0.0.1:{}: Connection refused",
        server.port()
    );
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().code(1);
    sandbox.larch(["log", "n"]).stdout_has(&words).ok();
    server.faults("");
    server.restart();
    sandbox.poll().clock_ahead(30 * MINUTE).any_stderr().ok();
    assert_eq!(told(&server), to);
}

#[test]
fn a_host_that_is_not_known_is_said() {
    let sandbox = Sandbox::new();
    let settings = "[mail]\ntransport = \"smtp://no-such-host.invalid\"\n";
    watch(&sandbox, "mail-new-revisions:al@example.org", settings);
    sandbox
        .poll()
        .stderr_has("cannot connect to smtp://no-such-host.invalid:25: failed to lookup address")
        .code(1);
}
