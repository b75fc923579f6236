//! A program that stays, and answers one question after another.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::ArchiveError;
use super::pipes::{Patience, Pipes};
use super::tool;

/// A program that answers questions. It leads a process group of its own, and ends with the value.
#[derive(Debug)]
pub(super) struct Resident {
    child: Child,
    pipes: Pipes,
    name: String,
    about: String,
}

/// What came of a question.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// The whole answer was taken.
    Whole,
    /// The program ended before its answer did, and said this to its standard error.
    Ended(String),
}

/// What is wanted after a piece of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next piece.
    More,
    /// Nothing: the answer is complete.
    Nothing,
}

impl Resident {
    /// Starts it. Errors call it `name`, and what it works on `about`.
    pub(super) fn start(
        command: Command,
        name: String,
        about: String,
    ) -> Result<Self, ArchiveError> {
        let failed = |error| tool::failed(&name, &about, &error);
        let mut child = tool::start(command, Stdio::piped()).map_err(failed)?;
        match Pipes::of(&mut child) {
            Ok(pipes) => Ok(Self {
                child,
                pipes,
                name,
                about,
            }),
            Err(error) => {
                tool::kill(&child);
                child.wait().ok();
                Err(tool::failed(&name, &about, &error))
            }
        }
    }

    /// Asks, and hands the answer to `take`, in pieces, until that wants nothing more.
    ///
    /// After an error, or where it ended, nothing more can be asked.
    pub(super) fn ask(
        &mut self,
        mut question: &[u8],
        limit: Duration,
        stop: &AtomicBool,
        take: &mut dyn FnMut(&[u8]) -> Next,
    ) -> Result<Answered, ArchiveError> {
        let patience = Patience::new(limit, stop);
        let mut next = Next::More;
        while next == Next::More {
            if !self.pipes.is_open() {
                return Ok(Answered::Ended(self.pipes.said()));
            }
            let left = patience.left(&self.name, &self.about)?;
            self.pipes
                .pump(&mut question, left, &mut |piece| next = take(piece))
                .map_err(|error| tool::failed(&self.name, &self.about, &error))?;
        }
        Ok(Answered::Whole)
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        // It reads, and changes nothing: nothing is lost.
        tool::kill(&self.child);
        self.child.wait().ok();
    }
}
