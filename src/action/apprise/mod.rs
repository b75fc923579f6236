//! The built-in action `apprise:NAME`: a message to chat and push services through the program
//! apprise, which knows how each of them is told.

mod channel;
mod message;
mod output;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use self::channel::Channel;
use super::targets::{Targets, named};
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup, Share, Whole};
use crate::config::Per;
use crate::fsx::find_executable;
use crate::name::Level;
use crate::rules::ActionName;

/// The program.
const APPRISE: &str = "apprise";

/// What is said where it is not.
const NO_APPRISE: &str = "chat and push services are told by the program apprise, which is not on the PATH or in \
     LARCH_EXEC_PATH; Debian has it as the package `apprise`, and PyPI too (`pipx install apprise`)";

/// The action `apprise`.
#[derive(Debug)]
pub(super) struct AppriseAction {
    means: Arc<Means>,
    channels: Targets<Channel>,
}

impl AppriseAction {
    /// Made for one poll.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
            channels: Targets::default(),
        }
    }

    fn program(&self) -> Option<PathBuf> {
        find_executable(APPRISE, &self.means.exec_path)
    }

    fn channel(&self, action: &ActionName) -> Result<Arc<Channel>, String> {
        let name = action.thunk();
        self.channels.get(name, || {
            let settings = named(&self.means.config.apprise, "apprise", name)?;
            let program = self.program().ok_or(NO_APPRISE)?;
            Channel::new(settings, program).map_err(|why| format!("[apprise.{name}]: {why}"))
        })
    }
}

impl BuiltIn for AppriseAction {
    fn ready(&self) -> Result<(), (&'static str, String)> {
        match self.program() {
            Some(_) => Ok(()),
            None => Err((APPRISE, NO_APPRISE.to_owned())),
        }
    }

    fn check(&self, action: &ActionName) -> Result<(), String> {
        self.channel(action).map(drop)
    }

    fn try_out(&self, action: &ActionName, level: Level) -> Result<(), String> {
        let tried = self.channel(action)?.try_out(level);
        tried.map_err(|why| format!("[apprise.{}]: {why}", action.thunk()))
    }

    fn divides(&self, action: &ActionName) -> bool {
        self.channel(action)
            .is_ok_and(|channel| channel.per == Per::Item)
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
        self.channel(attempt.action)
            .map_err(Outcome::NotStarted)
            .and_then(|channel| channel.tell(attempt, started, stop))
            .unwrap_or_else(|outcome| Ended::without_output(outcome, Duration::ZERO))
    }
}
