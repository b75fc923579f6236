//! The built-in mail actions, with a `sendmail` that keeps what it is given, and Python's parser as
//! the judge of what that is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Arch, Layout, Repo, Sandbox, register};

const MINUTE: i64 = 60;

/// Reads each message as any mail program would, and prints it as a line of JSON.
const READ: &str = r#"
import email, email.policy, email.utils, json, sys
for path in sys.argv[1:]:
    message = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
    defects = list(message.defects) + [d for h in message.values() for d in h.defects]
    print(json.dumps({
        "headers": {name.lower(): str(value) for name, value in message.items()},
        "count": len(message.keys()),
        "date": email.utils.parsedate_to_datetime(message["Date"]).timestamp(),
        "body": message.get_content().replace("\r\n", "\n"),
        "defects": [repr(defect) for defect in defects],
        "carriage": b"\r" in open(path, "rb").read(),
        "arguments": open(path + ".arguments").read().split("\n")[:-1],
    }))
"#;

/// Puts a `sendmail` where it is found first. What it does after it has kept a message stands in
/// `sendmail-then`, in the language of sh.
pub(super) fn sendmail(sandbox: &Sandbox) {
    sandbox.program(
        "sendmail",
        "#!/bin/sh\n\
         kept=\"$HOME/mail-$$\"\n\
         cat >\"$kept\"\n\
         printf '%s\\n' \"$@\" >\"$kept.arguments\"\n\
         . \"$HOME/sendmail-then\"\n",
    );
    sandbox.write("home/sendmail-then", "");
}

/// The messages that were sent since the last call, parsed; none of them has a defect.
#[track_caller]
pub(super) fn take_mail(sandbox: &Sandbox) -> Vec<Value> {
    let entries = fs::read_dir(sandbox.path("home")).unwrap();
    let mut paths: Vec<String> = entries
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .filter(|path| path.contains("/mail-") && Path::new(path).extension().is_none())
        .collect();
    paths.sort();
    let mut arguments = vec!["-c".to_owned(), READ.to_owned()];
    arguments.extend(paths.iter().cloned());
    let read = sandbox.run("python3", arguments).any_stdout().ok();
    for path in &paths {
        fs::remove_file(path).unwrap();
    }
    let mail: Vec<Value> = read
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for message in &mail {
        assert_eq!(message["defects"], Value::Array(Vec::new()), "{message}");
        assert_eq!(message["carriage"], false, "{message}");
    }
    mail
}

/// Watches the version `c--b--1`, of which there is one revision, with this action.
fn watch<'a>(sandbox: &'a Sandbox, action: &str) -> Arch<'a> {
    let arch = Arch::new(sandbox, Layout::Flat);
    arch.import("c--b--1");
    let line = format!("{}/c--b--1 {action}\n", arch.name);
    sandbox.write("n/=rules.versions", line);
    arch
}

/// The subjects of the messages that were sent since the last call, sorted.
#[track_caller]
fn take_subjects(sandbox: &Sandbox) -> Vec<String> {
    let mail = take_mail(sandbox);
    let subject = |message: &Value| message["headers"]["subject"].as_str().unwrap().to_owned();
    let mut subjects: Vec<String> = mail.iter().map(subject).collect();
    subjects.sort();
    subjects
}

#[test]
fn init_with_an_address_mails_what_is_new_from_then_on() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("hello--main--1.0");
    let location = arch.location.to_str().unwrap();
    sandbox
        .larch(["init", "n", "--watch", location])
        .arg("--mail=al@example.org,bo@example.com")
        .any_stdout()
        .ok();
    sandbox.poll().ok();
    assert!(take_mail(&sandbox).is_empty());
    let revision = arch.commit_summary("hello--main--1.0", "Fix the typo");
    sandbox.poll().env("LOGNAME", "jo").ok();
    let mail = take_mail(&sandbox);
    let mut addresses = Vec::new();
    for message in &mail {
        let headers = &message["headers"];
        let address = headers["to"].as_str().unwrap();
        addresses.push(address);
        assert!(headers["from"].as_str().unwrap().starts_with("jo@"));
        assert_eq!(headers["subject"], "[hello/main] Fix the typo");
        assert_eq!(headers["auto-submitted"], "auto-generated");
        assert_eq!(headers["mime-version"], "1.0");
        assert_eq!(headers["x-larch-action"], "mail-new-revisions");
        let arguments = message["arguments"].as_array().unwrap();
        assert_eq!(arguments.last().unwrap(), address);
        let body = message["body"].as_str().unwrap();
        for part in [
            &format!("Revision: {revision}\n"),
            "Author:   Jo Tester <jo@example.org>\nDate:     20",
            "\n\nFix the typo\n",
        ] {
            assert!(body.contains(part), "{body}");
        }
    }
    addresses.sort_unstable();
    assert_eq!(addresses, ["al@example.org", "bo@example.com"]);
    // What appears later is told in full: one message for each level and address.
    arch.import("other--main--2.0");
    sandbox.poll().ok();
    let mut subjects = take_subjects(&sandbox);
    assert_eq!(subjects.len(), 8);
    subjects.dedup();
    assert_eq!(
        subjects,
        [
            "[jo@example.org--2026] new category other",
            "[other/main] import of other--main--2.0",
            "[other/main] new version other--main--2.0",
            "[other] new branch other--main",
        ]
    );
}

#[test]
fn several_items_come_in_one_message() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let arch = watch(&sandbox, "mail-new-revisions:al@example.org");
    arch.commit_summary("c--b--1", "Second");
    arch.commit_summary("c--b--1", "Third");
    sandbox.poll().ok();
    let mail = take_mail(&sandbox);
    assert_eq!(mail.len(), 1);
    assert_eq!(
        mail[0]["headers"]["subject"],
        "[c/b] 3 new revisions: import of c--b--1"
    );
    let body = mail[0]["body"].as_str().unwrap();
    let places: Vec<usize> = ["import of", "Second", "Third"]
        .iter()
        .map(|summary| body.find(summary).unwrap())
        .collect();
    assert!(places.is_sorted(), "{body}");
}

#[test]
fn an_attempt_that_failed_for_now_is_repeated_with_the_same_message_id() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    watch(&sandbox, "mail-new-revisions:al@example.org");
    sandbox.write("home/sendmail-then", "echo the queue is full >&2; exit 75");
    sandbox
        .poll()
        .stderr_has("exit code 75")
        .stderr_has("the queue is full")
        .code(1);
    sandbox.write("home/sendmail-then", "");
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().code(0);
    let mail = take_mail(&sandbox);
    let [first, second] = &mail[..] else {
        panic!("{mail:?}");
    };
    let id = &first["headers"]["message-id"];
    assert_eq!(id, &second["headers"]["message-id"]);
    let log = sandbox.larch(["log", "n", "--json"]).any_stdout().ok();
    let delivery = id.as_str().unwrap().trim_start_matches('<');
    let delivery = delivery.split('@').next().unwrap();
    assert!(log.stdout.contains(&format!("\"{delivery}\"")), "{id}");
    assert_eq!(first["body"], second["body"]);
}

#[test]
fn a_sendmail_that_refuses_for_good_is_not_asked_again() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    watch(&sandbox, "mail-new-revisions:al@example.org");
    sandbox.write("home/sendmail-then", "exit 100");
    sandbox.poll().any_stderr().code(1);
    sandbox.poll().clock_ahead(10 * MINUTE).any_stderr().ok();
    assert_eq!(take_mail(&sandbox).len(), 1);
}

#[test]
fn a_sendmail_that_hangs_is_ended() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    watch(&sandbox, "mail-new-revisions:al@example.org");
    sandbox.write("n/=config.toml", "[delivery]\ntimeout = \"1s\"\n");
    sandbox.write("home/sendmail-then", "sleep 600");
    sandbox
        .poll()
        .stderr_has("ran longer than 1s and was ended")
        .code(1);
}

#[test]
fn mail_waits_for_a_sendmail() {
    // Where the system has one, it would be found, and used.
    if ["/usr/sbin/sendmail", "/usr/lib/sendmail"]
        .iter()
        .any(|path| Path::new(path).exists())
    {
        return;
    }
    let sandbox = Sandbox::new();
    watch(&sandbox, "mail-new-revisions:al@example.org");
    let path = "/usr/bin:/bin";
    sandbox
        .poll()
        .env("PATH", path)
        .stderr_has("mail is handed to the program sendmail, which is not on the PATH")
        .stderr_has("What is owed to it waits.")
        .code(1);
    sandbox
        .larch(["check", "n"])
        .env("PATH", path)
        .stdout_has("=rules.versions:1: mail is handed to the program sendmail")
        .code(1);
    sendmail(&sandbox);
    sandbox.poll().env("PATH", path).any_stderr().ok();
    assert_eq!(take_mail(&sandbox).len(), 1);
}

#[test]
fn check_names_an_address_that_is_none() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    watch(&sandbox, "mail-new-revisions:al@example.org,bo");
    sandbox
        .larch(["check", "n"])
        .stdout_has("mail-new-revisions:al@example.org,bo: `bo` is no mail address")
        .code(1);
    sandbox.poll().stderr_has("`bo` is no mail address").code(1);
    assert!(take_mail(&sandbox).is_empty());
}

#[test]
fn each_revision_is_mailed_to_each_address_by_itself() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let action = "mail-each-revision:al@example.org,bo@example.org";
    let arch = watch(&sandbox, action);
    arch.commit_summary("c--b--1", "Second");
    sandbox.poll().ok();
    let mail = take_mail(&sandbox);
    let header =
        |message: &Value, name: &str| message["headers"][name].as_str().unwrap().to_owned();
    let mut told: Vec<(String, String)> = mail
        .iter()
        .map(|message| (header(message, "to"), header(message, "subject")))
        .collect();
    told.sort();
    let told: Vec<(&str, &str)> = told
        .iter()
        .map(|(to, what)| (to.as_str(), what.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("al@example.org", "[c/b] Second"),
            ("al@example.org", "[c/b] import of c--b--1"),
            ("bo@example.org", "[c/b] Second"),
            ("bo@example.org", "[c/b] import of c--b--1"),
        ]
    );
    // One thread for all, and each message by itself.
    let mut ids: Vec<String> = mail
        .iter()
        .map(|message| header(message, "message-id"))
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4);
    let thread = header(&mail[0], "references");
    assert!(
        mail.iter()
            .all(|message| header(message, "references") == thread)
    );
}

#[test]
fn by_hand_it_mails_what_it_is_told() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let arch = Arch::new(&sandbox, Layout::Nested);
    let first = arch.import("c--b--1");
    let second = arch.commit_summary("c--b--1", "Second");
    let other = arch.import("d--b--1");
    let addresses = "al@example.org,bo@example.org";
    sandbox
        .larch(["mail-new-revisions", addresses, &first, &second, &other])
        .ok();
    let once = [
        "[c/b] 2 new revisions: import of c--b--1",
        "[d/b] import of d--b--1",
    ];
    let twice = |subjects: [&'static str; 2]| subjects.map(|subject| [subject; 2]).concat();
    assert_eq!(take_subjects(&sandbox), twice(once));
    sandbox
        .larch(["mail-each-revision", addresses, &first, &second])
        .ok();
    let each = ["[c/b] Second", "[c/b] import of c--b--1"];
    assert_eq!(take_subjects(&sandbox), twice(each));
    // The settings are those of the directory that is named.
    sandbox.write("n/=config.toml", "[mail]\nfrom = \"larch@example.com\"\n");
    sandbox
        .larch([
            "mail-new-categories",
            "al@example.org",
            &arch.qualified("c"),
        ])
        .env("LARCH_DIR", sandbox.path("n"))
        .ok();
    let mail = take_mail(&sandbox);
    assert_eq!(mail[0]["headers"]["from"], "larch@example.com");
    sandbox.write("home/sendmail-then", "echo no room >&2; exit 75");
    sandbox
        .larch(["mail-new-revisions", "al@example.org", &first])
        .stdout_has("no room")
        .stderr_has("mail-new-revisions:al@example.org to al@example.org: exit code 75")
        .code(1);
}

#[test]
fn by_hand_every_built_in_action_does_what_it_does_in_a_poll() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let revision = arch.import("c--b--1");
    sandbox.larch(["append", "news", &revision]).ok();
    let line: Value = serde_json::from_str(&sandbox.read("news")).unwrap();
    assert_eq!(line["name"], revision.as_str());
    assert_eq!(line["summary"], "import of c--b--1");
    // A THUNK that may be empty may be left out.
    sandbox.write("n/=config.toml", "[syslog]\nsocket = \"none\"\n");
    sandbox
        .larch(["syslog", &revision])
        .env("LARCH_DIR", sandbox.path("n"))
        .stderr_has("error: syslog:: ")
        .code(1);
}

#[test]
fn by_hand_nothing_and_nonsense_are_refused() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let arch = Arch::new(&sandbox, Layout::Nested);
    let revision = arch.import("c--b--1");
    for (arguments, said) in [
        (
            &["mail-new-categories"][..],
            "no address stands behind the `:`",
        ),
        (&["mail-new-categories", "al"], "`al` is no mail address"),
        (
            &["mail-new-categories", "al@example.org"],
            "an action is told what is new",
        ),
        (
            &["mail-new-categories", "al@example.org", "A/c\nBcc: x"],
            "holds a line's end",
        ),
        (
            &["mail-new-categories", "al@example.org", &arch.name],
            "is an archive",
        ),
        (&["mail-new-revisions", &revision], "is no mail address"),
    ] {
        let ended = sandbox.larch(arguments).any_stderr().output();
        assert_eq!(ended.code(), Some(2), "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    sandbox
        .larch(["mail-new-categories", "al@example.org", "elsewhere/c"])
        .stderr_has("elsewhere")
        .code(1);
    assert!(take_mail(&sandbox).is_empty());
}

#[test]
fn nothing_is_said_by_hand_of_what_the_archive_does_not_hold() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let repo = Repo::new(&sandbox, "kettle");
    let location = format!("git:{}", sandbox.path("served").display());
    register(&sandbox, "git", &location);
    sandbox.write("n/=subscribers", "al@example.org git/**\n");
    let hash = repo.git(["rev-parse", "HEAD"]);
    let whole = format!("git/kettle--heads--main--{hash}");
    let short = format!("git/kettle--heads--main--{}", &hash[..12]);
    let other = "git/kettle--heads--main--0123456789ab";
    let meant = format!("hashes are written whole; did you mean `{whole}`?");
    let lists =
        "hashes are written whole; `larch revisions git/kettle--heads--main` lists what there is";
    for (name, way) in [
        (short.as_str(), meant.as_str()),
        (other, lists),
        ("git/ketle", "did you mean `git/kettle`?"),
        ("git/ketle--heads--main", "did you mean `git/kettle`?"),
    ] {
        for words in [
            ["mail-new-revisions", "al@example.org"],
            ["mail-preview", "n"],
            ["subscribers", "n"],
        ] {
            let run = sandbox
                .larch(words)
                .arg(name)
                .stderr_has("the archive has no");
            run.stderr_has(way).code(1);
        }
    }
    assert!(take_mail(&sandbox).is_empty());
    sandbox
        .larch(["mail-preview", "n", &whole])
        .any_stdout()
        .ok();
    sandbox
        .larch(["subscribers", "n", &whole])
        .any_stdout()
        .ok();
    sandbox.write("n/=rules.versions", "git/kettle--heads--main noop:\n");
    sandbox.poll().ok();
    let explained = sandbox.larch(["explain", "n", &short]);
    explained.stdout_has("Hashes are written whole").ok();
}

#[test]
fn one_command_mails_what_is_pushed_to_a_git_server() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let repo = Repo::new(&sandbox, "kettle");
    sandbox
        .larch(["init", "n", "--watch", "git:served"])
        .arg("--mail=al@example.org")
        .any_stdout()
        .ok();
    sandbox
        .larch(["check", "n"])
        .stdout("n: all is well with 1 rule\n")
        .ok();
    sandbox.poll().ok();
    assert!(take_mail(&sandbox).is_empty());
    repo.commit("Heat the water\n\nSlowly.");
    repo.git(["branch", "spout"]);
    repo.push();
    Repo::new(&sandbox, "teapot").commit("not pushed");
    sandbox.poll().ok();
    let subjects = take_subjects(&sandbox);
    // The branch brings nothing of its own, and `heads` is no news.
    assert_eq!(
        subjects,
        [
            "[kettle/main] Heat the water",
            "[kettle] new branch spout",
            "[served] new repository teapot",
            "[teapot/main] first",
            "[teapot] new branch main",
        ]
    );
}

#[test]
fn what_has_no_address_goes_to_nobody_and_least_of_all_to_an_item() {
    let sandbox = Sandbox::new();
    sendmail(&sandbox);
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1");
    sandbox.write(
        "n/=rules.archives",
        format!("{} mail-new-categories:\n", arch.name),
    );
    sandbox
        .poll()
        .stderr_has("no address stands behind the `:`")
        .code(1);
    assert_eq!(take_mail(&sandbox), Vec::<Value>::new());
}
