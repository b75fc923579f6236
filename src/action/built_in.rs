//! What larch does itself for a COMMAND.

use std::fmt::Debug;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::append::AppendAction;
use super::apprise::AppriseAction;
use super::mail::{self, MailAction};
use super::run::RunAction;
use super::syslog::SyslogAction;
use super::webhook::WebhookAction;
use super::{Attempt, Ended, Means, Outcome, ProcessGroup, Share, Whole};
use crate::name::Level;
use crate::rules::{ActionName, Diagnostic};

/// A built-in action.
///
/// It is made once for a poll and serves all attempts of it, from several threads; what is dear (a
/// connection, a template) it makes when it is first needed, and keeps.
pub trait BuiltIn: Debug + Send + Sync {
    /// Whether what it needs, whatever the THUNK, is there; else the name of that, and what is wrong
    /// and what to do, in words. Until it is, what is owed waits.
    fn ready(&self) -> Result<(), (&'static str, String)> {
        Ok(())
    }

    /// Whether the THUNK of `action` is what this needs, and what it names is there; else what is
    /// wrong and what to do, in words.
    fn check(&self, action: &ActionName) -> Result<(), String>;

    /// Whether what it makes of items of `level` can be made of samples; else what is wrong. It is not
    /// asked before a delivery, which may fare better than the samples.
    fn try_out(&self, _action: &ActionName, _level: Level) -> Result<(), String> {
        Ok(())
    }

    /// Whether the deliveries of a rule are told in their order, so that one that waits holds back
    /// those that come after it.
    fn is_ordered(&self, _action: &ActionName) -> bool {
        true
    }

    /// How a delivery is divided. `None`: it is told whole, and its recipient is nobody in
    /// particular. An empty list: nobody wants to hear it, and it is done.
    ///
    /// Asked once for each delivery, before its first attempt; the outcome is that of an attempt that
    /// failed, and it is asked again.
    fn divide(&self, _whole: &Whole<'_>) -> Result<Option<Vec<Share>>, Outcome> {
        Ok(None)
    }

    /// Whether deliveries are divided at all.
    fn divides(&self, _action: &ActionName) -> bool {
        false
    }

    /// What is wrong with a file of its own that this poll read; `None` if it read none.
    fn findings(&self) -> Option<Vec<Diagnostic>> {
        None
    }

    /// The one word for all commands that reach the same recipients in the same way. Parts that gather
    /// are told together within it, and a rule that was edited within it keeps its recipients.
    fn family(&self, action: &ActionName) -> String {
        action.command().to_owned()
    }

    /// Whom `action` tells, in its order, for a rule that was edited: an empty one takes over what is
    /// owed as a whole delivery, which is divided anew. `None`: that is decided for each delivery, and
    /// what is divided already stays with its recipients.
    fn recipients(&self, _action: &ActionName) -> Option<Vec<String>> {
        Some(vec![String::new()])
    }

    /// Makes one attempt, within [`Attempt::timeout`]. It ends soon after `stop` turned true.
    ///
    /// `started` is told the process group of each program that is started for it.
    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended;
}

/// The built-in action that does nothing and succeeds.
pub const NOOP: &str = "noop";

/// Makes the action of some commands, for one poll.
type Make = fn(&Arc<Means>) -> Arc<dyn BuiltIn>;

/// Every built-in command beside `noop`, in the order of the manual, and what makes the action that it
/// has in common with those beside it.
const ACTIONS: [(&[&str], Make); 6] = [
    (&MAIL, |means| Arc::new(MailAction::new(means))),
    (&["run"], |means| Arc::new(RunAction::new(means))),
    (&["webhook"], |means| Arc::new(WebhookAction::new(means))),
    (&["apprise"], |means| Arc::new(AppriseAction::new(means))),
    (&["syslog"], |means| Arc::new(SyslogAction::new(means))),
    (&["append"], |means| Arc::new(AppendAction::new(means))),
];

const MAIL: [&str; 6] = [
    mail::NEW[0],
    mail::NEW[1],
    mail::NEW[2],
    mail::NEW[3],
    mail::EACH,
    mail::subscribers::COMMAND,
];

fn action(command: &str) -> Option<&'static (&'static [&'static str], Make)> {
    ACTIONS.iter().find(|(names, _)| names.contains(&command))
}

/// The command under whose name the action of `command` is kept: of those that have one in common, the
/// first.
pub(super) fn keeper(command: &str) -> &str {
    action(command).map_or(command, |(names, _)| names[0])
}

/// The built-in action of a command, if there is one beside `noop`.
pub(super) fn open(command: &str, means: &Arc<Means>) -> Option<Arc<dyn BuiltIn>> {
    action(command).map(|(_, make)| make(means))
}

/// The names of all built-in commands.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    let names = ACTIONS.iter().flat_map(|(names, _)| names.iter().copied());
    iter::once(NOOP).chain(names)
}
