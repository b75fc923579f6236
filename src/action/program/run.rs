//! Runs one program from its start to its end.

use std::error::Error;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::super::{Ended, Outcome};
use super::children::keep_ended_children;
use super::environment::command;
use super::feed::{Feed, FeedError};
use super::output::Output;
use super::running::Running;
use super::start_error::start_error;
use super::streams::Streams;
use super::{Invocation, ProcessGroup};
use crate::causes::with_causes;

/// Runs the program of `invocation` to its end.
///
/// `started` is told the process group at once after the start, so that it can be recorded. When
/// `stop` turns true the program is ended within [`Invocation::grace`] and about a tenth of a second.
///
/// The run ends with the program that was started: processes that it left in the background live on,
/// and what they print later is lost. A program that is ended by us is ended with its whole process
/// group.
pub fn run(
    invocation: &Invocation<'_>,
    started: &mut dyn FnMut(ProcessGroup),
    stop: &AtomicBool,
) -> Ended {
    let begun = Instant::now();
    let not_run = |outcome| Ended::without_output(outcome, begun.elapsed());
    if stop.load(Ordering::Relaxed) {
        return not_run(Outcome::Stopped);
    }
    let running = match start(invocation, begun) {
        Ok(running) => running,
        Err(outcome) => return not_run(outcome),
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

fn start<'a>(invocation: &'a Invocation<'a>, begun: Instant) -> Result<Running<'a>, Outcome> {
    let no_pipe = |error: io::Error| Outcome::NotStarted(format!("cannot set up a pipe: {error}"));
    let (items, items_in) = io::pipe().map_err(no_pipe)?;
    let (output, output_in) = io::pipe().map_err(no_pipe)?;
    rustix::io::ioctl_fionbio(&output, true).map_err(|error| no_pipe(error.into()))?;
    let feed = match Feed::new(items_in, &invocation.input) {
        // The first line goes into the pipe at once: often it is the only one.
        Ok(feed) => feed.write(),
        Err(FeedError::Archive(error)) => return Err(unreachable(&error)),
        Err(FeedError::Pipe(error)) => return Err(no_pipe(error)),
    };
    keep_ended_children();
    // Nothing here may need code to run between fork and exec: a plain start takes the same time
    // however big this process is.
    let mut child = command(invocation)
        .process_group(0)
        .stdin(items)
        .stdout(output_in.try_clone().map_err(no_pipe)?)
        .stderr(output_in)
        .spawn()
        .map_err(|error| {
            Outcome::NotStarted(start_error(&error, invocation.program, invocation.dir))
        })?;
    let pid = Pid::from_child(&child);
    let handle = pidfd_open(pid, PidfdFlags::empty()).map_err(|error| {
        kill_process_group(pid, Signal::KILL).ok();
        child.wait().ok();
        Outcome::NotStarted(format!("it cannot be watched: {error}"))
    })?;
    let kept = Output::new(invocation.output_limit);
    let streams = Streams::new(handle, feed, output, kept);
    Ok(Running::new(child, streams, begun, invocation))
}

/// The archive's error with everything below it.
pub(super) fn unreachable(error: &dyn Error) -> Outcome {
    Outcome::Unreachable(with_causes(error))
}
