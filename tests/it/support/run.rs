//! One run of a program: what goes in, and what must come out.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// A program that is about to run, with what its output must be.
///
/// Output that is not mentioned must be empty. `.ok()` and `.code(n)` run and compare, `.output()`
/// runs and compares nothing, `.spawn()` starts.
#[must_use = "nothing runs before .ok(), .code(n), .output() or .spawn()"]
pub(crate) struct Run {
    command: Command,
    stdin: Vec<u8>,
    limit: Duration,
    stdout: Expected,
    stderr: Expected,
}

/// What one of the two outputs must be.
#[derive(Default)]
struct Expected {
    whole: Option<String>,
    parts: Vec<String>,
    any: bool,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The exit status.
    pub(crate) status: ExitStatus,
    /// Standard output; bytes that are not UTF-8 are replaced.
    pub(crate) stdout: String,
    /// Standard error; bytes that are not UTF-8 are replaced.
    pub(crate) stderr: String,
}

impl Ended {
    /// The exit code; `None` after a signal.
    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }
}

impl Run {
    pub(super) fn new(command: Command) -> Self {
        Self {
            command,
            stdin: Vec::new(),
            limit: Duration::from_mins(1),
            stdout: Expected::default(),
            stderr: Expected::default(),
        }
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Unsets an environment variable.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets the working directory; the sandbox's root unless set.
    pub(crate) fn cwd(mut self, path: impl AsRef<Path>) -> Self {
        self.command.current_dir(path);
        self
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets standard input; empty unless set.
    pub(crate) fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = bytes.as_ref().to_vec();
        self
    }

    /// Lets the program see a clock that is `seconds` ahead of the true one.
    pub(crate) fn clock_ahead(self, seconds: i64) -> Self {
        self.env("LARCH_TEST_CLOCK_AHEAD", seconds.to_string())
    }

    /// Sets the time after which the program and all of its group are killed, and the test fails.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Standard output must be exactly this.
    pub(crate) fn stdout(mut self, text: impl Into<String>) -> Self {
        self.stdout.whole = Some(text.into());
        self
    }

    /// Standard output must hold this, among others.
    pub(crate) fn stdout_has(mut self, text: impl Into<String>) -> Self {
        self.stdout.parts.push(text.into());
        self
    }

    /// Standard output may be anything.
    pub(crate) fn any_stdout(mut self) -> Self {
        self.stdout.any = true;
        self
    }

    /// Standard error must be exactly this.
    pub(crate) fn stderr(mut self, text: impl Into<String>) -> Self {
        self.stderr.whole = Some(text.into());
        self
    }

    /// Standard error must hold this, among others.
    pub(crate) fn stderr_has(mut self, text: impl Into<String>) -> Self {
        self.stderr.parts.push(text.into());
        self
    }

    /// Standard error may be anything.
    pub(crate) fn any_stderr(mut self) -> Self {
        self.stderr.any = true;
        self
    }

    /// Runs; the exit code must be 0 and the outputs as said.
    #[track_caller]
    pub(crate) fn ok(self) -> Ended {
        self.code(0)
    }

    /// Runs; the exit code must be `code` and the outputs as said.
    #[track_caller]
    pub(crate) fn code(mut self, code: i32) -> Ended {
        let (stdout, stderr) = (
            std::mem::take(&mut self.stdout),
            std::mem::take(&mut self.stderr),
        );
        let line = format!("{:?}", self.command);
        let ended = self.output();
        let mut wrong = String::new();
        if ended.code() != Some(code) {
            writeln!(wrong, "expected exit code {code}, got {}", ended.status).unwrap();
        }
        stdout.compare("standard output", &ended.stdout, &mut wrong);
        stderr.compare("standard error", &ended.stderr, &mut wrong);
        assert!(
            wrong.is_empty(),
            "{line}\n{wrong}--- {}\n--- standard output\n{}\n--- standard error\n{}\n---",
            ended.status,
            ended.stdout,
            ended.stderr,
        );
        ended
    }

    /// Runs, and leaves the judgement to the test.
    #[track_caller]
    pub(crate) fn output(self) -> Ended {
        self.spawn().wait()
    }

    /// Starts the program in a process group of its own.
    #[track_caller]
    pub(crate) fn spawn(mut self) -> Running {
        // Files, not pipes: a daemon that keeps its parent's output open holds nobody up.
        let (mut stdin, stdout, stderr) = (scratch(), scratch(), scratch());
        stdin.write_all(&self.stdin).unwrap();
        stdin.rewind().unwrap();
        let child = self
            .command
            .process_group(0)
            .stdin(Stdio::from(stdin))
            .stdout(Stdio::from(stdout.try_clone().unwrap()))
            .stderr(Stdio::from(stderr.try_clone().unwrap()))
            .spawn()
            .unwrap_or_else(|error| panic!("{:?}: {error}", self.command));
        Running {
            line: format!("{:?}", self.command),
            child,
            stdout,
            stderr,
            limit: self.limit,
        }
    }
}

impl Expected {
    fn compare(&self, what: &str, found: &str, wrong: &mut String) {
        if let Some(whole) = &self.whole
            && whole != found
        {
            writeln!(wrong, "{what} is not exactly:\n{whole}").unwrap();
        }
        for part in self.parts.iter().filter(|part| !found.contains(*part)) {
            writeln!(wrong, "{what} lacks: {part}").unwrap();
        }
        if self.whole.is_none() && self.parts.is_empty() && !self.any && !found.is_empty() {
            writeln!(wrong, "{what} is not empty").unwrap();
        }
    }
}

/// A program that runs. Its time limit counts from the call of [`Running::wait`].
#[must_use = "a program that nobody waits for outlives its test"]
pub(crate) struct Running {
    line: String,
    child: Child,
    stdout: File,
    stderr: File,
    limit: Duration,
}

impl Running {
    /// The process, which is the leader of its group.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the program alone, as the kernel does when memory is short.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }

    /// Kills the program with all of its group, and waits for its end.
    pub(crate) fn end(mut self) {
        kill_group(self.id());
        // It has been waited for, or is.
        drop(self.child.wait());
    }

    /// Asks the program alone to end.
    pub(crate) fn terminate(&self) {
        let process = i32::try_from(self.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
            .expect("the kernel gives positive process ids");
        // It may have ended in the meantime.
        let _gone = rustix::process::kill_process(process, rustix::process::Signal::TERM);
    }

    /// Returns whether the program has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    #[track_caller]
    pub(crate) fn wait(mut self) -> Ended {
        let group = self.id();
        let (sender, receiver) = mpsc::channel();
        let waiter = thread::spawn(move || {
            let status = self.child.wait();
            // Nobody listens any more once the limit has passed.
            let _unheard = sender.send(());
            status.unwrap()
        });
        let late = receiver.recv_timeout(self.limit) == Err(RecvTimeoutError::Timeout);
        if late {
            kill_group(group);
        }
        let status = waiter.join().unwrap();
        let (stdout, stderr) = (text(&mut self.stdout), text(&mut self.stderr));
        assert!(
            !late,
            "{}\nstill ran after {:?} and was killed (signal {:?})\n{stdout}\n{stderr}",
            self.line,
            self.limit,
            status.signal(),
        );
        Ended {
            status,
            stdout,
            stderr,
        }
    }
}

fn kill_group(leader: u32) {
    let group = i32::try_from(leader)
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .expect("the kernel gives positive process ids");
    // The group may have ended in the meantime, and then there is nothing to kill.
    let _gone = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
}

fn scratch() -> File {
    tempfile::tempfile().expect("a temporary file can be made")
}

fn text(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_program_that_hangs_is_killed_with_its_children() {
    let sandbox = super::Sandbox::new();
    let hung = std::panic::catch_unwind(|| {
        sandbox
            .run("sh", ["-c", "echo $$ >group; sleep 600; true"])
            .limit(Duration::from_millis(300))
            .ok();
    });
    assert!(hung.is_err());
    let group = sandbox.read("group").trim().parse().unwrap();
    let group = rustix::process::Pid::from_raw(group).unwrap();
    // Zombies that nobody has reaped yet still count as members, but not for ever.
    while rustix::process::test_kill_process_group(group).is_ok() {
        thread::yield_now();
    }
}

#[test]
fn output_that_is_not_mentioned_must_be_empty() {
    let sandbox = super::Sandbox::new();
    let said = std::panic::catch_unwind(|| sandbox.run("echo", ["hello"]).ok());
    assert!(said.is_err());
    sandbox.run("echo", ["hello"]).stdout("hello\n").ok();
}
