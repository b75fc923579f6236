//! What every part of a poll stands on.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use super::directory::Directory;
use crate::archive::Access;
use crate::clock::Clock;
use crate::config::{ArchiveSettings, Config};
use crate::params::Params;
use crate::store::Engine;

/// One directory, its settings and state, and what the process lends to the poll.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) dir: &'a Directory,
    pub(super) config: &'a Config,
    pub(super) engine: &'a dyn Engine,
    pub(super) params: Option<&'a Params>,
    /// Where programs are looked for.
    pub(super) exec_path: &'a [PathBuf],
    /// Where copies of what is elsewhere are kept, if any are.
    pub(super) cache: Option<&'a Path>,
    pub(super) clock: Clock,
    /// Turns true when the poll is to end early.
    pub(super) stop: &'a AtomicBool,
    /// Told what is being done.
    pub(super) progress: &'a (dyn Fn(&str) + Sync),
}

impl<'a> Ground<'a> {
    /// What the settings say of an archive.
    pub(super) fn settings(&self, archive: &str) -> &'a ArchiveSettings {
        static DEFAULT: LazyLock<ArchiveSettings> = LazyLock::new(ArchiveSettings::default);
        self.config.archives.get(archive).unwrap_or(&DEFAULT)
    }

    /// How an archive is read.
    pub(super) fn access(&self, archive: &str) -> Access<'a> {
        Access {
            options: self.settings(archive).options(),
            exec_path: self.exec_path,
            cache: self.cache,
            clock: self.clock,
            stop: self.stop,
        }
    }
}
