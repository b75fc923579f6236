//! Actions that fail, and what becomes of what was owed to them.

use std::time::{Duration, Instant};

use crate::support::{Arch, Layout, Sandbox};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An archive with one version, of which `record:` is to be told.
fn one_version(sandbox: &Sandbox) -> Arch<'_> {
    let arch = Arch::new(sandbox, Layout::Flat);
    arch.import("c--b--1");
    watch(sandbox, &arch, "record:");
    arch
}

fn watch(sandbox: &Sandbox, arch: &Arch<'_>, action: &str) {
    let line = format!("{}/c--b--1 {action}\n", arch.name);
    sandbox.write("n/=rules.versions", line);
}

#[test]
fn a_failed_action_is_told_again_by_a_later_poll() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("echo the relay is down >&2; exit 1");
    sandbox
        .poll()
        .stderr_has("the relay is down")
        .stderr_has("record:")
        .code(1);
    // The code tells the truth every time, and the report comes once.
    sandbox.poll().code(1);
    assert_eq!(sandbox.attempts().len(), 1, "a retry waits for its time");
    sandbox.poll().clock_ahead(3 * MINUTE).code(1);
    assert_eq!(sandbox.attempts().len(), 2);
    sandbox.behave("");
    // When it is over, that is said too.
    let over = sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
    assert_ne!(over.stderr, "");
    sandbox.poll().clock_ahead(2 * HOUR).ok();
    assert_eq!(
        sandbox.take_told(),
        [format!(" {}", arch.qualified("c--b--1--base-0"))]
    );
    let attempts = sandbox.attempts();
    assert!(attempts.iter().all(|told| told.id == attempts[0].id));
    let numbers: Vec<&str> = attempts.iter().map(|told| told.attempt.as_str()).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    assert!(!attempts[0].id.is_empty());
}

#[test]
fn a_standing_failure_is_reported_once_a_day() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    sandbox.behave("exit 1");
    let mut reports = 0;
    for hour in 0..72 {
        let ended = sandbox.poll().clock_ahead(hour * HOUR).any_stderr().code(1);
        reports += usize::from(!ended.stderr.is_empty());
    }
    assert_eq!(reports, 3);
}

#[test]
fn every_way_to_fail_is_a_failed_attempt() {
    let scripts = [
        "exit 1",
        "exit 75",
        "kill -9 $$",
        "kill -TERM $$",
        "exec 0<&-; exec 1>&-; exec 2>&-; exit 3",
    ];
    for script in scripts {
        let sandbox = Sandbox::new();
        let arch = one_version(&sandbox);
        sandbox.behave(script);
        sandbox.poll().stderr_has("record:").code(1);
        sandbox.behave("");
        sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
        assert_eq!(
            sandbox.take_told(),
            [format!(" {}", arch.qualified("c--b--1--base-0"))],
            "{script}"
        );
    }
}

#[test]
fn an_action_that_exits_100_is_given_up_at_once() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("exit 100");
    sandbox.poll().stderr_has("record:").code(1);
    sandbox.behave("");
    // A dead delivery counts once, when it dies.
    sandbox.poll().clock_ahead(DAY).any_stderr().ok();
    assert!(sandbox.take_record().is_empty());
    let revision = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(DAY + HOUR).ok();
    assert_eq!(sandbox.take_told(), [format!(" {revision}")]);

    sandbox.larch(["status", "n"]).stdout_has("dead").ok();
    sandbox
        .larch(["retry", "n"])
        .any_stdout()
        .any_stderr()
        .output();
    sandbox.poll().clock_ahead(DAY + 2 * HOUR).any_stderr().ok();
}

#[test]
fn a_command_that_does_not_exist_waits_for_it() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    watch(&sandbox, &arch, "recrod:x");
    sandbox
        .poll()
        .stderr_has("recrod")
        .stderr_has("=rules.versions")
        .code(1);
    sandbox.program(
        "larch-recrod",
        "#!/bin/sh\necho \"$@\" >>\"${0%/*}/../heard\"\n",
    );
    sandbox.chmod("bin/larch-recrod", 0o644);
    sandbox.poll().clock_ahead(DAY + HOUR).any_stderr().code(1);
    sandbox.chmod("bin/larch-recrod", 0o755);
    sandbox.poll().clock_ahead(2 * DAY).any_stderr().output();
    sandbox.poll().clock_ahead(3 * DAY).ok();
    let name = arch.qualified("c--b--1--base-0");
    assert_eq!(sandbox.read("heard"), format!("x {name}\n"));
}

#[test]
fn a_file_that_cannot_be_run_is_a_failed_attempt() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    watch(&sandbox, &arch, "torn:x");
    sandbox.program("larch-torn", "#!/no/such/interpreter\n");
    sandbox.poll().stderr_has("torn").code(1);
    sandbox.poll().code(1);
}

#[test]
fn an_action_that_hangs_is_ended_with_its_children() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    sandbox.write("n/=config.toml", "[delivery]\ntimeout = \"1s\"\n");
    sandbox.behave(
        "trap '' TERM
        sh -c 'trap \"\" TERM; echo $$ >\"$0/child\"; while :; do sleep 1; done' \"$sandbox\" &
        wait",
    );
    sandbox.poll().stderr_has("record:").code(1);
    let child = sandbox.read("child").trim().parse().unwrap();
    let child = rustix::process::Pid::from_raw(child).unwrap();
    let started = Instant::now();
    while rustix::process::test_kill_process(child).is_ok() {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "the child lives"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_child_that_outlives_its_action_holds_nobody_up() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    sandbox.behave("sleep 20 &");
    let started = Instant::now();
    sandbox.poll().ok();
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(sandbox.take_told().len(), 1);
}

#[test]
fn much_output_is_cut() {
    let sandbox = Sandbox::new();
    one_version(&sandbox);
    sandbox.behave("head -c 100000000 /dev/zero | tr '\\0' x; echo; echo the last word; exit 1");
    let ended = sandbox.poll().any_stderr().code(1);
    assert!(ended.stderr.len() < 100_000, "{}", ended.stderr.len());
    let size: u64 = walkdir::WalkDir::new(sandbox.path("n/+state"))
        .into_iter()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size < 5_000_000, "{size}");
    sandbox.behave("head -c 100000000 /dev/zero");
    sandbox.poll().clock_ahead(HOUR).any_stderr().ok();
}

#[test]
fn what_waits_holds_back_its_own_lane_alone() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let a = &arch.name;
    sandbox.append("n/=rules.versions", format!("{a}/c--b--1 record:other\n"));
    sandbox.behave("case $LARCH_THUNK in '') exit 1 ;; esac");
    sandbox.poll().any_stderr().code(1);
    let first = arch.commit("c--b--1");
    sandbox.poll().code(1);
    let second = arch.commit("c--b--1");
    sandbox.poll().code(1);
    let base = arch.qualified("c--b--1--base-0");
    let names = [base, first, second];
    assert_eq!(
        sandbox.take_told(),
        names.each_ref().map(|name| format!("other {name}"))
    );
    assert_eq!(
        sandbox
            .attempts()
            .iter()
            .filter(|told| told.thunk.is_empty())
            .count(),
        1,
        "what comes later waits behind what failed, untried"
    );
    sandbox.behave("");
    sandbox.poll().clock_ahead(DAY).any_stderr().ok();
    assert_eq!(
        sandbox.take_told(),
        names.each_ref().map(|name| format!(" {name}"))
    );
}

#[test]
fn a_relay_that_is_down_for_six_days_costs_nothing_untried() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.poll().ok();
    sandbox.take_record();
    sandbox.behave("exit 75");
    let mut committed = Vec::new();
    let mut reports = 0;
    for hour in 1..=144 {
        committed.push(format!(" {}", arch.commit("c--b--1")));
        let ended = sandbox.poll().clock_ahead(hour * HOUR).any_stderr().code(1);
        reports += usize::from(!ended.stderr.is_empty());
    }
    assert!((6..=10).contains(&reports), "{reports} reports in six days");
    sandbox.behave("");
    for hour in 145..=156 {
        sandbox
            .poll()
            .clock_ahead(hour * HOUR)
            .any_stderr()
            .output();
    }
    sandbox.poll().clock_ahead(157 * HOUR).ok();
    // Only what was tried for five days may be dead, and it is kept.
    let told = sandbox.take_told();
    let tried: Vec<String> = sandbox
        .attempts()
        .iter()
        .filter(|attempt| attempt.attempt != "1")
        .flat_map(crate::support::Told::pairs)
        .collect();
    for name in &committed {
        let count = told.iter().filter(|told| *told == name).count();
        assert!(
            count == 1 || (count == 0 && tried.contains(name)),
            "{name} was told {count} times"
        );
    }
    assert!(told.len() >= committed.len() - 3, "{} told", told.len());
    assert!(told.is_sorted_by_key(|told| committed.iter().position(|name| name == told)));
}

#[test]
fn a_host_that_is_off_for_two_weeks_loses_nothing() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("exit 75");
    sandbox.poll().any_stderr().code(1);
    let second = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(MINUTE).any_stderr().code(1);
    // Two weeks later the relay is up again: the age of what waits kills nothing before it is tried.
    sandbox.behave("");
    sandbox.poll().clock_ahead(14 * DAY).any_stderr().ok();
    let first = arch.qualified("c--b--1--base-0");
    assert_eq!(
        sandbox.take_told(),
        [format!(" {first}"), format!(" {second}")]
    );
}

#[test]
fn a_host_that_is_off_for_two_weeks_and_a_relay_too_give_up_only_what_was_tried() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("exit 75");
    sandbox.poll().any_stderr().code(1);
    let second = arch.commit("c--b--1");
    sandbox.poll().clock_ahead(14 * DAY).any_stderr().code(1);
    sandbox.behave("");
    sandbox
        .poll()
        .clock_ahead(14 * DAY + HOUR)
        .any_stderr()
        .ok();
    assert_eq!(sandbox.take_told(), [format!(" {second}")]);
    sandbox.poll().clock_ahead(15 * DAY).ok();
}

#[test]
fn an_action_gets_the_context_in_three_ways() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    let name = arch.commit_summary("c--b--1", "two \"words\"");
    watch(&sandbox, &arch, "record:--option=x");
    sandbox.write("n/=config.toml", "[rules]\nfirst = 1\n");
    sandbox.behave(
        "{ pwd; printf '%s\\n' \"$@\"; } >\"$sandbox/arguments\"
        env | sort >\"$sandbox/environment\"
        cat >\"$sandbox/input\"",
    );
    sandbox
        .poll()
        .env("GIT_DIR", "/nowhere")
        .env("GIT_INDEX_FILE", "/nowhere")
        .ok();
    let directory = sandbox.path("n");
    let directory = directory.display();
    // The script shifted the thunk away.
    assert_eq!(sandbox.read("arguments"), format!("{directory}\n{name}\n"));
    let environment = sandbox.read("environment");
    let a = &arch.name;
    let location = arch.location.display();
    for line in [
        format!("LARCH_DIR={directory}"),
        "LARCH_ATTEMPT=1".to_owned(),
        format!("LARCH_SUBJECT={a}/c--b--1"),
        "LARCH_COMMAND=record".to_owned(),
        "LARCH_THUNK=--option=x".to_owned(),
        "LARCH_ITEM_COUNT=1".to_owned(),
        format!("LARCH_ARCHIVE={a}"),
        format!("LARCH_LOCATION={location}"),
        format!("ARCH_ARCHIVE={a}"),
        "ARCH_REVISION=c--b--1--patch-1".to_owned(),
    ] {
        assert!(
            environment.lines().any(|other| other == line),
            "no {line} in\n{environment}"
        );
    }
    assert!(!environment.contains("GIT_"));
    let item: serde_json::Value = serde_json::from_str(&sandbox.read("input")).unwrap();
    for (field, value) in [
        ("name", name.as_str()),
        ("level", "revision"),
        ("archive", a),
        ("category", "c"),
        ("branch", "b"),
        ("version", "1"),
        ("revision", "patch-1"),
        ("summary", "two \"words\""),
        ("author", "Jo Tester <jo@example.org>"),
    ] {
        assert_eq!(item[field], value, "{field} of {item}");
    }
}

#[test]
fn many_names_are_split_and_arrive_in_order() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let version = format!("{}--mainline--1.0", "long-category-".repeat(5) + "name");
    arch.setup(&version);
    for level in 1..=20_000 {
        arch.place(&version, &format!("patch-{level}"), Some("Summary: x\n"));
    }
    sandbox.write(
        "n/=rules.versions",
        format!("{}/{version} record:\n", arch.name),
    );
    sandbox.write("n/=config.toml", "[delivery]\nmax_items = 100000\n");
    sandbox.poll().ok();
    let told = sandbox.take_record();
    assert!(told.len() > 1, "2 MB are no argument list");
    let names: Vec<String> = told.into_iter().flat_map(|told| told.names).collect();
    assert_eq!(names.len(), 20_000);
    for (name, level) in names.iter().zip(1..) {
        assert_eq!(*name, arch.qualified(&format!("{version}--patch-{level}")));
    }
}

#[test]
fn a_delivery_holds_no_more_than_max_items() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    for _ in 0..6 {
        arch.commit("c--b--1");
    }
    sandbox.write("n/=config.toml", "[delivery]\nmax_items = 3\n");
    sandbox.poll().ok();
    let told = sandbox.take_record();
    let sizes: Vec<usize> = told.iter().map(|told| told.names.len()).collect();
    assert_eq!(sizes, [3, 3, 1]);
    assert_ne!(
        told[0].id, told[1].id,
        "each piece is a delivery of its own"
    );
}

#[test]
fn the_journal_keeps_what_an_action_printed() {
    let sandbox = Sandbox::new();
    let arch = one_version(&sandbox);
    sandbox.behave("echo spoken by the action");
    sandbox.poll().ok();
    let told = sandbox.take_record().remove(0);
    sandbox.larch(["log", "n"]).stdout_has("record:").ok();
    sandbox
        .larch(["log", "n", "--delivery", &told.id])
        .stdout_has("spoken by the action")
        .stdout_has(arch.qualified("c--b--1--base-0"))
        .ok();
    sandbox
        .larch(["explain", "n", &told.names[0]])
        .stdout_has("record:")
        .ok();
}
