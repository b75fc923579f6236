//! One hook: what runs, for which names, how long.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::config::Glob;
use crate::name::Name;

/// A hook at a point.
#[derive(Debug)]
pub(super) struct Hook {
    /// What it is called in reports: its program, as the settings name it or as it lies below `=hooks`.
    pub(super) label: String,
    /// The program's file, or why it cannot be run.
    pub(super) program: Result<PathBuf, String>,
    /// The arguments that come before those of the point.
    pub(super) arguments: Vec<OsString>,
    /// For which names it runs; empty for all.
    pub(super) matches: Vec<Glob>,
    /// How long it may take, where the settings say it.
    pub(super) timeout: Option<Duration>,
    /// The poll had to do with one of the names.
    pub(super) touched: AtomicBool,
}

impl Hook {
    pub(super) fn new(label: String, program: Result<PathBuf, String>) -> Self {
        Self {
            label,
            program,
            arguments: Vec::new(),
            matches: Vec::new(),
            timeout: None,
            touched: AtomicBool::new(false),
        }
    }

    /// Whether it runs for something that has to do with these names.
    pub(super) fn wants(&self, names: &[&Name]) -> bool {
        let is_meant = |name: &&Name| {
            let mut globs = self.matches.iter();
            globs.any(|glob| glob.matches(name.level(), name.as_str()))
        };
        self.matches.is_empty() || names.iter().any(is_meant)
    }

    /// Whether it runs for a poll that looks at these archives.
    pub(super) fn wants_one_of(&self, archives: &[Name]) -> bool {
        let may_match = |name: &Name| {
            let (level, text) = (name.level(), name.as_str());
            let mut globs = self.matches.iter();
            globs.any(|glob| glob.matches(level, text) || glob.may_match_below(level, text))
        };
        self.matches.is_empty() || archives.iter().any(may_match)
    }

    /// Notes that the poll had to do with these names.
    pub(super) fn touch(&self, names: &[&Name]) {
        if !self.is_touched() && self.wants(names) {
            self.touched.store(true, Ordering::Relaxed);
        }
    }

    /// Whether the poll had to do with one of its names.
    pub(super) fn is_touched(&self) -> bool {
        self.matches.is_empty() || self.touched.load(Ordering::Relaxed)
    }
}
