//! What is read, and how layers merge.

use std::path::{Path, PathBuf};
use std::time::Duration;

use larch::archive::{Options, Revisions};
use larch::config::{CommandInput, Config, Limit, Per, Point, Tls, Transport};
use larch::name::Level;

use super::{load, load_with_mode, problems};

#[test]
fn no_file_means_the_defaults() {
    let missing = [
        PathBuf::from("/nonexistent/a"),
        PathBuf::from("/dev/null/b"),
    ];
    assert_eq!(
        Config::load(Path::new(""), &missing).unwrap(),
        Config::default()
    );
    assert_eq!(Config::load(Path::new(""), &[]).unwrap(), Config::default());
    assert_eq!(load(&["", "# nothing\n"]).unwrap(), Config::default());
}

#[test]
fn every_setting_is_read() {
    let config = load(&[r#"
[delivery]
jobs = 2
timeout = "30s"
retry_min = "0s"
retry_max = "5m"
give_up_after = "90d"
max_items = 1
output_limit = "64KiB"

[rules]
first = 3
added = "all"

[archive."j.r@example.org--2004"]
first = "none"
added = 1
every = "1h"
include = ["*/hello--**"]
exclude = ["branch:*/*--dev"]
flood = 5
nested = true
revisions = "first-parent"
settle = "0s"
jobs = 9
timeout = "30s"

[store]
path = "elsewhere"
keep = "1d"
"#])
    .unwrap();
    assert_eq!(config.delivery.jobs, 2);
    assert_eq!(config.delivery.timeout, Duration::from_secs(30));
    assert_eq!(config.delivery.retry_min, Duration::ZERO);
    assert_eq!(config.delivery.retry_max, Duration::from_mins(5));
    assert_eq!(config.delivery.give_up_after, Duration::from_hours(90 * 24));
    assert_eq!(config.delivery.max_items, 1);
    assert_eq!(config.delivery.output_limit, 65536);
    assert_eq!(config.rules.first, Limit::Newest(3));
    assert_eq!(config.rules.added, Limit::All);
    let archive = &config.archives["j.r@example.org--2004"];
    assert_eq!(archive.first, Some(Limit::None));
    assert_eq!(archive.added, Some(Limit::Newest(1)));
    assert_eq!(archive.every, Some(Duration::from_hours(1)));
    assert!(archive.watches(Level::Branch, "j.r@example.org--2004/hello--main"));
    assert!(!archive.watches(Level::Branch, "j.r@example.org--2004/hello--dev"));
    assert_eq!(archive.flood, 5);
    let options = Options {
        nested: true,
        revisions: Revisions::FirstParent,
        settle: Duration::ZERO,
        jobs: 9,
        timeout: Duration::from_secs(30),
    };
    assert_eq!(archive.options(), options);
    assert_eq!(config.store.path, Some(PathBuf::from("/n/elsewhere")));
    assert_eq!(config.store.keep, Duration::from_hours(24));
}

#[test]
fn every_setting_of_an_action_is_read() {
    let text = r#"
[mail]
transport = "smtp://jo@[::1]:2525/host.example.org?tls=required"
password_file = "secret"
password_env = "SMTP_PASSWORD"
ca_file = "/etc/ca.pem"
timeout = "9s"
from = "Jo <jo@example.org>"
from_author = true
reply_to = "list@example.org"
list_id = "commits.example.org"
list_unsubscribe = "mailto:leave@example.org"
templates = "letters"
diff_limit = 0
max_per_poll = 3
digest = "1h"

[commands.tell-me]
argv = ["tell", "{name}"]
env = { A = "1", B = "" }
stdin = "names"
timeout = "1m"
per = "item"

[webhook.chat]
url = "https://example.org/hook/abc"
secret_file = "chat.key"
headers = { Authorization = "Bearer abc" }
template = "chat.json"
content_type = "text/plain"
timeout = "1s"
per = "item"
ordered = false

[apprise.phone]
urls = "phone.conf"
tags = ["ops"]
title = "new in {archive}"
template = "phone.txt"
timeout = "1s"
per = "item"

[syslog]
socket = "/run/log"
facility = "local3"
severity = "err"

[[hook]]
on = "action-dead"
match = "*/hello--**"
command = ["first"]

[[hook]]
on = "poll-end"
match = ["a/*", "b/*"]
command = ["second", "arg"]
timeout = "5s"

[alerts]
mail = ["ops@example.org"]
after = 1
"#;
    let config = load_with_mode(0o600, &[text]).unwrap();
    let mail = &config.mail;
    let Some(Transport::Smtp(server)) = &mail.transport else {
        panic!("{:?}", mail.transport);
    };
    assert_eq!((server.host.as_str(), server.port), ("::1", 2525));
    assert_eq!(server.tls, Tls::Required);
    assert_eq!(server.user.as_deref(), Some("jo"));
    assert_eq!(server.hello.as_deref(), Some("host.example.org"));
    assert_eq!(mail.password_file, Some(PathBuf::from("/n/secret")));
    assert_eq!(mail.ca_file, Some(PathBuf::from("/etc/ca.pem")));
    assert_eq!(mail.templates, Some(PathBuf::from("/n/letters")));
    assert_eq!(mail.digest, Some(Duration::from_hours(1)));
    assert_eq!(mail.diff_limit, 0);
    assert_eq!(config.commands["tell-me"].argv, ["tell", "{name}"]);
    assert_eq!(config.commands["tell-me"].env["A"].expose(), "1");
    assert_eq!(config.commands["tell-me"].per, Per::Item);
    assert_eq!(config.commands["tell-me"].stdin, CommandInput::Names);
    let webhook = &config.webhooks["chat"];
    assert_eq!(webhook.url.expose(), "https://example.org/hook/abc");
    assert_eq!(webhook.headers["Authorization"].expose(), "Bearer abc");
    assert!(!webhook.ordered);
    assert_eq!(config.apprise["phone"].urls, PathBuf::from("/n/phone.conf"));
    assert_eq!(config.syslog.facility.code(), 19);
    assert_eq!(config.syslog.severity.code(), 3);
    assert_eq!(config.hooks.len(), 2);
    assert_eq!(config.hooks[0].on, Point::ActionDead);
    assert_eq!(config.hooks[1].matches.len(), 2);
    assert_eq!(config.alerts.mail[0].to_string(), "ops@example.org");
    assert_eq!(config.alerts.after, 1);
    assert!(!format!("{config:?}").contains("abc"));
}

#[test]
fn each_form_of_a_transport_is_read() {
    let read = |text: &str| {
        let config = load_with_mode(0o600, &[&format!("[mail]\ntransport = \"{text}\"\n")]);
        config.ok()?.mail.transport
    };
    assert_eq!(read("sendmail"), Some(Transport::Sendmail(None)));
    assert_eq!(
        read("sendmail:bin/mta"),
        Some(Transport::Sendmail(Some("/n/bin/mta".into())))
    );
    assert_eq!(
        read("maildir:/var/m"),
        Some(Transport::Maildir("/var/m".into()))
    );
    for (text, host, port, tls) in [
        ("smtp://host", "host", 25, Tls::None),
        ("smtp://host:26", "host", 26, Tls::None),
        ("smtp://192.0.2.1/", "192.0.2.1", 25, Tls::None),
        ("smtp://host?tls=required", "host", 587, Tls::Required),
        (
            "smtp://host:25?tls=opportunistic",
            "host",
            25,
            Tls::Opportunistic,
        ),
        ("smtps://[::1]", "::1", 465, Tls::Wrapped),
    ] {
        let Some(Transport::Smtp(server)) = read(text) else {
            panic!("{text}");
        };
        assert_eq!((&*server.host, server.port, server.tls), (host, port, tls));
        assert_eq!(
            (server.user, server.password, server.hello),
            (None, None, None)
        );
    }
    let Some(Transport::Smtp(server)) = read("smtps://jo%40x:p%2Fw@host/me") else {
        panic!();
    };
    assert_eq!(server.user.as_deref(), Some("jo@x"));
    assert_eq!(server.password.unwrap().expose(), "p/w");
    assert_eq!(server.hello.as_deref(), Some("me"));
    for wrong in [
        "",
        "sendmail:",
        "maildir:",
        "smtp:",
        "smtp://",
        "smtp://:25",
        "smtp://host:",
        "smtp://host:0",
        "smtp://host:99999",
        "smtp://host?tls=maybe",
        "smtp://host?starttls",
        "smtps://host?tls=required",
        "smtp://@host",
        "smtp://jo:@host",
        "smtp://jo%00@host",
        "smtp://jo%0d%0a@host",
        "http://host",
        "lmtp://host",
        "host",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn a_layer_overrides_lists_and_tables_whole_and_hooks_add_up() {
    let strong = "[commands.a]\nenv = { A = \"1\" }\n[alerts]\nmail = [\"a@x\"]\n\
                  [[hook]]\non = \"poll-end\"\ncommand = [\"strong\"]\n";
    let weak = "[commands.a]\nargv = [\"a\"]\nenv = { A = \"2\", B = \"2\" }\n\
                [alerts]\nmail = [\"b@x\", \"c@x\"]\nafter = 9\n\
                [[hook]]\non = \"poll-end\"\ncommand = [\"weak\"]\n\
                [[hook]]\non = \"poll-start\"\ncommand = [\"weaker\"]\n";
    let config = load(&[strong, weak]).unwrap();
    let command = &config.commands["a"];
    assert_eq!(command.argv, ["a"]);
    assert_eq!(command.env.len(), 1);
    assert_eq!(command.env["A"].expose(), "1");
    assert_eq!(config.alerts.mail, ["a@x".parse().unwrap()]);
    assert_eq!(config.alerts.after, 9);
    let programs: Vec<&str> = config.hooks.iter().map(|hook| &*hook.command[0]).collect();
    assert_eq!(programs, ["weak", "weaker", "strong"]);
}

#[test]
fn what_a_section_must_have_may_stand_in_any_layer() {
    let (own, shared) = (
        "[commands.a]\nper = \"item\"\n",
        "[commands.a]\nargv = [\"a\"]\n",
    );
    for layers in [[own, shared], [shared, own]] {
        let config = load(&layers).unwrap();
        assert_eq!(config.commands["a"].argv, ["a"]);
        assert_eq!(config.commands["a"].per, Per::Item);
    }
    assert_eq!(problems(&[own, ""]).len(), 1);
}

#[test]
fn layers_merge_key_by_key() {
    let strong = "[delivery]\njobs = 1\n[archive.A]\nevery = \"1m\"\n";
    let weak = "[delivery]\njobs = 9\nmax_items = 7\n[archive.A]\nevery = \"9m\"\nfirst = 2\n";
    let config = load(&[strong, weak]).unwrap();
    assert_eq!(config.delivery.jobs, 1);
    assert_eq!(config.delivery.max_items, 7);
    assert_eq!(config.archives["A"].every, Some(Duration::from_mins(1)));
    assert_eq!(config.archives["A"].first, Some(Limit::Newest(2)));
}
