//! A helper's process: lines in, lines out, and its end.

use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::action::last_lines;
use crate::archive::git::GIT_LOCAL_VARIABLES;
use crate::archive::pipes::{is_temporary, wait};

/// A longer line is no answer.
pub(super) const LONGEST_LINE: usize = 1 << 20;

/// How much of what it says to its standard error is kept: its end.
const SAID: usize = 4 << 10;

/// How many lines of that are shown.
const SAID_LINES: usize = 3;

const CHUNK: usize = 64 << 10;

/// What one step of a conversation brought.
#[derive(Debug)]
pub(super) enum Step {
    /// A line, without its end.
    Line(Vec<u8>),
    /// Nothing yet.
    Nothing,
    /// The line that has begun is too long.
    LongLine,
    /// It says nothing more.
    Ended,
}

/// A helper that runs, in a process group of its own.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    /// Taken when nothing more is asked.
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What is still to be written.
    outgoing: Vec<u8>,
    /// What was read, of which `taken` bytes were given out and `searched` hold no line's end.
    incoming: Vec<u8>,
    taken: usize,
    searched: usize,
    said: Vec<u8>,
    /// It was waited for.
    over: bool,
}

impl Process {
    /// Starts it, as actions are: without what a git hook says of its repository.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mut command = Command::new(program);
        for name in GIT_LOCAL_VARIABLES {
            command.env_remove(name);
        }
        let mut child = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let process = Self {
            stdin: child.stdin.take(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            outgoing: Vec::new(),
            incoming: Vec::new(),
            taken: 0,
            searched: 0,
            said: Vec::new(),
            over: false,
        };
        if let Some(stdin) = &process.stdin {
            rustix::io::ioctl_fionbio(stdin, true)?;
        }
        Ok(process)
    }

    /// Writes a line, as far as it gets while [`Process::step`] waits for an answer.
    pub(super) fn say(&mut self, line: &[u8]) {
        self.outgoing.extend_from_slice(line);
        self.outgoing.push(b'\n');
    }

    /// The next line, if there is one before `limit` has passed.
    pub(super) fn step(&mut self, limit: Duration) -> io::Result<Step> {
        if let Some(line) = self.take_line() {
            return Ok(Step::Line(line));
        }
        if self.incoming.len() - self.taken > LONGEST_LINE {
            return Ok(Step::LongLine);
        }
        if self.stdout.is_none() {
            return Ok(Step::Ended);
        }
        self.pump(limit)?;
        Ok(self.take_line().map_or(Step::Nothing, Step::Line))
    }

    fn take_line(&mut self) -> Option<Vec<u8>> {
        let end = self.incoming[self.searched..]
            .iter()
            .position(|&byte| byte == b'\n');
        let Some(end) = end else {
            self.searched = self.incoming.len();
            return None;
        };
        let end = self.searched + end;
        let line = &self.incoming[self.taken..end];
        if line.len() > LONGEST_LINE {
            return None;
        }
        let line = line.to_vec();
        self.taken = end + 1;
        self.searched = self.taken;
        Some(line)
    }

    /// Moves what can be moved, once something can.
    fn pump(&mut self, limit: Duration) -> io::Result<()> {
        self.incoming.drain(..self.taken);
        self.searched -= self.taken;
        self.taken = 0;
        let writing = self.stdin.as_ref().filter(|_| !self.outgoing.is_empty());
        let (readable, complaining, writable) =
            wait(self.stdout.as_ref(), self.stderr.as_ref(), writing, limit)?;
        if writable && let Some(stdin) = &mut self.stdin {
            match stdin.write(&self.outgoing) {
                Ok(written) => drop(self.outgoing.drain(..written)),
                Err(error) if is_temporary(&error) => {}
                // It reads no more: how it ends tells why.
                Err(_) => self.outgoing.clear(),
            }
        }
        if readable && read(&mut self.stdout, &mut self.incoming)? == 0 {
            self.stdout = None;
        }
        if complaining {
            self.hear()?;
        }
        Ok(())
    }

    fn hear(&mut self) -> io::Result<()> {
        if read(&mut self.stderr, &mut self.said)? == 0 {
            self.stderr = None;
        }
        let surplus = self.said.len().saturating_sub(SAID);
        self.said.drain(..surplus);
        Ok(())
    }

    /// Ends it, and says how it ended, if it did so by itself within `grace`, and its last words.
    pub(super) fn end(mut self, grace: Duration) -> (Option<ExitStatus>, String) {
        let by_itself = self.finish(grace);
        // All that could still speak has ended, but for what left the group.
        while let Some(stderr) = &self.stderr {
            let nothing = None::<&ChildStdout>;
            match wait(nothing, Some(stderr), None, Duration::ZERO) {
                Ok((_, true, _)) if self.hear().is_ok() => {}
                _ => break,
            }
        }
        let said = last_lines(&self.said, SAID_LINES).replace('\n', " | ");
        (by_itself, said)
    }

    /// Lets it end, then ends it, with all that it started in its group.
    fn finish(&mut self, grace: Duration) -> Option<ExitStatus> {
        if self.over {
            return None;
        }
        self.over = true;
        self.stdin = None;
        let ended = self.ends_within(grace);
        // Its process id stays its own until it is waited for.
        kill_process_group(Pid::from_child(&self.child), Signal::KILL).ok();
        self.child.wait().ok().filter(|_| ended)
    }

    /// Waits until it has ended, and hears what it says to its standard error meanwhile.
    fn ends_within(&mut self, grace: Duration) -> bool {
        let begun = Instant::now();
        let Ok(handle) = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()) else {
            return false;
        };
        loop {
            let left = grace.saturating_sub(begun.elapsed());
            match wait(Some(&handle), self.stderr.as_ref(), None, left) {
                Ok((true, ..)) => return true,
                Ok((_, true, _)) if self.hear().is_ok() => {}
                Ok(_) if !left.is_zero() => {}
                _ => return false,
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        /// What has nothing more to do ends at once.
        const GRACE: Duration = Duration::from_secs(1);
        self.stdout = None;
        self.stderr = None;
        self.finish(GRACE);
    }
}

/// Reads once; 0 at the end.
fn read(pipe: &mut Option<impl io::Read>, into: &mut Vec<u8>) -> io::Result<usize> {
    let Some(pipe) = pipe else { return Ok(0) };
    let before = into.len();
    into.resize(before + CHUNK, 0);
    let length = pipe.read(&mut into[before..]);
    into.truncate(before + *length.as_ref().unwrap_or(&0));
    match length {
        // Anything but the end.
        Err(error) if is_temporary(&error) => Ok(1),
        length => length,
    }
}
