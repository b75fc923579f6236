//! The built-in action `run:NAME`: the program of `[commands.NAME]`, with arguments of one's own
//! choice, so that a rule's line needs no white space.

mod command;
mod values;
mod word;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::command::Command;
use super::targets::{Targets, named};
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup, Share, Whole};
use crate::config::Per;
use crate::rules::ActionName;

/// The action `run`.
#[derive(Debug)]
pub(super) struct RunAction {
    means: Arc<Means>,
    commands: Targets<Command>,
}

impl RunAction {
    /// Made for one poll.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
            commands: Targets::default(),
        }
    }

    fn command(&self, action: &ActionName) -> Result<Arc<Command>, String> {
        let name = action.thunk();
        self.commands.get(name, || {
            let settings = named(&self.means.config.commands, "commands", name)?;
            Command::new(settings, &self.means).map_err(|why| format!("[commands.{name}]: {why}"))
        })
    }
}

impl BuiltIn for RunAction {
    fn check(&self, action: &ActionName) -> Result<(), String> {
        self.command(action).map(drop)
    }

    fn divides(&self, action: &ActionName) -> bool {
        self.command(action)
            .is_ok_and(|command| command.per == Per::Item)
    }

    fn divide(&self, whole: &Whole<'_>) -> Result<Option<Vec<Share>>, Outcome> {
        Ok(Some(Share::each(whole)))
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        self.command(attempt.action)
            .map_err(Outcome::NotStarted)
            .and_then(|command| command.run(attempt, started, stop))
            .unwrap_or_else(|outcome| Ended::without_output(outcome, Duration::ZERO))
    }
}
