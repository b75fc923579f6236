//! Runs a program that reads an archive for us, to its end or to its time limit.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::ArchiveError;
use super::pipes::{Patience, Pipes};

/// One run of a program.
pub(super) struct Tool<'a> {
    /// The program, its arguments and its environment.
    pub(super) command: Command,
    /// What it does, as errors call it: `git rev-list`.
    pub(super) name: &'a str,
    /// What it does it to, as errors call that.
    pub(super) about: &'a str,
    /// How long it may take.
    pub(super) limit: Duration,
    /// Turns true when it is to be ended.
    pub(super) stop: &'a AtomicBool,
}

/// How a run ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The end of what it said to its standard error.
    pub(super) said: String,
}

impl Tool<'_> {
    /// Runs it with `input` on its standard input, and hands what it prints to `take`, in pieces.
    ///
    /// It leads a process group of its own, which is killed when it takes too long.
    pub(super) fn run(
        self,
        input: &[u8],
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<Ended, ArchiveError> {
        let (name, about) = (self.name, self.about);
        let patience = Patience::new(self.limit, self.stop);
        let stdin = if input.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        };
        let mut child = start(self.command, stdin).map_err(|error| failed(name, about, &error))?;
        let said = serve(&mut child, input, take, || patience.left(name, about));
        let said = said.unwrap_or_else(|error| Err(failed(name, about, &error)));
        if said.is_err() {
            kill(&child);
        }
        // Its output has ended or it was killed: this does not wait for long.
        let status = child.wait().map_err(|error| failed(name, about, &error));
        Ok(Ended {
            said: said?,
            status: status?,
        })
    }
}

/// Starts a program that leads a process group of its own, and that we hear.
pub(super) fn start(mut command: Command, stdin: Stdio) -> io::Result<Child> {
    command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
}

/// Kills a program that was not waited for, with all that it started.
pub(super) fn kill(child: &Child) {
    kill_process_group(Pid::from_child(child), Signal::KILL).ok();
}

/// The error for what the system says of a program.
pub(super) fn failed(name: &str, about: &str, error: &io::Error) -> ArchiveError {
    ArchiveError::Program {
        program: name.to_owned(),
        about: about.to_owned(),
        said: match error.kind() {
            io::ErrorKind::NotFound => "the program is not on the PATH".to_owned(),
            _ => error.to_string(),
        },
    }
}

/// Returns what it said to its standard error, or why it was not waited for any more.
fn serve(
    child: &mut Child,
    mut input: &[u8],
    take: &mut dyn FnMut(&[u8]),
    left: impl Fn() -> Result<Duration, ArchiveError>,
) -> io::Result<Result<String, ArchiveError>> {
    let mut pipes = Pipes::of(child)?;
    while pipes.is_open() {
        let left = match left() {
            Ok(left) => left,
            Err(error) => return Ok(Err(error)),
        };
        pipes.pump(&mut input, left, take)?;
        if input.is_empty() {
            pipes.stdin = None;
        }
    }
    Ok(Ok(pipes.said()))
}
