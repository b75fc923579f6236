//! Runs a program that reads an archive for us, to its end or to its time limit.

use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::ArchiveError;

/// How long `stop` may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// How much of what a program says to its standard error is kept: its end.
const SAID: usize = 4 << 10;

const CHUNK: usize = 64 << 10;

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
        mut self,
        input: &[u8],
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<Ended, ArchiveError> {
        let begun = Instant::now();
        let failed = |error: &io::Error| ArchiveError::Program {
            program: self.name.to_owned(),
            about: self.about.to_owned(),
            said: match error.kind() {
                io::ErrorKind::NotFound => "the program is not on the PATH".to_owned(),
                _ => error.to_string(),
            },
        };
        let stdin = if input.is_empty() {
            Stdio::null()
        } else {
            Stdio::piped()
        };
        let mut child = self
            .command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| failed(&error))?;
        let said = self.serve(&mut child, input, take, begun);
        if said.is_err() {
            kill_process_group(Pid::from_child(&child), Signal::KILL).ok();
        }
        // Its output has ended or it was killed: this does not wait for long.
        let status = child.wait().map_err(|error| failed(&error));
        Ok(Ended {
            said: said?,
            status: status?,
        })
    }

    fn serve(
        &self,
        child: &mut Child,
        mut input: &[u8],
        take: &mut dyn FnMut(&[u8]),
        begun: Instant,
    ) -> Result<String, ArchiveError> {
        let failed = |error: io::Error| ArchiveError::Program {
            program: self.name.to_owned(),
            about: self.about.to_owned(),
            said: error.to_string(),
        };
        let mut stdin: Option<ChildStdin> = child.stdin.take();
        if let Some(pipe) = &stdin {
            rustix::io::ioctl_fionbio(pipe, true).map_err(|error| failed(error.into()))?;
        }
        let mut stdout = child.stdout.take();
        let mut stderr = child.stderr.take();
        let mut said = Vec::new();
        let mut chunk = vec![0; CHUNK];
        while stdout.is_some() || stderr.is_some() {
            let left = self.limit.saturating_sub(begun.elapsed());
            if self.stop.load(Ordering::Relaxed) {
                return Err(ArchiveError::Stopped(self.about.to_owned()));
            }
            if left.is_zero() {
                return Err(ArchiveError::TooSlow {
                    who: format!("{} for {}", self.name, self.about),
                    limit: self.limit,
                });
            }
            let (readable_out, readable_err, writable) = wait(
                stdout.as_ref(),
                stderr.as_ref(),
                stdin.as_ref(),
                left.min(LOOK_FOR_STOP),
            )
            .map_err(failed)?;
            if writable && let Some(pipe) = &mut stdin {
                match pipe.write(input) {
                    Ok(written) => input = &input[written..],
                    Err(error) if is_temporary(&error) => {}
                    // It reads no more: how it ends tells why.
                    Err(_) => input = &[],
                }
                if input.is_empty() {
                    stdin = None;
                }
            }
            if readable_out && let Some(pipe) = &mut stdout {
                match pipe.read(&mut chunk) {
                    Ok(0) => stdout = None,
                    Ok(length) => take(&chunk[..length]),
                    Err(error) if is_temporary(&error) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
            if readable_err && let Some(pipe) = &mut stderr {
                match pipe.read(&mut chunk) {
                    Ok(0) => stderr = None,
                    Ok(length) => {
                        said.extend_from_slice(&chunk[..length]);
                        said.drain(..said.len().saturating_sub(SAID));
                    }
                    Err(error) if is_temporary(&error) => {}
                    Err(error) => return Err(failed(error)),
                }
            }
        }
        Ok(String::from_utf8_lossy(&said).trim().to_owned())
    }
}

/// Waits until something can be read or written.
pub(super) fn wait(
    stdout: Option<&impl std::os::fd::AsFd>,
    stderr: Option<&impl std::os::fd::AsFd>,
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
