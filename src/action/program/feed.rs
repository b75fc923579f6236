//! Writes the items to an action's standard input, no faster than it reads them.

use std::collections::VecDeque;
use std::io::{self, PipeWriter, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use super::super::{Describe, Item, item_json};
use super::Input;
use super::streams::is_temporary;
use crate::archive::{ArchiveError, Description};
use crate::name::{Level, Name};

/// How much is made ready at once, and what the pipe holds: one page, so that the pipe takes more
/// only once the action has read everything before, and one that reads nothing costs nothing.
const PAGE: usize = 4096;

/// How long lines are made ready before the action's output is looked at again.
const TURN: Duration = Duration::from_millis(20);

/// How many items are described at once: a program that is asked costs the same for one as for many.
/// The first is asked for alone, before the action starts.
const MOST_ASKED: usize = 512;

/// The items on their way to an action. Never blocks.
pub(super) struct Feed<'a> {
    pipe: PipeWriter,
    /// What was not made ready yet.
    items: &'a [Item],
    describe: Option<&'a Describe<'a>>,
    /// What the archive said of the items that come next.
    described: VecDeque<Option<Description>>,
    /// How many items are asked for next.
    ask: usize,
    ready: VecDeque<u8>,
}

impl<'a> Feed<'a> {
    /// Sets up `pipe` and describes the first item, which shows whether the archive can be read.
    pub(super) fn new(pipe: PipeWriter, input: &Input<'a>) -> Result<Self, FeedError> {
        rustix::io::ioctl_fionbio(&pipe, true).map_err(io::Error::from)?;
        // Where the system refuses a small pipe, more is described ahead, and nothing else differs.
        rustix::pipe::fcntl_setpipe_size(&pipe, PAGE).ok();
        let (items, describe, ready) = match *input {
            Input::Items { items, describe } => (items, Some(describe), VecDeque::new()),
            Input::Bytes(bytes) => (&[][..], None, bytes.to_vec().into()),
        };
        let mut feed = Self {
            pipe,
            items,
            describe,
            described: VecDeque::new(),
            ask: 1,
            ready,
        };
        feed.describe_next()?;
        Ok(feed)
    }

    /// Makes lines ready and writes what the pipe takes of them. `None` when there is nothing more
    /// to write or nobody to read it.
    pub(super) fn pump(mut self) -> Result<Option<Self>, ArchiveError> {
        let begun = Instant::now();
        while self.ready.len() < PAGE && begun.elapsed() < TURN && self.describe_next()? {}
        Ok(self.write())
    }

    /// Writes what the pipe takes of what is ready. `None` as for [`Feed::pump`].
    pub(super) fn write(mut self) -> Option<Self> {
        match self.pipe.write(self.ready.as_slices().0) {
            Ok(written) => drop(self.ready.drain(..written)),
            Err(error) if is_temporary(&error) => {}
            Err(_) => return None,
        }
        (!self.ready.is_empty() || !self.items.is_empty()).then_some(self)
    }

    /// Makes the next line ready; false when there is none.
    fn describe_next(&mut self) -> Result<bool, ArchiveError> {
        let Some((item, rest)) = self.items.split_first() else {
            return Ok(false);
        };
        if let Some(describe) = self.describe
            && self.described.is_empty()
            && item.name.level() == Level::Revision
        {
            let asked = &self.items[..self.ask.min(self.items.len())];
            let names: Vec<&Name> = asked.iter().map(|item| &item.name).collect();
            self.described = describe(&names)?.into();
            self.ask = (self.ask * 8).min(MOST_ASKED);
        }
        self.items = rest;
        let description = self.described.pop_front().flatten();
        self.ready
            .extend(item_json(item, description.as_ref()).as_bytes());
        self.ready.push_back(b'\n');
        Ok(true)
    }
}

impl AsFd for Feed<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

/// Why no item can be fed.
#[derive(Debug, thiserror::Error)]
pub(super) enum FeedError {
    /// The pipe cannot be set up.
    #[error("cannot set up a pipe")]
    Pipe(#[from] io::Error),
    /// The archive cannot be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}
