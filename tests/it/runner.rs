//! One attempt, run by the library itself on real programs.

#![expect(clippy::unwrap_used, reason = "a test may panic, its helpers too")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use larch::action::program::{self, Input, Invocation};
use larch::action::{Attempt, Describe, Ended, Item, Outcome, ProcessGroup, Style, end_left_over};
use larch::archive::git::GIT_LOCAL_VARIABLES;
use larch::archive::{ArchiveError, Description};
use larch::name::{Level, Name};
use larch::rules::ActionName;

/// An attempt under test: a shell script that runs for revisions of one version.
struct Trial {
    dir: tempfile::TempDir,
    program: PathBuf,
    action: String,
    id: String,
    items: Vec<Item>,
    timeout: Duration,
    grace: Duration,
    output_limit: u64,
}

impl Trial {
    /// Runs `script`. It is read by the shell, and not executed itself, since a file that was just
    /// written cannot be executed while another thread starts a program.
    fn new(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("script");
        put(&path, script);
        let action = format!("sh:{}", path.display());
        let mut trial = Self::of(Path::new("/bin/sh"), &action);
        trial.dir = dir;
        trial
    }

    fn of(program: &Path, action: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            program: program.to_owned(),
            action: action.to_owned(),
            id: dir.path().display().to_string(),
            items: revisions(1),
            dir,
            timeout: Duration::from_mins(1),
            grace: Duration::from_secs(20),
            output_limit: 1 << 20,
        }
    }

    fn run(&self) -> Ended {
        self.run_with(&|revisions| Ok(vec![Some(Description::default()); revisions.len()]))
    }

    fn run_with(&self, describe: &Describe<'_>) -> Ended {
        self.run_watched(describe, &mut |_| {}, &AtomicBool::new(false))
    }

    fn run_watched(
        &self,
        describe: &Describe<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let attempt = Attempt {
            action: &ActionName::parse(&self.action).unwrap(),
            recipient: "",
            style: Style::Batch,
            gathered: &[],
            dir: self.dir.path(),
            delivery_id: &self.id,
            number: 3,
            subject: &Name::parse("jo@x.org--a/c--b--1.0", None).unwrap(),
            items: &self.items,
            kind: "arch",
            location: "/archives/a",
            timeout: self.timeout,
            grace: self.grace,
            output_limit: self.output_limit,
            now: 0,
            describe,
            tell: &|_, _| unreachable!("a program is told what it reads"),
        };
        let invocation = Invocation {
            program: &self.program,
            arguments: program::arguments(&attempt),
            environment: program::environment(&attempt),
            dir: attempt.dir,
            input: Input::Items {
                items: attempt.items,
                describe,
            },
            timeout: attempt.timeout,
            grace: attempt.grace,
            output_limit: attempt.output_limit,
        };
        program::run(&invocation, started, stop)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The process whose number the script wrote to `file`.
    fn process(&self, file: &str) -> i32 {
        let path = self.file(file);
        until(|| fs::read_to_string(&path).is_ok_and(|text| text.ends_with('\n')));
        fs::read_to_string(path).unwrap().trim().parse().unwrap()
    }
}

fn revisions(count: usize) -> Vec<Item> {
    (0..count)
        .map(|number| Item {
            name: Name::parse(&format!("jo@x.org--a/c--b--1.0--patch-{number}"), None).unwrap(),
            detected_at: 0,
        })
        .collect()
}

fn put(path: &Path, text: &str) {
    File::create(path)
        .unwrap()
        .write_all(text.as_bytes())
        .unwrap();
}

/// A file that is executed itself.
fn executable(path: &Path, text: &str) -> PathBuf {
    put(path, text);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    path.to_owned()
}

/// Waits until something is so, and fails when it does not become so.
fn until(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(20), "never came true");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process runs; one that has ended and is not waited for does not.
fn runs(process: i32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(") ").unwrap().1.starts_with('Z'))
}

fn kill(process: i32) {
    let process = rustix::process::Pid::from_raw(process).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::KILL).unwrap();
}

#[test]
fn the_exit_code_is_the_answer() {
    for (script, outcome) in [
        ("exit 0", Outcome::Success),
        ("exit 1", Outcome::Failed(1)),
        ("exit 75", Outcome::Failed(75)),
        ("exit 100", Outcome::Rejected),
        ("kill -9 $$", Outcome::Signalled(9)),
        ("kill -TERM $$", Outcome::Signalled(15)),
        ("exec 0<&- 1>&- 2>&-; exit 3", Outcome::Failed(3)),
    ] {
        assert_eq!(Trial::new(script).run().outcome, outcome, "{script}");
    }
}

#[test]
fn arguments_are_the_thunk_and_the_names() {
    let mut trial = Trial::new(r#"printf '<%s>' "$@""#);
    trial.items = revisions(2);
    assert_eq!(
        String::from_utf8(trial.run().output).unwrap(),
        "<jo@x.org--a/c--b--1.0--patch-0><jo@x.org--a/c--b--1.0--patch-1>"
    );
    let mut trial = Trial::of(Path::new("/bin/echo"), "echo:");
    assert_eq!(trial.run().output, b"jo@x.org--a/c--b--1.0--patch-0\n");
    trial.action = "echo:$(id);*:x".to_owned();
    assert_eq!(
        trial.run().output,
        b"$(id);*:x jo@x.org--a/c--b--1.0--patch-0\n"
    );
}

#[test]
fn the_working_directory_is_the_notification_directory() {
    let trial = Trial::new("pwd -P");
    let real = fs::canonicalize(trial.dir.path()).unwrap();
    assert_eq!(
        trial.run().output,
        format!("{}\n", real.display()).as_bytes()
    );
}

#[test]
fn the_process_group_is_told_and_is_the_programs_own() {
    let trial = Trial::new("cat /proc/$$/stat");
    let mut told = None;
    let ended = trial.run_watched(
        &|revisions| Ok(vec![None; revisions.len()]),
        &mut |group| told = Some(group),
        &AtomicBool::new(false),
    );
    let stat = String::from_utf8(ended.output).unwrap();
    let fields: Vec<&str> = stat.split(' ').collect();
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
    assert_eq!(fields[0], fields[4], "the program leads its group");
    assert_eq!(
        told,
        Some(ProcessGroup {
            id: fields[4].parse().unwrap(),
            start: fields[21].parse().unwrap(),
            boot: boot.trim().to_owned(),
        })
    );
}

/// Runs itself again with variables in its environment, as a hook's poll would inherit them.
#[test]
fn the_environment_is_exact() {
    const INHERITED: [(&str, &str); 7] = [
        ("LARCH_TEST_INHERITED", "1"),
        ("LARCH_PARAMS", "/params"),
        ("LARCH_EXEC_PATH", "/exec"),
        ("LARCH_DELIVERY_ID", "of another delivery"),
        ("ARCH_REVISION", "of another"),
        ("ARCH_TREE_ROOT", "/tree"),
        ("GIT_AUTHOR_NAME", "kept"),
    ];
    if std::env::var_os("LARCH_TEST_INHERITED").is_none() {
        let again = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "runner::the_environment_is_exact"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .envs(INHERITED)
            .envs(GIT_LOCAL_VARIABLES.map(|name| (name, "of a hook")))
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&again.stdout);
        assert!(again.status.success(), "{output}");
        assert!(output.contains("1 passed"), "{output}");
        return;
    }
    let mut trial = Trial::new("env | grep -E '^(LARCH|ARCH|GIT)_' | sort");
    let dir = trial.dir.path().display().to_string();
    let mut expected = vec![
        "ARCH_ARCHIVE=jo@x.org--a".to_owned(),
        "ARCH_REVISION=c--b--1.0--patch-0".to_owned(),
        "GIT_AUTHOR_NAME=kept".to_owned(),
        "LARCH_ARCHIVE=jo@x.org--a".to_owned(),
        "LARCH_ATTEMPT=3".to_owned(),
        "LARCH_COMMAND=sh".to_owned(),
        format!("LARCH_DELIVERY_ID={}", trial.id),
        format!("LARCH_DIR={dir}"),
        "LARCH_EXEC_PATH=/exec".to_owned(),
        "LARCH_ITEM_COUNT=1".to_owned(),
        "LARCH_KIND=arch".to_owned(),
        "LARCH_LEVEL=revision".to_owned(),
        "LARCH_LOCATION=/archives/a".to_owned(),
        "LARCH_PARAMS=/params".to_owned(),
        "LARCH_SUBJECT=jo@x.org--a/c--b--1.0".to_owned(),
        "LARCH_TEST_INHERITED=1".to_owned(),
        format!("LARCH_THUNK={dir}/script"),
    ];
    let lines = |trial: &Trial| -> Vec<String> {
        let output = String::from_utf8(trial.run().output).unwrap();
        output.lines().map(str::to_owned).collect()
    };
    let sorted = |lines: &[String]| lines.iter().cloned().collect::<BTreeSet<_>>();
    assert_eq!(sorted(&lines(&trial)), sorted(&expected));
    trial.items = revisions(2);
    expected.retain(|line| !line.starts_with("ARCH_") && !line.starts_with("LARCH_ITEM_COUNT"));
    expected.push("LARCH_ITEM_COUNT=2".to_owned());
    assert_eq!(sorted(&lines(&trial)), sorted(&expected));
}

/// Runs itself again, as a parent that ignores the end of its children would start it.
#[test]
fn the_exit_code_is_known_though_sigchld_was_ignored() {
    if std::env::var_os("LARCH_TEST_IGNORED").is_none() {
        let again = Command::new("env")
            .args(["--ignore-signal=CHLD", "LARCH_TEST_IGNORED=1"])
            .arg(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "runner::the_exit_code_is_known_though_sigchld_was_ignored",
            ])
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&again.stdout);
        assert!(output.contains("1 passed"), "{output}");
        return;
    }
    assert_eq!(Trial::new("exit 0").run().outcome, Outcome::Success);
    assert_eq!(Trial::new("exit 7").run().outcome, Outcome::Failed(7));
}

#[test]
fn each_level_has_the_variable_that_tla_gives_its_hook() {
    for (name, level, expected) in [
        ("a@b/c", Level::Category, "category ARCH_CATEGORY=c"),
        ("a@b/c--b", Level::Branch, "branch ARCH_BRANCH=c--b"),
        (
            "a@b/c--b--1",
            Level::Version,
            "version ARCH_VERSION=c--b--1",
        ),
        (
            "a@b/c--1--base-0",
            Level::Revision,
            "revision ARCH_REVISION=c--1--base-0",
        ),
    ] {
        let mut trial = Trial::new("echo $LARCH_LEVEL $(env | grep -E '^ARCH_[CBVR]')");
        trial.items[0].name = Name::parse(name, Some(level)).unwrap();
        let output = trial
            .run_with(&|revisions| Ok(vec![None; revisions.len()]))
            .output;
        assert_eq!(String::from_utf8(output).unwrap().trim_end(), expected);
    }
}

#[test]
fn gits_own_list_of_variables_is_ours() {
    let git = Command::new("git")
        .args(["rev-parse", "--local-env-vars"])
        .output()
        .expect("git is installed");
    let listed = String::from_utf8(git.stdout).unwrap();
    assert_eq!(
        listed.lines().collect::<BTreeSet<_>>(),
        GIT_LOCAL_VARIABLES.into_iter().collect()
    );
}

#[test]
fn twenty_thousand_items_reach_a_slow_reader_in_order() {
    let mut trial = Trial::new(
        r#"i=0; while [ $i -lt 2000 ] && IFS= read -r line; do printf '%s\n' "$line"; i=$((i+1)); done > lines
           sleep 0.1; cat >> lines"#,
    );
    trial.items = revisions(20_000);
    let described = RefCell::new(0);
    let ended = trial.run_with(&|revisions| {
        *described.borrow_mut() += revisions.len();
        let description = Description {
            summary: Some("x".repeat(100)),
            ..Description::default()
        };
        Ok(vec![Some(description); revisions.len()])
    });
    assert_eq!(ended.outcome, Outcome::Success);
    assert_eq!(*described.borrow(), 20_000);
    let lines = fs::read_to_string(trial.file("lines")).unwrap();
    let names: Vec<String> = lines
        .lines()
        .map(|line| {
            let item: serde_json::Value = serde_json::from_str(line).unwrap();
            item["name"].as_str().unwrap().to_owned()
        })
        .collect();
    let expected: Vec<&str> = trial.items.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, expected);
}

#[test]
fn a_line_longer_than_the_pipe_arrives_whole() {
    let mut trial = Trial::new("wc -c; echo; cat");
    trial.items = revisions(3);
    let summary = Some("y".repeat(300_000));
    let ended = trial.run_with(&|revisions| {
        let description = Description {
            summary: summary.clone(),
            ..Description::default()
        };
        Ok(vec![Some(description); revisions.len()])
    });
    let count: usize = String::from_utf8_lossy(&ended.output)
        .trim()
        .parse()
        .unwrap();
    assert!((900_000..901_500).contains(&count), "{count}");
}

#[test]
fn a_program_that_reads_nothing_costs_one_description() {
    for (script, most) in [
        ("sleep 0.3", 1),
        ("exec 0<&-; sleep 0.3", 1),
        // One buffer is read ahead of a program that reads a little.
        ("head -c 10 >/dev/null; sleep 0.1", 80),
    ] {
        let mut trial = Trial::new(script);
        trial.items = revisions(20_000);
        let described = RefCell::new(0);
        let ended = trial.run_with(&|revisions| {
            *described.borrow_mut() += revisions.len();
            Ok(vec![Some(Description::default()); revisions.len()])
        });
        assert_eq!(ended.outcome, Outcome::Success, "{script}");
        let described = described.into_inner();
        assert!((1..=most).contains(&described), "{script}: {described}");
    }
}

#[test]
fn only_revisions_are_described() {
    let mut trial = Trial::new("cat");
    trial.items[0].name = Name::parse("a@b/c--b", None).unwrap();
    let ended = trial.run_with(&|_| panic!("described"));
    let line: serde_json::Value = serde_json::from_slice(&ended.output).unwrap();
    assert_eq!(line["level"], "branch");
    assert_eq!(line.get("gone"), None);
}

#[test]
fn an_item_that_is_gone_is_told_as_gone() {
    let ended = Trial::new("cat").run_with(&|revisions| Ok(vec![None; revisions.len()]));
    assert_eq!(ended.outcome, Outcome::Success);
    let line: serde_json::Value = serde_json::from_slice(&ended.output).unwrap();
    assert_eq!(line["gone"], true);
    assert_eq!(line["summary"], serde_json::Value::Null);
}

fn unreachable() -> ArchiveError {
    ArchiveError::Unreachable {
        location: "/archives/a".into(),
        source: std::io::Error::other("the disk is away"),
    }
}

#[test]
fn nothing_is_started_for_an_archive_that_cannot_be_read() {
    let ended = Trial::new("exit 0").run_watched(
        &|_| Err(unreachable()),
        &mut |_| panic!("started"),
        &AtomicBool::new(false),
    );
    assert_eq!(
        ended.outcome,
        Outcome::Unreachable(
            "no archive can be reached at /archives/a: the disk is away".to_owned()
        )
    );
}

#[test]
fn an_archive_that_goes_away_in_the_middle_ends_the_action() {
    let mut trial = Trial::new("echo $$ > pid; cat > /dev/null; sleep 60");
    trial.items = revisions(20_000);
    let ended = trial.run_with(&|revisions| {
        if revisions
            .iter()
            .any(|name| name.as_str().ends_with("-9999"))
        {
            Err(unreachable())
        } else {
            Ok(vec![None; revisions.len()])
        }
    });
    assert!(matches!(ended.outcome, Outcome::Unreachable(_)));
    assert!(!runs(trial.process("pid")));
}

#[test]
fn output_is_kept_in_order_and_cut_in_the_middle() {
    let ended = Trial::new("echo out; echo err >&2; echo out").run();
    assert_eq!(ended.output, b"out\nerr\nout\n");
    assert_eq!(ended.output_total, 12);

    let mut trial = Trial::new("echo begin; head -c 100000000 /dev/zero; echo; echo end");
    trial.output_limit = 1000;
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::Success);
    assert_eq!(ended.output_total, 100_000_011);
    assert!(ended.output.len() < 1100);
    assert!(ended.output.starts_with(b"begin\n\0"));
    assert!(ended.output.ends_with(b"\0\nend\n"));
    assert!(String::from_utf8_lossy(&ended.output).contains("\n[… 99999011 bytes left out …]\n"));
}

#[test]
fn a_program_that_hangs_is_ended() {
    let mut trial = Trial::new("sleep 60");
    trial.timeout = Duration::from_millis(200);
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::TimedOut(trial.timeout));
    assert!(ended.duration >= trial.timeout);
    assert!(ended.duration < Duration::from_secs(10));
}

#[test]
fn a_stopped_program_is_ended_too() {
    let mut trial = Trial::new("kill -STOP $$");
    trial.timeout = Duration::from_millis(200);
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::TimedOut(trial.timeout));
    assert!(ended.duration < Duration::from_secs(10));
}

#[test]
fn a_program_has_its_grace_to_clean_up() {
    let mut trial = Trial::new("trap 'echo cleaned; exit 0' TERM; while :; do sleep 0.02; done");
    trial.timeout = Duration::from_millis(200);
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::TimedOut(trial.timeout));
    assert!(String::from_utf8_lossy(&ended.output).contains("cleaned\n"));
}

#[test]
fn what_ignores_term_is_killed_with_its_group() {
    let mut trial = Trial::new(
        "trap '' TERM
         sh -c 'echo $$ > child; while :; do sleep 1; done' &
         echo $$ > leader; while :; do sleep 1; done",
    );
    trial.timeout = Duration::from_millis(500);
    trial.grace = Duration::from_millis(300);
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::TimedOut(trial.timeout));
    assert!(ended.duration >= Duration::from_millis(800));
    assert!(!runs(trial.process("leader")));
    assert!(!runs(trial.process("child")));
}

#[test]
fn a_child_that_ignores_term_is_killed_though_its_parent_obeyed() {
    let mut trial = Trial::new(
        "sh -c 'trap \"\" TERM; echo $$ > child; exec >/dev/null 2>&1; while :; do sleep 1; done' &
         sleep 60",
    );
    trial.timeout = Duration::from_millis(500);
    trial.grace = Duration::from_millis(300);
    assert_eq!(trial.run().outcome, Outcome::TimedOut(trial.timeout));
    assert!(!runs(trial.process("child")));
}

#[test]
fn children_may_outlive_a_program_that_ended() {
    let trial = Trial::new("sleep 60 & echo $! > child; echo told; exit 4");
    let ended = trial.run();
    assert_eq!(ended.outcome, Outcome::Failed(4));
    assert_eq!(ended.output, b"told\n");
    assert!(ended.duration < Duration::from_secs(10));
    let child = trial.process("child");
    assert!(runs(child));
    kill(child);
}

#[test]
fn stop_ends_the_action() {
    let trial = Trial::new("echo $$ > pid; sleep 60");
    let stop = AtomicBool::new(false);
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            trial.process("pid");
            stop.store(true, Ordering::Relaxed);
        });
        // The trial is not shared with this thread's closures: only its files are.
        trial.run_watched(
            &|revisions| Ok(vec![None; revisions.len()]),
            &mut |_| {},
            &stop,
        )
    });
    assert_eq!(ended.outcome, Outcome::Stopped);
    assert!(!runs(trial.process("pid")));
    let ended = trial.run_watched(
        &|revisions| Ok(vec![None; revisions.len()]),
        &mut |_| panic!("started"),
        &stop,
    );
    assert_eq!(ended.outcome, Outcome::Stopped);
}

#[test]
fn what_cannot_be_started_says_why() {
    let why = |trial: &Trial| {
        loop {
            match trial.run().outcome {
                // Another thread of the tests was just starting a program.
                Outcome::NotStarted(why) if why.ends_with("is being written") => {}
                Outcome::NotStarted(why) => break why,
                other => panic!("{other:?}"),
            }
        }
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("larch-x");
    let trial = |text: &str| Trial::of(&executable(&path, text), "x:");
    let shown = path.display();
    assert_eq!(
        why(&trial("#!/no/such/sh -e\n")),
        format!("the first line of {shown} names \"/no/such/sh\", which does not exist")
    );
    assert!(why(&trial("#!/bin/sh\r\n")).contains(r#""/bin/sh\r""#));
    assert!(why(&trial("echo hello\n")).contains("names no interpreter"));
    let locked = trial("#!/bin/sh\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(why(&locked).contains("permission denied"));
    fs::remove_file(&path).unwrap();
    assert_eq!(why(&locked), format!("{shown} does not exist any more"));

    let mut long = Trial::new("exit 0");
    let name = format!("a@b/c--b--1--{}", "x".repeat(200_000));
    long.items[0].name = Name::parse(&name, Some(Level::Revision)).unwrap();
    assert!(why(&long).contains("max_items"));

    let gone = Trial::new("exit 0");
    fs::remove_dir_all(gone.dir.path()).unwrap();
    assert!(why(&gone).contains("the notification directory"));
}

/// A process as an attempt starts it whose poll has died since; ended when dropped.
struct Left(Child);

impl Left {
    fn new(script: &str, delivery_id: Option<&str>) -> Self {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", script])
            .env_remove("LARCH_DELIVERY_ID")
            .envs(delivery_id.map(|id| ("LARCH_DELIVERY_ID", id)))
            .stdout(Stdio::null())
            .process_group(0);
        Self(command.spawn().unwrap())
    }

    fn id(&self) -> i32 {
        self.0.id().try_into().unwrap()
    }

    fn group(&self) -> ProcessGroup {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.id())).unwrap();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap();
        ProcessGroup {
            id: self.id(),
            start: stat.split(' ').nth(21).unwrap().parse().unwrap(),
            boot: boot.trim().to_owned(),
        }
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        let group = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).ok();
        self.0.wait().unwrap();
    }
}

const LONG: Duration = Duration::from_secs(20);

#[test]
fn a_recorded_group_is_ended() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready");
    // A child that ignores TERM, and a leader that does not.
    let left = Left::new(
        &format!(
            "sh -c 'trap \"\" TERM; echo $$ > {0}; while :; do sleep 1; done' & sleep 60",
            file.display()
        ),
        None,
    );
    until(|| fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')));
    let child = fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    let begun = Instant::now();
    end_left_over(Some(&left.group()), "recorded", Duration::from_millis(200));
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert!(!runs(left.id()));
    assert!(!runs(child));
}

#[test]
fn an_unrecorded_process_is_found_by_its_environment() {
    let left = Left::new("sleep 60", Some("unrecorded-1"));
    let other = Left::new("sleep 60", Some("unrecorded-10"));
    end_left_over(None, "unrecorded-1", LONG);
    assert!(!runs(left.id()));
    assert!(runs(other.id()));
}

#[test]
fn what_is_left_of_a_group_is_ended_though_its_leader_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("ready");
    let mut left = Left::new(
        &format!(
            "sh -c 'echo $$ > {0}; exec env -u LARCH_DELIVERY_ID sleep 60' & \
             while [ ! -e {0}.go ]; do sleep 0.02; done; sleep 60 &",
            file.display()
        ),
        Some("leaderless"),
    );
    until(|| fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')));
    let child = fs::read_to_string(&file).unwrap().trim().parse().unwrap();
    let group = left.group();
    put(&dir.path().join("ready.go"), "");
    left.0.wait().unwrap();
    assert!(runs(child));
    end_left_over(Some(&group), "leaderless", LONG);
    assert!(!runs(child));
}

#[test]
fn a_group_that_got_the_number_later_is_left_alone() {
    let stranger = Left::new("sleep 60", None);
    let group = stranger.group();
    for recorded in [
        ProcessGroup {
            start: group.start - 1,
            ..group.clone()
        },
        ProcessGroup {
            boot: "of another day".to_owned(),
            ..group
        },
    ] {
        end_left_over(Some(&recorded), "later", LONG);
        assert!(runs(stranger.id()), "{recorded:?}");
    }
}
