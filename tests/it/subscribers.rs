//! The file `=subscribers`: who gets mail of what, and what is said of lines that are no use.

use serde_json::Value;

use super::mail::{sendmail, take_mail};
use crate::support::{Arch, Layout, Sandbox};

/// An archive whose news goes to the subscribers, at every level.
fn serve<'a>(sandbox: &'a Sandbox, subscribers: &str) -> Arch<'a> {
    sendmail(sandbox);
    let arch = Arch::new(sandbox, Layout::Nested);
    let actions = ["mail-subscribers:"; 4].join(" ");
    sandbox.write("n/=rules.archives", format!("{} {actions}\n", arch.name));
    sandbox.write("n/=subscribers", subscribers);
    arch
}

/// Who got mail since the last call, once for each message, in the order of the addresses.
#[track_caller]
fn take_readers(sandbox: &Sandbox) -> Vec<String> {
    let mail = take_mail(sandbox);
    let to = |message: &Value| message["headers"]["to"].as_str().unwrap().to_owned();
    let mut readers: Vec<String> = mail.iter().map(to).collect();
    readers.sort();
    readers
}

#[test]
fn each_reader_gets_what_the_line_says() {
    let sandbox = Sandbox::new();
    let arch = serve(
        &sandbox,
        "# ADDRESS GLOB KINDS PACE\r\n\
         all@example.org    **\r\n\
         below@example.org  */hello   revisions\r\n\
         each@example.org   revision:*/hello--** each # a mail for each\r\n\
         made@example.org   */hello   created\r\n\
         other@example.org  */other--**\r\n\
         twice@example.org  ** revisions\r\n\
         twice@Example.ORG  */hello--** revisions batch\r\n",
    );
    arch.import("hello--main--1.0");
    arch.commit("hello--main--1.0");
    sandbox.poll().ok();
    let all = ["all@example.org"; 4];
    let each = ["each@example.org"; 2];
    let made = ["made@example.org"; 3];
    let expected = [
        &all[..],
        &["below@example.org"],
        &each,
        &made,
        &["twice@example.org"],
    ];
    assert_eq!(take_readers(&sandbox), expected.concat());
    sandbox.poll().ok();
    assert!(take_readers(&sandbox).is_empty());
}

#[test]
fn a_bad_line_is_shown_and_costs_nobody_else_the_mail() {
    let sandbox = Sandbox::new();
    let arch = serve(&sandbox, "jo@example.org ** hourly\nal@example.org **\n");
    arch.import("c--b--1");
    let shown = "=subscribers:1: `hourly` is no word of a subscription";
    sandbox
        .poll()
        .stderr_has(shown)
        .stderr_has("1 | jo@example.org ** hourly\n      |                   ^^^^^^")
        .code(1);
    assert_eq!(take_readers(&sandbox), ["al@example.org"; 4]);
    // Nothing is sent, so nothing is read, and the problem is neither new nor over.
    sandbox.poll().ok();
    arch.commit("c--b--1");
    sandbox.poll().code(1);
    assert_eq!(take_readers(&sandbox), ["al@example.org"]);
    sandbox.write(
        "n/=subscribers",
        "jo@example.org ** each\nal@example.org **\n",
    );
    arch.commit("c--b--1");
    sandbox.poll().stderr_has("over: ").stderr_has(shown).ok();
    assert_eq!(take_readers(&sandbox), ["al@example.org", "jo@example.org"]);
}

#[test]
fn what_cannot_be_divided_waits_until_it_can_be() {
    let sandbox = Sandbox::new();
    let arch = serve(&sandbox, "");
    std::fs::remove_file(sandbox.path("n/=subscribers")).unwrap();
    std::fs::create_dir(sandbox.path("n/=subscribers")).unwrap();
    arch.import("c--b--1");
    sandbox
        .poll()
        .stderr_has("=subscribers: it is not a regular file")
        .code(1);
    assert!(take_readers(&sandbox).is_empty());
    std::fs::remove_dir(sandbox.path("n/=subscribers")).unwrap();
    sandbox.write("n/=subscribers", "jo@example.org **\n");
    sandbox.poll().clock_ahead(600).any_stderr().ok();
    sandbox.poll().clock_ahead(1200).any_stderr().ok();
    assert_eq!(take_readers(&sandbox), ["jo@example.org"; 4]);
}

#[test]
fn nobody_subscribed_is_no_failure() {
    let sandbox = Sandbox::new();
    let arch = serve(&sandbox, "");
    arch.import("c--b--1");
    std::fs::remove_file(sandbox.path("n/=subscribers")).unwrap();
    sandbox.poll().ok();
    // Who comes later is told of what comes later.
    sandbox.write("n/=subscribers", "jo@example.org **\n");
    sandbox.poll().ok();
    assert!(take_readers(&sandbox).is_empty());
    arch.commit("c--b--1");
    sandbox.poll().ok();
    assert_eq!(take_readers(&sandbox), ["jo@example.org"]);
}

#[test]
fn check_tells_of_bad_lines_and_of_what_nobody_sends_or_reads() {
    let sandbox = Sandbox::new();
    let arch = serve(&sandbox, "jo@example.org\n");
    sandbox
        .larch(["check", "n"])
        .stdout_has("a subscriber needs a glob after the address")
        .stdout_has("--> n/=subscribers:1:15")
        .code(1);
    sandbox.write("n/=subscribers", "# nobody yet\n");
    sandbox
        .larch(["check", "n"])
        .stdout_has("warning: n/=rules.archives:1: nobody subscribed")
        .code(1);
    sandbox.write("n/=subscribers", "jo@example.org **\n");
    sandbox.larch(["check", "n"]).stdout_has("all is well").ok();
    sandbox.chmod("n/=subscribers", 0o666);
    sandbox
        .larch(["check", "n"])
        .stdout_has("can be written by everybody")
        .code(1);
    sandbox.chmod("n/=subscribers", 0o664);
    sandbox.write("n/=rules.archives", format!("{} noop:\n", arch.name));
    sandbox
        .larch(["check", "n", "--json"])
        .stdout_has("\"kind\":\"unused-subscribers\"")
        .code(1);
    sandbox.write(
        "n/=rules.archives",
        format!("{} mail-subscribers:jo@example.org\n", arch.name),
    );
    sandbox
        .larch(["check", "n"])
        .stdout_has("mail-subscribers:jo@example.org: nothing stands behind the `:`")
        .code(1);
}

#[test]
fn the_command_tells_who_gets_what_and_why() {
    let sandbox = Sandbox::new();
    let arch = serve(
        &sandbox,
        "a@example.org */c--** digest\n\
         b@example.org */d--**\n\
         c@example.org ** created\n\
         d@example.org **\n\
         d@example.org */c each\n",
    );
    let revision = arch.import("c--b--1");
    sandbox
        .larch(["subscribers", "n"])
        .stdout(
            "line  address        names    files  wants    told\n   \
             1  a@example.org  */c--**         all      digest\n   \
             2  b@example.org  */d--**         all      batch\n   \
             3  c@example.org  **              created  batch\n   \
             4  d@example.org  **              all      batch\n   \
             5  d@example.org  */c             all      each\n",
        )
        .ok();
    sandbox
        .larch(["subscribers", "n", &revision])
        .stdout(
            "line  address        gets it  why\n   \
             1  a@example.org  digest   */c--** matches\n   \
             2  b@example.org  no       */d--** matches neither the revision nor what is above it\n   \
             3  c@example.org  no       only created is wanted, and this is a revision\n   \
             4  d@example.org  no       line 5 sends it to the same address\n   \
             5  d@example.org  each     */c matches\n",
        )
        .ok();
    let category = arch.qualified("c");
    let json = sandbox
        .larch(["subscribers", "n", &category, "--json"])
        .any_stdout()
        .ok();
    let whys: Vec<String> = json
        .stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["why"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        whys,
        [
            "other-name",
            "other-name",
            "matches",
            "other-line",
            "matches"
        ]
    );
    sandbox
        .larch(["subscribers", "n", &arch.name])
        .stderr_has("nobody is told of archives")
        .code(2);
    std::fs::remove_file(sandbox.path("n/=subscribers")).unwrap();
    sandbox
        .larch(["subscribers", "n"])
        .stderr_has("there is no file n/=subscribers")
        .code(1);
}
