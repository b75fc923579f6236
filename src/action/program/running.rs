//! An action that runs: sees it to its end, and brings that about where it must.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::super::Outcome;
use super::output::Output;
use super::process::Process;
use super::run::unreachable;
use super::streams::Streams;
use super::{Invocation, ProcessGroup};

/// How long `stop` may go unseen where no signal wakes us.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// How long the end of what a leader left behind may go unseen, while we end a group.
const LOOK_FOR_MEMBERS: Duration = Duration::from_millis(10);

/// How long the output's end is waited for after the program's end.
const LAST_OUTPUT: Duration = Duration::from_millis(200);

/// A child that leads a process group of its own, and is not waited for yet, so that the system
/// gives its number to nobody else.
pub(super) struct Running<'a> {
    child: Child,
    pid: Pid,
    streams: Streams<'a>,
    begun: Instant,
    timeout: Duration,
    grace: Duration,
}

/// An end that we brought about.
struct Forced {
    outcome: Outcome,
    since: Instant,
}

impl<'a> Running<'a> {
    /// Takes over the child of a run that began at `begun`.
    pub(super) fn new(
        child: Child,
        streams: Streams<'a>,
        begun: Instant,
        invocation: &Invocation<'_>,
    ) -> Self {
        Self {
            pid: Pid::from_child(&child),
            child,
            streams,
            begun,
            timeout: invocation.timeout,
            grace: invocation.grace,
        }
    }

    /// The child's process group.
    pub(super) fn group(&self) -> ProcessGroup {
        ProcessGroup::led_by(self.pid)
    }

    /// Sees the child to its end: how it ended, and what was kept of its output.
    pub(super) fn finish(mut self, stop: &AtomicBool) -> (Outcome, Output) {
        let forced = self.until_end(stop);
        match &forced {
            Some(forced) => self.end_group(forced),
            None => self.read_rest(),
        }
        let outcome = match (self.child.wait(), forced) {
            (_, Some(forced)) => forced.outcome,
            (Ok(status), None) => Outcome::of(status),
            // Somebody else waits for our children.
            (Err(error), None) => Outcome::NotStarted(format!("its exit code was lost: {error}")),
        };
        (outcome, self.streams.into_kept())
    }

    /// Serves the child until it ends, or must be ended.
    fn until_end(&mut self, stop: &AtomicBool) -> Option<Forced> {
        loop {
            let left = self.timeout.saturating_sub(self.begun.elapsed());
            let wants_items = self.streams.turn(left.min(LOOK_FOR_STOP));
            if self.streams.ended() {
                return None;
            }
            if stop.load(Ordering::Relaxed) {
                return Some(self.force(Outcome::Stopped));
            }
            if self.begun.elapsed() >= self.timeout {
                return Some(self.force(Outcome::TimedOut(self.timeout)));
            }
            if wants_items && let Err(error) = self.streams.pump() {
                return Some(self.force(unreachable(&error)));
            }
        }
    }

    /// Asks the group to end.
    fn force(&mut self, outcome: Outcome) -> Forced {
        self.streams.close_feed();
        self.signal(Signal::TERM);
        // A stopped program takes notice of TERM only when it goes on.
        self.signal(Signal::CONT);
        Forced {
            outcome,
            since: Instant::now(),
        }
    }

    /// Waits for the end of the whole group, and kills it when its time is over.
    fn end_group(&mut self, forced: &Forced) {
        let mut killed = false;
        while !(self.streams.ended() && self.is_alone()) {
            let left = self.grace.saturating_sub(forced.since.elapsed());
            if left.is_zero() && !killed {
                self.signal(Signal::KILL);
                killed = true;
            }
            let look = if self.streams.ended() {
                LOOK_FOR_MEMBERS
            } else {
                LOOK_FOR_STOP
            };
            self.streams
                .turn(if killed { look } else { look.min(left) });
        }
    }

    /// Whether nothing of the group runs any more that could be ended.
    fn is_alone(&self) -> bool {
        let group = self.pid.as_raw_nonzero().get();
        !Process::all().any(|process| process.group == group && process.can_be_ended())
    }

    fn signal(&self, signal: Signal) {
        // Fails only where nobody is left, or where nobody left may be signalled.
        kill_process_group(self.pid, signal).ok();
    }

    /// Reads what is there after the program's end, and a little longer where a process that it
    /// left behind still holds the pipe.
    fn read_rest(&mut self) {
        let ended = Instant::now();
        self.streams.close_feed();
        self.streams.read();
        while self.streams.has_output() {
            let left = LAST_OUTPUT.saturating_sub(ended.elapsed());
            if left.is_zero() {
                break;
            }
            self.streams.turn(left);
        }
    }
}
