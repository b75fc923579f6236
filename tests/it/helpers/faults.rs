//! Helpers that crash, hang, flood and lie: each ends in an error that names it, and nothing else.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use larch::archive::{self, Access, Archive, ArchiveError, Listing, Options};
use larch::name::{Level, Name};

use super::protocol::shop;
use crate::support::{Sandbox, access, register};

/// What a helper in sh says that has read its first request.
const HELLO: &str = r#"read -r line
printf '{"id":1,"protocol":1,"capabilities":["describe","log","since"],"end":true}\n'
"#;

/// Opens the archive `bad`, which the script lists, and hands it to `with`.
fn with_helper<T>(
    sandbox: &Sandbox,
    script: &str,
    timeout: Duration,
    stop: &AtomicBool,
    with: impl FnOnce(&dyn Archive) -> T,
) -> T {
    sandbox.program("larch-archive-bad", &format!("#!/bin/sh\n{script}"));
    let exec_path = [sandbox.path("bin")];
    let access = Access {
        exec_path: &exec_path,
        stop,
        ..access(Options {
            timeout,
            ..Options::default()
        })
    };
    let archive = archive::open("bad", "bad:here", None, access).unwrap();
    with(archive.as_ref())
}

fn subject() -> Name {
    Name::parse("bad", Some(Level::Archive)).unwrap()
}

fn list(archive: &dyn Archive) -> Result<Listing, ArchiveError> {
    archive.list(&subject(), None, &|_| false)
}

/// What listing says of a helper that does what the script says.
#[track_caller]
fn fault(script: &str) -> String {
    let stop = AtomicBool::new(false);
    let limit = Duration::from_secs(20);
    with_helper(&Sandbox::new(), script, limit, &stop, |archive| {
        let first = list(archive).unwrap_err().to_string();
        assert_eq!(list(archive).unwrap_err().to_string(), first);
        first
    })
}

/// The same of one that says hello, and then prints `answer` to the first request.
#[track_caller]
fn fault_after_hello(answer: &str) -> String {
    fault(&format!(
        "{HELLO}read -r line\ncat <<'END'\n{answer}\nEND\nread -r line"
    ))
}

#[test]
fn a_helper_that_crashes_is_named_with_its_last_words() {
    assert_eq!(
        fault("echo one >&2; printf 'the disk\\033[2J\\n\\nis on fire\\n' >&2; exit 3"),
        "larch-archive-bad failed for bad:here: it ended before its answer to hello did \
         (exit status: 3); it said: one | the disk\\u{1b}[2J | is on fire"
    );
    assert!(fault("kill -9 $$").contains("(signal: 9 (SIGKILL))"));
    assert!(fault("exec >&-; sleep 600").contains("it closed its output"));
}

#[test]
fn half_a_listing_is_none() {
    let half = fault(&format!(
        r#"{HELLO}read -r line; printf '{{"id":2,"item":"a"}}\n{{"id":2,"end":true'"#
    ));
    assert!(
        half.contains("ended before its answer to list did (exit status: 0)"),
        "{half}"
    );
}

#[test]
fn a_line_that_is_none_of_the_protocol_is_shown() {
    for (answer, problem) in [
        ("hello", "(it is no object): hello"),
        ("[2,true]", "(it is no object): [2,true]"),
        ("", "(it is no object)"),
        ("{\"id\":2", "(EOF while parsing an object"),
        (r#"{"id":"2","end":true}"#, "(invalid type: string"),
        (r#"{"id":2,"id":2,"end":true}"#, "(duplicate field `id`"),
        (
            r#"{"id":2,"error":{"kind":"odd","message":""}}"#,
            "(unknown variant `odd`",
        ),
        (
            r#"{"id":3,"end":true}"#,
            "it answered request 3 when it was asked request 2",
        ),
        (
            r#"{"end":true}"#,
            "it answered request 0 when it was asked request 2",
        ),
        (
            r#"{"id":2}"#,
            r#"it answered list with a line that does not belong there: {\"id\":2}"#,
        ),
        (
            r#"{"id":2,"text":"x"}"#,
            "a line that does not belong there",
        ),
        (
            r#"{"id":2,"item":"x","item_base64":"eA=="}"#,
            "a line that does not belong there",
        ),
        (
            r#"{"id":2,"item_base64":"%"}"#,
            "a line that does not belong there",
        ),
        (r#"{"id":2,"item":""}"#, "it listed an item without a name"),
        (
            "{\"id\":2,\"item\":\"x y\"}\n{\"id\":2,\"item_base64\":\"eCB5\"}\n{\"id\":2,\"end\":true}",
            "it listed `x%20y` twice",
        ),
        (
            r#"{"id":2,"end":true,"since":true}"#,
            "it listed what came since",
        ),
    ] {
        let fault = fault_after_hello(answer);
        assert!(fault.contains(problem), "{answer}: {fault}");
        assert!(
            fault.starts_with("larch-archive-bad failed for bad:here: it "),
            "{fault}"
        );
    }
}

#[test]
fn hello_comes_first_and_in_a_version_that_is_known() {
    for (answer, problem) in [
        (
            r#"{"id":1,"item":"x"}"#,
            "it answered hello with a line that does not belong there",
        ),
        (
            r#"{"id":1,"end":true}"#,
            "its answer to hello names no protocol",
        ),
        (
            r#"{"id":1,"protocol":2,"end":true}"#,
            "it speaks version 2 of the protocol, and this larch speaks version 1",
        ),
        (
            r#"{"id":1,"error":{"kind":"failed","message":"the address has no port"}}"#,
            "larch-archive-bad failed for bad:here: the address has no port",
        ),
        (
            r#"{"id":1,"error":{"kind":"unreachable","message":"nobody is at home"}}"#,
            "bad:here: nobody is at home",
        ),
    ] {
        let fault = fault(&format!("read -r line; echo '{answer}'; read -r line"));
        assert!(fault.contains(problem), "{answer}: {fault}");
    }
}

#[test]
fn a_flood_is_cut_off() {
    let endless = "cat /dev/zero | tr '\\0' x";
    assert!(fault(endless).contains("it wrote a line longer than 1048576 bytes"));
    let items = fault(&format!("{HELLO}yes '{{\"id\":2,\"item\":\"x\"}}'"));
    assert!(
        items.contains("it listed more than 1000000 items"),
        "{items}"
    );
    let filler = "x".repeat(4000);
    let long = format!("{HELLO}yes '{{\"id\":2,\"item\":\"x\",\"filler\":\"{filler}\"}}'");
    assert!(fault(&long).contains("its answer to list is longer than 67108864 bytes"));
    // Standard error has no such end: nobody listens to more than its last lines.
    let complaints = fault("yes 'no no no' | head -n 300000 >&2; exit 1");
    assert!(
        complaints.ends_with("it said: no no no | no no no | no no no"),
        "{complaints}"
    );
}

#[test]
fn a_helper_that_hangs_is_ended_with_all_that_it_started() {
    let sandbox = Sandbox::new();
    let pids = sandbox.path("pids");
    let script = format!(
        "trap '' TERM\n{HELLO}echo 'waiting for the lock' >&2\nsleep 600 &\necho $! $$ >{}\nwait",
        pids.display()
    );
    let stop = AtomicBool::new(false);
    let limit = Duration::from_millis(700);
    let error = with_helper(&sandbox, &script, limit, &stop, |archive| {
        list(archive).unwrap_err().to_string()
    });
    assert_eq!(
        error,
        "larch-archive-bad for bad:here; it said: waiting for the lock did not answer within 700ms; \
         `timeout` of [archive.\"NAME\"] sets the limit"
    );
    for pid in sandbox.read("pids").split_whitespace() {
        wait_for_end(pid);
    }
}

#[test]
fn a_helper_that_lingers_is_ended_when_nothing_more_is_asked() {
    let sandbox = Sandbox::new();
    let pids = sandbox.path("pids");
    let script = format!(
        "{HELLO}read -r line; echo '{{\"id\":2,\"end\":true}}'\nsleep 600 &\necho $! $$ >{}\nwait",
        pids.display()
    );
    let stop = AtomicBool::new(false);
    let limit = Duration::from_secs(20);
    let listing = with_helper(&sandbox, &script, limit, &stop, |archive| {
        list(archive).unwrap()
    });
    assert!(listing.parts.is_empty() && !listing.since);
    for pid in sandbox.read("pids").split_whitespace() {
        wait_for_end(pid);
    }
}

#[test]
fn a_poll_that_is_told_to_end_does_not_wait_for_a_helper() {
    let stop = AtomicBool::new(false);
    let limit = Duration::from_mins(10);
    let begun = Instant::now();
    let error = thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(50));
            stop.store(true, Ordering::Relaxed);
        });
        with_helper(&Sandbox::new(), "sleep 600", limit, &stop, |archive| {
            list(archive).unwrap_err()
        })
    });
    assert!(matches!(error, ArchiveError::Stopped(_)), "{error}");
    assert!(begun.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_refusal_concerns_its_request_alone() {
    let script = format!(
        r#"{HELLO}
        while read -r line; do
            id=${{line#*:}} id=${{id%%,*}}
            case $line in
            *describe*) echo "{{\"id\":$id,\"gone\":true}}"; echo "{{\"id\":$id,\"end\":true}}" ;;
            *log*) echo "{{\"id\":$id,\"error\":{{\"kind\":\"failed\",\"message\":\"no log today\"}}}}" ;;
            *) echo "{{\"id\":$id,\"error\":{{\"kind\":\"gone\",\"message\":\"\"}}}}" ;;
            esac
        done"#
    );
    let revision = Name::parse("bad/c--b--v--r", Some(Level::Revision)).unwrap();
    let stop = AtomicBool::new(false);
    let limit = Duration::from_secs(20);
    with_helper(&Sandbox::new(), &script, limit, &stop, |archive| {
        for _ in 0..2 {
            let gone = list(archive).unwrap_err();
            assert!(matches!(gone, ArchiveError::NoSuchSubject(_)), "{gone}");
            let log = archive.log(&revision).unwrap_err().to_string();
            assert_eq!(log, "larch-archive-bad failed for bad:here: no log today");
            assert_eq!(archive.describe(&[&revision]).unwrap(), [None]);
        }
    });
}

#[test]
fn an_answer_describes_what_was_asked_for_and_no_more() {
    let revision = Name::parse("bad/c--b--v--r", Some(Level::Revision)).unwrap();
    let stop = AtomicBool::new(false);
    let limit = Duration::from_secs(20);
    for (answer, problem) in [
        (r#"{"id":2,"end":true}"#, "it described 0 of 1 revisions"),
        (
            "{\"id\":2,\"gone\":true}\n{\"id\":2,\"gone\":true}",
            "does not belong there",
        ),
        (
            r#"{"id":2,"gone":true,"description":{}}"#,
            "does not belong there",
        ),
        (r#"{"id":2,"description":null}"#, "does not belong there"),
    ] {
        let script = format!("{HELLO}read -r line\ncat <<'END'\n{answer}\nEND\nread -r line");
        let error = with_helper(&Sandbox::new(), &script, limit, &stop, |archive| {
            archive.describe(&[&revision]).unwrap_err().to_string()
        });
        assert!(error.contains(problem), "{answer}: {error}");
    }
}

#[test]
fn the_other_archives_go_on() {
    let sandbox = shop();
    sandbox.write("tree", "tea\n");
    sandbox.program("larch-archive-bad", "#!/bin/sh\necho 'no luck' >&2; exit 1");
    register(&sandbox, "bad", "bad:here");
    sandbox.append("n/=rules.archives", "bad record:category\n");
    sandbox
        .poll()
        .stderr_has(
            "error: cannot scan bad: larch-archive-bad failed for bad:here: it ended before its answer \
             to hello did (exit status: 1); it said: no luck\n",
        )
        .code(1);
    assert_eq!(sandbox.take_told(), ["category shop/tea"]);
    // Reported once, and over when the helper is mended.
    sandbox.poll().code(1);
    sandbox.program("larch-archive-bad", super::protocol::TREE);
    let location = format!("bad:{}", sandbox.path("tree").display());
    register(&sandbox, "bad", &location);
    sandbox.poll().stderr_has("over: cannot scan bad").ok();
    assert_eq!(sandbox.take_told(), ["category bad/tea"]);
}

#[test]
fn one_cause_is_said_once_however_many_subjects_it_meets() {
    let sandbox = shop();
    sandbox.write("tree", "tea\ntea|green\ntea|black\ntea|green|1\n");
    sandbox.poll().ok();
    sandbox.program("larch-archive-tree", "#!/bin/sh\nexit 1");
    let said = sandbox.poll().any_stderr().code(1).stderr;
    assert_eq!(said.matches("error: ").count(), 1, "{said}");
    let checked = sandbox.larch(["check", "n"]).any_stdout().any_stderr();
    let checked = checked.code(1);
    let text = format!("{}{}", checked.stdout, checked.stderr);
    assert!(text.contains("it ended before its answer"), "{text}");
    sandbox.program("larch-archive-tree", super::protocol::TREE);
    let over = sandbox.poll().any_stderr().ok().stderr;
    assert_eq!(over.matches("over: ").count(), 1, "{over}");
}

#[test]
fn a_fault_does_not_show_the_password_of_a_location() {
    let sandbox = Sandbox::new();
    sandbox.program("larch-archive-bad", "#!/bin/sh\nexit 1");
    register(&sandbox, "x", "bad:https://jo:sesame@example.org/x");
    let listed = sandbox.larch(["categories", "x"]).any_stderr().code(1);
    assert!(
        listed.stderr.contains("example.org/x: it ended"),
        "{listed:?}"
    );
    assert!(!listed.stderr.contains("sesame"), "{listed:?}");
}

#[test]
fn a_helper_that_is_not_installed_is_said_with_the_way_out() {
    let sandbox = Sandbox::new();
    register(&sandbox, "x", "nowhere:x");
    sandbox
        .larch(["categories", "x"])
        .stderr_has("there is no program `larch-archive-nowhere` on the PATH or in LARCH_EXEC_PATH")
        .code(1);
}

/// Waits until a process has ended, whoever has to take note of that.
fn wait_for_end(pid: &str) {
    let stat = format!("/proc/{pid}/stat");
    while std::fs::read_to_string(&stat).is_ok_and(|stat| !stat.contains(") Z ")) {
        thread::yield_now();
    }
}
