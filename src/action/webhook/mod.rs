//! The built-in action `webhook:NAME` or `webhook:URL`: an HTTP POST of what is new.
//!
//! [`Target`] is where to and how, its [`body`] what is posted, [`Client`] posts it, and [`verdict`] is
//! what the answer means for the delivery.

mod body;
mod client;
mod retry_after;
mod target;
mod verdict;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use self::client::{Client, Post};
use self::target::Target;
use super::targets::{Targets, named};
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup, Share, Whole};
use crate::config::{Per, Secret, WebhookSettings};
use crate::name::Level;
use crate::rules::ActionName;

/// The action `webhook`. Its connections serve all deliveries of a poll.
#[derive(Debug)]
pub(super) struct WebhookAction {
    means: Arc<Means>,
    targets: Targets<Target>,
    client: OnceLock<Client>,
}

impl WebhookAction {
    /// Made for one poll. Nothing is opened before the first delivery.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
            targets: Targets::default(),
            client: OnceLock::new(),
        }
    }

    /// What the THUNK names: a URL if it holds `://`, else a section of the settings.
    fn target(&self, action: &ActionName) -> Result<Arc<Target>, String> {
        let thunk = action.thunk();
        self.targets.get(thunk, || {
            if thunk.contains("://") {
                let settings = WebhookSettings {
                    url: Secret::new(thunk.to_owned()),
                    ..WebhookSettings::default()
                };
                return Target::new(&settings);
            }
            let settings = named(&self.means.config.webhooks, "webhook", thunk)?;
            Target::new(settings).map_err(|why| format!("[webhook.{thunk}]: {why}"))
        })
    }

    fn client(&self) -> &Client {
        let connections = self.means.config.delivery.jobs;
        self.client.get_or_init(|| Client::new(connections))
    }

    fn post(
        &self,
        attempt: &Attempt<'_>,
        stop: &AtomicBool,
    ) -> Result<(Outcome, Vec<u8>), Outcome> {
        let target = self.target(attempt.action).map_err(Outcome::NotStarted)?;
        let body = target.body.of(attempt)?;
        let post = Post {
            target: Arc::clone(&target),
            headers: target.headers(attempt, &body),
            body,
            limit: target.timeout.min(attempt.timeout),
            output_limit: attempt.output_limit,
        };
        let answer = self
            .client()
            .post(post, stop)
            .map_err(|failure| failure.outcome(&target))?;
        let outcome = verdict::of(&answer, &target, attempt.now);
        Ok((outcome, verdict::record(&answer, &target)))
    }
}

impl BuiltIn for WebhookAction {
    fn check(&self, action: &ActionName) -> Result<(), String> {
        self.target(action).map(drop)
    }

    fn try_out(&self, action: &ActionName, level: Level) -> Result<(), String> {
        let tried = self.target(action)?.body.try_out(level);
        tried.map_err(|why| format!("[webhook.{}]: {why}", action.thunk()))
    }

    fn is_ordered(&self, action: &ActionName) -> bool {
        self.target(action).map_or(true, |target| target.ordered)
    }

    fn divides(&self, action: &ActionName) -> bool {
        self.target(action)
            .is_ok_and(|target| target.per == Per::Item)
    }

    fn divide(&self, whole: &Whole<'_>) -> Result<Option<Vec<Share>>, Outcome> {
        Ok(Some(Share::each(whole)))
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        _started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let begun = Instant::now();
        let (outcome, output) = self
            .post(attempt, stop)
            .unwrap_or_else(|outcome| (outcome, Vec::new()));
        Ended {
            outcome,
            output_total: output.len().try_into().unwrap_or(u64::MAX),
            output,
            duration: begun.elapsed(),
        }
    }
}
