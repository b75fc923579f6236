//! Runs of git that stay between questions.
//!
//! To start git takes longer than most answers. So one that answered stays, for the next question
//! about the same repository, as long as the archive is open and others do not need its place.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::program::Git;
use crate::archive::ArchiveError;
use crate::archive::resident::{Answered, Next, Resident};

/// The most that stay while nobody asks them.
const MOST: usize = 8;

/// The runs of git that stay, for all repositories of an archive.
#[derive(Debug)]
pub(in crate::archive) struct Desk {
    mark: String,
    /// Those that nobody asks now, the one that waits longest first.
    idle: Mutex<VecDeque<Idle>>,
}

#[derive(Debug)]
struct Idle {
    dir: PathBuf,
    args: &'static [&'static str],
    resident: Resident,
}

/// What came of a question.
pub(super) enum Asked<R> {
    /// The answer, as it was read.
    Answered(R),
    /// git ended before its answer did: what it was asked for cannot be read.
    Ended(ArchiveError),
}

/// An answer as it is read.
pub(super) trait Reading {
    /// Takes the next piece.
    fn take(&mut self, piece: &[u8]) -> Next;

    /// Whether it was read to its end, so that something else can be asked.
    fn is_whole(&self) -> bool;

    /// Whether git does not know what it was asked for. One that has stayed may not see what is new.
    fn is_unknown(&self) -> bool;
}

impl Default for Desk {
    fn default() -> Self {
        // The standard library's random keys show in what they make of nothing.
        let random = || RandomState::new().build_hasher().finish();
        Self {
            mark: format!("answered {:016x}{:016x}\n", random(), random()),
            idle: Mutex::default(),
        }
    }
}

impl Desk {
    /// A line that nobody can know, to be echoed behind an answer.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Asks `git ARGS`, and reads its answer.
    pub(super) fn ask<R: Reading>(
        &self,
        git: &Git<'_>,
        args: &'static [&'static str],
        question: &[u8],
        begin: impl Fn() -> R,
    ) -> Result<Asked<R>, ArchiveError> {
        if let Some(mut kept) = self.take(git.dir(), args) {
            match ask(&mut kept, git, args, question, begin()) {
                Ok(Asked::Answered(reading)) if !reading.is_unknown() => {
                    self.give_back(git.dir(), args, kept, &reading);
                    return Ok(Asked::Answered(reading));
                }
                // Whatever is wrong with it may be its age.
                Ok(_) | Err(ArchiveError::Program { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let mut fresh = git.stay(args)?;
        let asked = ask(&mut fresh, git, args, question, begin())?;
        if let Asked::Answered(reading) = &asked {
            self.give_back(git.dir(), args, fresh, reading);
        }
        Ok(asked)
    }

    /// Ends all that nobody asks: what they read is there no more.
    pub(super) fn clear(&self) {
        self.idle().clear();
    }

    fn take(&self, dir: &Path, args: &'static [&'static str]) -> Option<Resident> {
        let mut idle = self.idle();
        let is_it = |each: &Idle| each.args == args && each.dir == dir;
        let place = idle.iter().rposition(is_it)?;
        idle.remove(place).map(|found| found.resident)
    }

    fn give_back(
        &self,
        dir: &Path,
        args: &'static [&'static str],
        resident: Resident,
        reading: &impl Reading,
    ) {
        if !reading.is_whole() {
            return;
        }
        let dir = dir.to_owned();
        let mut idle = self.idle();
        idle.push_back(Idle {
            dir,
            args,
            resident,
        });
        let surplus = idle.len().saturating_sub(MOST);
        let leaving: Vec<Idle> = idle.drain(..surplus).collect();
        // Nobody waits while they end.
        drop(idle);
        drop(leaving);
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ask<R: Reading>(
    resident: &mut Resident,
    git: &Git<'_>,
    args: &[&str],
    question: &[u8],
    mut reading: R,
) -> Result<Asked<R>, ArchiveError> {
    let access = git.access();
    let take = &mut |piece: &[u8]| reading.take(piece);
    match resident.ask(question, access.options.timeout, access.stop, take)? {
        Answered::Whole => Ok(Asked::Answered(reading)),
        Answered::Ended(said) => {
            let error = git.ended(args, &said, "it ended before its answer did");
            Ok(Asked::Ended(error))
        }
    }
}
