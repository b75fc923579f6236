//! What a running action is watched by: its end, its output, and the items on their way to it.

use std::io::{self, PipeReader, Read as _};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::{AsFd as _, OwnedFd};

use super::feed::Feed;
use super::output::Output;
use crate::archive::ArchiveError;

/// How much output is read at once. Most actions print little or nothing, and a large buffer would
/// be new pages from the system for each of them.
const CHUNK: usize = 8 << 10;

/// The handles of a running action. Only [`Streams::turn`] waits.
pub(super) struct Streams<'a> {
    /// Becomes readable when the program has ended.
    handle: OwnedFd,
    ended: bool,
    /// `None` once everything is written, or nobody reads it.
    feed: Option<Feed<'a>>,
    /// `None` once its end was read.
    output: Option<PipeReader>,
    kept: Output,
    chunk: Vec<u8>,
}

impl<'a> Streams<'a> {
    /// Watches the program of the pidfd `handle`, whose `output` does not block.
    pub(super) fn new(
        handle: OwnedFd,
        feed: Option<Feed<'a>>,
        output: PipeReader,
        kept: Output,
    ) -> Self {
        Self {
            handle,
            ended: false,
            feed,
            output: Some(output),
            kept,
            chunk: vec![0; CHUNK],
        }
    }

    /// Whether the program has ended.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Whether somebody may still print something.
    pub(super) fn has_output(&self) -> bool {
        self.output.is_some()
    }

    /// What was kept of the output.
    pub(super) fn into_kept(self) -> Output {
        self.kept
    }

    /// Gives the program no more items.
    pub(super) fn close_feed(&mut self) {
        self.feed = None;
    }

    /// Gives the program the next items. To be called when [`Streams::turn`] says so.
    pub(super) fn pump(&mut self) -> Result<(), ArchiveError> {
        if let Some(feed) = self.feed.take() {
            self.feed = feed.pump()?;
        }
        Ok(())
    }

    /// Waits at most `limit` for something to happen, takes note of the program's end, and reads
    /// output that came. Whether the program wants more items.
    pub(super) fn turn(&mut self, limit: Duration) -> bool {
        let watched = [
            (!self.ended).then(|| (self.handle.as_fd(), PollFlags::IN)),
            self.output
                .as_ref()
                .map(|output| (output.as_fd(), PollFlags::IN)),
            self.feed
                .as_ref()
                .map(|feed| (feed.as_fd(), PollFlags::OUT)),
        ];
        let mut fds: Vec<PollFd<'_>> = watched
            .iter()
            .flatten()
            .map(|(fd, events)| PollFd::from_borrowed_fd(*fd, *events))
            .collect();
        let limit = Timespec::try_from(limit).ok();
        if poll(&mut fds, limit.as_ref()).is_err() {
            // A signal came: the caller looks whether it meant to stop.
            return false;
        }
        let mut happened = fds.iter().map(PollFd::revents);
        let [ended, output, feed] = watched.map(|watched| match watched {
            Some(_) => happened.next().unwrap_or(PollFlags::empty()),
            None => PollFlags::empty(),
        });
        self.ended |= !ended.is_empty();
        if !output.is_empty() {
            self.read();
        }
        if feed.contains(PollFlags::ERR) {
            // Nobody reads the items any more, and that is the program's right.
            self.feed = None;
        }
        feed == PollFlags::OUT
    }

    /// Reads output that is there.
    pub(super) fn read(&mut self) {
        let Some(output) = &mut self.output else {
            return;
        };
        match output.read(&mut self.chunk) {
            Ok(count) if count > 0 => self.kept.push(&self.chunk[..count]),
            Err(error) if is_temporary(&error) => {}
            Ok(_) | Err(_) => self.output = None,
        }
    }
}

/// Whether a read or write is to be tried again later.
pub(super) fn is_temporary(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
