//! Hooks: programs of the operator's that a poll runs when it comes by certain points.
//!
//! They are named in the settings, and lie as executables in `=hooks/POINT/`. Those of a point run one
//! after the other, each bounded in time and output; what parallel workers and scans come by is run in
//! parallel. A hook that fails is a problem of its own and changes nothing else: but for
//! `instead-of-action`, which is the action, a hook runs at most once for what it is told of, and not
//! at all when the poll dies before. No lock is held while one runs, nor, at the end of a poll, any
//! claim: it may start polls, of the same directory too.

mod action;
mod attempt_end;
mod check;
mod delivery_json;
mod found;
mod hook;
mod outputs;
mod poll;
mod run;
mod scan;
mod told;

pub(super) use attempt_end::AttemptEnd;
pub(super) use check::check;
pub(super) use outputs::hook_outputs;
pub(super) use poll::End;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::ground::Ground;
use super::memory::Fate;
use super::report::Problem;
use crate::config::Point;
use crate::name::Name;
use found::Directories;
use hook::Hook;

/// The hooks of one directory, for one poll.
pub(super) struct Hooks<'a> {
    ground: Ground<'a>,
    /// The directories whose hooks the poll runs in, and this one, as hooks are told.
    within: String,
    /// The directories of hooks that are there.
    directories: Directories,
    /// The hooks of each point, found when a poll first comes by it.
    points: [OnceLock<Vec<Hook>>; Point::ALL.len()],
    /// How each hook that was run in this poll did, by the key of its problem.
    ran: Mutex<BTreeMap<String, Option<Problem>>>,
}

impl<'a> Hooks<'a> {
    /// Looks whether there are directories of hooks. Where there is none, that is all it costs.
    ///
    /// `within` is what `LARCH_WITHIN` says of this process. A poll that a hook of the same directory
    /// started does not run the hooks that would start it again without end.
    pub(super) fn new(ground: Ground<'a>, within: Option<&str>) -> Self {
        let identity = ground.dir.identity();
        let outer = within.unwrap_or_default();
        let is_nested = outer.split(' ').any(|other| other == identity);
        let points = Point::ALL.map(|point| {
            let begins_again =
                matches!(point, Point::PollStart | Point::ScanFailed | Point::PollEnd);
            let hooks = (is_nested && begins_again).then(Vec::new);
            hooks.map_or_else(OnceLock::new, OnceLock::from)
        });
        Self {
            within: format!("{outer} {identity}").trim_start().to_owned(),
            directories: Directories::read(ground.dir.path()),
            ground,
            points,
            ran: Mutex::default(),
        }
    }

    /// No hooks at all.
    pub(super) fn none(ground: Ground<'a>) -> Self {
        Self {
            within: String::new(),
            directories: Directories::default(),
            ground,
            points: Point::ALL.map(|_| OnceLock::from(Vec::new())),
            ran: Mutex::default(),
        }
    }

    /// What stands against hooks: those that failed in this poll, and those that cannot run.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let ran = self.ran();
        let failed = ran.values().flatten().cloned();
        failed.chain(self.directories.problems()).collect()
    }

    /// What became of a problem of a hook that is not among [`Hooks::problems`]; `key` is what follows
    /// `hook/` in its key.
    pub(super) fn fate(&self, key: &str) -> Fate {
        if self.ran().contains_key(&format!("hook/{key}")) {
            return Fate::Over;
        }
        let is_there = key.split_once('/').is_some_and(|(word, label)| {
            Point::of_word(word)
                .is_some_and(|point| self.at(point).iter().any(|hook| hook.label == label))
        });
        if is_there { Fate::Unknown } else { Fate::Gone }
    }

    /// Whether there is anything to run at one of these points.
    fn is_any(&self, points: &[Point]) -> bool {
        points.iter().any(|point| !self.at(*point).is_empty())
    }

    fn at(&self, point: Point) -> &[Hook] {
        let Ground {
            dir,
            config,
            exec_path,
            ..
        } = self.ground;
        self.points[point as usize]
            .get_or_init(|| found::hooks(dir.path(), config, exec_path, point, &self.directories))
    }

    /// Whether a hook at the end asks what the poll had to do with.
    fn asks_for_names(&self) -> bool {
        let mut hooks = self.at(Point::PollEnd).iter();
        hooks.any(|hook| !hook.matches.is_empty())
    }

    /// The variables that every hook of a point gets.
    fn common(&self, point: Point) -> Vec<(String, OsString)> {
        vec![
            ("LARCH_POINT".to_owned(), point.word().into()),
            ("LARCH_DIR".to_owned(), self.ground.dir.path().into()),
            ("LARCH_WITHIN".to_owned(), self.within.as_str().into()),
        ]
    }

    /// Notes what the poll has to do with, for the hooks at its end that want only some of it.
    fn touch(&self, names: &[&Name]) {
        for hook in self.at(Point::PollEnd) {
            hook.touch(names);
        }
    }

    fn ran(&self) -> MutexGuard<'_, BTreeMap<String, Option<Problem>>> {
        self.ran.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
