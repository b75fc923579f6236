//! How an archive is to be read.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::clock::Clock;

/// How an archive is to be read, as its settings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Repositories inside the work tree of another one are looked for.
    pub nested: bool,
    /// Which revisions of a history are told.
    pub revisions: Revisions,
    /// How old an entry of a plain tree must be before it is told.
    pub settle: Duration,
    /// The most requests or processes at once, for this archive.
    pub jobs: usize,
    /// How long one request or process may take.
    pub timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nested: false,
            revisions: Revisions::New,
            settle: Duration::from_secs(5),
            jobs: 4,
            timeout: Duration::from_mins(5),
        }
    }
}

/// Which revisions of a history are told, where one revision may be reached by several versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Revisions {
    /// Those that the action was told by no version of the category.
    #[default]
    New,
    /// Those that the action was not told by this version.
    Every,
    /// The newest alone, whenever a version has moved.
    Tip,
    /// As [`Revisions::New`], along first parents alone: a merge stands for what it brought.
    FirstParent,
}

/// What the process that reads an archive lends to it.
#[derive(Clone)]
pub struct Access<'a> {
    /// How it is to be read.
    pub options: Options,
    /// Where programs are looked for.
    pub exec_path: &'a [PathBuf],
    /// A directory of our own for copies that are worth keeping, private to the user. `None`: what is
    /// fetched is removed again.
    pub cache: Option<&'a Path>,
    /// The time, by which the age of what is there is told.
    pub clock: Clock,
    /// Turns true when reading is to end early.
    pub stop: &'a AtomicBool,
}
