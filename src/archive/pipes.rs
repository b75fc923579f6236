//! The three pipes of a program that runs, served at once, so that neither side waits for the other.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::ArchiveError;

/// How long `stop` may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// How much of what a program says to its standard error is kept: its end.
const SAID: usize = 4 << 10;

const CHUNK: usize = 64 << 10;

/// The pipes of a program; each is gone when its other end is.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    said: Vec<u8>,
    chunk: Vec<u8>,
}

/// How long we wait for a program.
pub(super) struct Patience<'a> {
    begun: Instant,
    limit: Duration,
    stop: &'a AtomicBool,
}

impl Pipes {
    /// Those of a program that was just started.
    pub(super) fn of(child: &mut Child) -> io::Result<Self> {
        let stdin = child.stdin.take();
        if let Some(pipe) = &stdin {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        Ok(Self {
            stdin,
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            said: Vec::new(),
            chunk: vec![0; CHUNK],
        })
    }

    /// Whether it can still say anything.
    pub(super) fn is_open(&self) -> bool {
        self.stdout.is_some() || self.stderr.is_some()
    }

    /// The end of what it said to its standard error.
    pub(super) fn said(&self) -> String {
        String::from_utf8_lossy(&self.said).trim().to_owned()
    }

    /// Waits for at most `limit`, writes of `input` what can be written, taking it away there, and
    /// hands what was printed to `take`.
    pub(super) fn pump(
        &mut self,
        input: &mut &[u8],
        limit: Duration,
        take: &mut dyn FnMut(&[u8]),
    ) -> io::Result<()> {
        let writing = self.stdin.as_ref().filter(|_| !input.is_empty());
        let (readable_out, readable_err, writable) =
            wait(self.stdout.as_ref(), self.stderr.as_ref(), writing, limit)?;
        if writable && let Some(pipe) = &mut self.stdin {
            match pipe.write(input) {
                Ok(written) => *input = &input[written..],
                Err(error) if is_temporary(&error) => {}
                // It reads no more: how it ends tells why.
                Err(_) => *input = &[],
            }
        }
        if readable_out && let Some(pipe) = &mut self.stdout {
            match pipe.read(&mut self.chunk) {
                Ok(0) => self.stdout = None,
                Ok(length) => take(&self.chunk[..length]),
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(error),
            }
        }
        if readable_err && let Some(pipe) = &mut self.stderr {
            match pipe.read(&mut self.chunk) {
                Ok(0) => self.stderr = None,
                Ok(length) => {
                    self.said.extend_from_slice(&self.chunk[..length]);
                    self.said.drain(..self.said.len().saturating_sub(SAID));
                }
                Err(error) if is_temporary(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<'a> Patience<'a> {
    /// From now on for `limit`, or until `stop` turns true.
    pub(super) fn new(limit: Duration, stop: &'a AtomicBool) -> Self {
        Self {
            begun: Instant::now(),
            limit,
            stop,
        }
    }

    /// How long to wait before asking this again. An error where waiting is over; it calls the
    /// program `name`, and what that works on `about`.
    pub(super) fn left(&self, name: &str, about: &str) -> Result<Duration, ArchiveError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(ArchiveError::Stopped(about.to_owned()));
        }
        let left = self.limit.saturating_sub(self.begun.elapsed());
        if left.is_zero() {
            return Err(ArchiveError::TooSlow {
                who: format!("{name} for {about}"),
                limit: self.limit,
            });
        }
        Ok(left.min(LOOK_FOR_STOP))
    }
}

/// Waits until something can be read or written.
pub(super) fn wait(
    stdout: Option<&impl AsFd>,
    stderr: Option<&impl AsFd>,
    stdin: Option<&ChildStdin>,
    limit: Duration,
) -> io::Result<(bool, bool, bool)> {
    let mut watched = Vec::with_capacity(3);
    watched.extend(stdout.map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)));
    watched.extend(stderr.map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::IN)));
    watched.extend(stdin.map(|pipe| PollFd::from_borrowed_fd(pipe.as_fd(), PollFlags::OUT)));
    let limit = Timespec::try_from(limit).ok();
    match poll(&mut watched, limit.as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let mut ready = watched.iter().map(|each| !each.revents().is_empty());
    let mut of = |there: bool| there && ready.next().unwrap_or(false);
    Ok((
        of(stdout.is_some()),
        of(stderr.is_some()),
        of(stdin.is_some()),
    ))
}

pub(super) fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
