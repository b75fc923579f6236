//! What every part of a poll stands on.

use std::sync::atomic::AtomicBool;

use super::directory::Directory;
use crate::clock::Clock;
use crate::config::Config;
use crate::params::Params;
use crate::store::Engine;

/// One directory, its settings and state, and what the process lends to the poll.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) dir: &'a Directory,
    pub(super) config: &'a Config,
    pub(super) engine: &'a dyn Engine,
    pub(super) params: Option<&'a Params>,
    pub(super) clock: Clock,
    /// Turns true when the poll is to end early.
    pub(super) stop: &'a AtomicBool,
    /// Told what is being done.
    pub(super) progress: &'a (dyn Fn(&str) + Sync),
}
