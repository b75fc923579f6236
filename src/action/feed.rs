//! Writes the items to an action's standard input, no faster than it reads them.

use std::io::{self, PipeWriter, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::slice::Iter;
use std::time::{Duration, Instant};

use super::streams::is_temporary;
use super::{Describe, Item, item_json};
use crate::archive::ArchiveError;
use crate::name::Level;

/// How much is made ready at once, and what the pipe holds: one page, so that the pipe takes more
/// only once the action has read everything before, and one that reads nothing costs nothing.
const PAGE: usize = 4096;

/// How long lines are made ready before the action's output is looked at again.
const TURN: Duration = Duration::from_millis(20);

/// The items on their way to an action. Never blocks.
pub(super) struct Feed<'a> {
    pipe: PipeWriter,
    items: Iter<'a, Item>,
    describe: &'a Describe<'a>,
    ready: Vec<u8>,
}

impl<'a> Feed<'a> {
    /// Sets up `pipe` and describes the first item, which shows whether the archive can be read.
    pub(super) fn new(
        pipe: PipeWriter,
        items: &'a [Item],
        describe: &'a Describe<'a>,
    ) -> Result<Self, FeedError> {
        rustix::io::ioctl_fionbio(&pipe, true).map_err(io::Error::from)?;
        // Where the system refuses a small pipe, more is described ahead, and nothing else differs.
        rustix::pipe::fcntl_setpipe_size(&pipe, PAGE).ok();
        let mut feed = Self {
            pipe,
            items: items.iter(),
            describe,
            ready: Vec::new(),
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
        match self.pipe.write(&self.ready) {
            Ok(written) => drop(self.ready.drain(..written)),
            Err(error) if is_temporary(&error) => {}
            Err(_) => return None,
        }
        (!self.ready.is_empty() || self.items.len() > 0).then_some(self)
    }

    /// Makes the next line ready; false when there is none.
    fn describe_next(&mut self) -> Result<bool, ArchiveError> {
        let Some(item) = self.items.next() else {
            return Ok(false);
        };
        let description = if item.name.level() == Level::Revision {
            match (self.describe)(&item.name) {
                Err(ArchiveError::NoSuchSubject(_)) => None,
                described => described?,
            }
        } else {
            None
        };
        self.ready
            .extend_from_slice(item_json(item, description.as_ref()).as_bytes());
        self.ready.push(b'\n');
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
