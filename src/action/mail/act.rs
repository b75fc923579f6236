//! One attempt of a mail action.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::compose::Composer;
use super::divide::{self, Divider};
use super::limit::Limit;
use super::subscribers::{self, Desk};
use super::{Mailer, Outgoing, addresses};
use crate::action::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup, Share, Whole};
use crate::causes::with_causes;
use crate::rules::{ActionName, Diagnostic};

/// The mail actions, all of them: they have a connection and a limit in common.
#[derive(Debug)]
pub struct MailAction {
    means: Arc<Means>,
    composer: Composer,
    mailer: Mailer,
    limit: Limit,
    subscribers: Desk,
}

impl MailAction {
    /// Made for one poll.
    pub fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
            composer: Composer::new(means),
            mailer: Mailer::new(means),
            limit: Limit::new(means.config.mail.max_per_poll),
            subscribers: Desk::new(&means.dir),
        }
    }

    fn shares(&self, whole: &Whole<'_>) -> Result<Vec<Share>, Outcome> {
        let wishes = if is_for_subscribers(whole.action) {
            self.subscribers.wishes(whole)?
        } else {
            divide::by_address(whole)?
        };
        let divider = Divider {
            settings: &self.means.config.mail,
            limit: &self.limit,
            now: whole.now,
        };
        Ok(divider.shares(wishes))
    }

    /// The message that an attempt would send, as it is sent or else as a mail program shows it; or
    /// how the attempt would end.
    pub fn preview(&self, attempt: &Attempt<'_>, raw: bool) -> Result<Vec<u8>, Outcome> {
        let draft = self.composer.compose(attempt)?;
        if raw {
            Ok(draft.write().map_err(not_made)?.message)
        } else {
            Ok(draft.shown().map_err(not_made)?.into_bytes())
        }
    }
}

/// What is said of a THUNK where none belongs.
const THUNK: &str =
    "nothing stands behind the `:`, since the addresses are those of the file =subscribers";

fn is_for_subscribers(action: &ActionName) -> bool {
    action.command() == subscribers::COMMAND
}

impl BuiltIn for MailAction {
    fn ready(&self) -> Result<(), (&'static str, String)> {
        self.mailer.ready().map_err(|why| ("mail", why))
    }

    fn check(&self, action: &ActionName) -> Result<(), String> {
        if is_for_subscribers(action) {
            return match action.thunk() {
                "" => Ok(()),
                _ => Err(THUNK.to_owned()),
            };
        }
        addresses(action.thunk())
            .map(drop)
            .map_err(|error| error.to_string())
    }

    fn divides(&self, _action: &ActionName) -> bool {
        true
    }

    fn family(&self, _action: &ActionName) -> String {
        "mail".to_owned()
    }

    fn recipients(&self, action: &ActionName) -> Option<Vec<String>> {
        let addresses = addresses(action.thunk()).ok()?;
        Some(addresses.iter().map(ToString::to_string).collect())
    }

    fn divide(&self, whole: &Whole<'_>) -> Result<Option<Vec<Share>>, Outcome> {
        self.shares(whole).map(Some)
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let draft = self.composer.compose(attempt);
        let written = match draft.and_then(|draft| draft.write().map_err(not_made)) {
            Ok(written) => written,
            Err(outcome) => return Ended::without_output(outcome, Duration::ZERO),
        };
        let outgoing = Outgoing {
            from: &written.from,
            to: &written.to,
            message: &written.message,
            timeout: attempt.timeout,
            delivery_id: attempt.delivery_id,
        };
        self.mailer.send(&outgoing, started, stop)
    }

    fn findings(&self) -> Option<Vec<Diagnostic>> {
        self.subscribers.diagnostics()
    }
}

#[expect(clippy::needless_pass_by_value, reason = "that is what map_err gives")]
fn not_made(error: lettre::error::Error) -> Outcome {
    Outcome::NotStarted(with_causes(&error))
}
