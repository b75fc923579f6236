//! Runs one attempt from its start to its end.

use std::error::Error;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::children::keep_ended_children;
use super::environment::command;
use super::feed::{Feed, FeedError};
use super::output::Output;
use super::running::Running;
use super::start_error::start_error;
use super::streams::Streams;
use super::{Attempt, Ended, Outcome, ProcessGroup, Program};
use crate::causes::with_causes;

/// The program that runs now, also when its file was replaced meanwhile.
const OURSELVES: &str = "/proc/self/exe";

/// Runs `attempt` to its end.
///
/// `started` is told the process group at once after the start, so that it can be recorded. When
/// `stop` turns true the action is ended within [`Attempt::grace`] and about a tenth of a second.
///
/// The first item is described before the start; when the archive cannot be read then, nothing is
/// started. An attempt ends with the program that was started: processes that it left in the
/// background live on, and what they print later is lost. An action that is ended by us is ended
/// with its whole process group.
pub fn run(
    attempt: &Attempt<'_>,
    started: &mut dyn FnMut(ProcessGroup),
    stop: &AtomicBool,
) -> Ended {
    let begun = Instant::now();
    let program = match attempt.program {
        Program::Noop => return silent(Outcome::Success, begun),
        Program::Mail(_) => Path::new(OURSELVES),
        Program::Executable(program) => program,
    };
    if stop.load(Ordering::Relaxed) {
        return silent(Outcome::Stopped, begun);
    }
    let running = match start(program, attempt, begun) {
        Ok(running) => running,
        Err(outcome) => return silent(outcome, begun),
    };
    started(running.group());
    let (outcome, output) = running.finish(stop);
    let (output, output_total) = output.finish();
    Ended {
        outcome,
        output,
        output_total,
        duration: begun.elapsed(),
    }
}

/// The end of an attempt that started nothing.
fn silent(outcome: Outcome, begun: Instant) -> Ended {
    Ended {
        outcome,
        output: Vec::new(),
        output_total: 0,
        duration: begun.elapsed(),
    }
}

fn start<'a>(
    program: &Path,
    attempt: &'a Attempt<'a>,
    begun: Instant,
) -> Result<Running<'a>, Outcome> {
    let no_pipe = |error: io::Error| Outcome::NotStarted(format!("cannot set up a pipe: {error}"));
    let (items, items_in) = io::pipe().map_err(no_pipe)?;
    let (output, output_in) = io::pipe().map_err(no_pipe)?;
    rustix::io::ioctl_fionbio(&output, true).map_err(|error| no_pipe(error.into()))?;
    let feed = match Feed::new(items_in, attempt.items, attempt.describe) {
        // The first line goes into the pipe at once: often it is the only one.
        Ok(feed) => feed.write(),
        Err(FeedError::Archive(error)) => return Err(unreachable(&error)),
        Err(FeedError::Pipe(error)) => return Err(no_pipe(error)),
    };
    keep_ended_children();
    // Nothing here may need code to run between fork and exec: a plain start takes the same time
    // however big this process is.
    let mut child = command(program, attempt)
        .process_group(0)
        .stdin(items)
        .stdout(output_in.try_clone().map_err(no_pipe)?)
        .stderr(output_in)
        .spawn()
        .map_err(|error| Outcome::NotStarted(start_error(&error, program, attempt.dir)))?;
    let pid = Pid::from_child(&child);
    let handle = pidfd_open(pid, PidfdFlags::empty()).map_err(|error| {
        kill_process_group(pid, Signal::KILL).ok();
        child.wait().ok();
        Outcome::NotStarted(format!("it cannot be watched: {error}"))
    })?;
    let kept = Output::new(attempt.output_limit);
    let streams = Streams::new(handle, feed, output, kept);
    Ok(Running::new(child, streams, begun, attempt))
}

/// The archive's error with everything below it.
pub(super) fn unreachable(error: &dyn Error) -> Outcome {
    Outcome::Unreachable(with_causes(error))
}
