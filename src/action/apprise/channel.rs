//! `[apprise.NAME]`, ready to be told something.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::message::{Message, one_line};
use super::output::without_urls;
use crate::action::delivery_json::DeliveryJson;
use crate::action::program::{self, Input, Invocation};
use crate::action::template::Template;
use crate::action::{Attempt, Ended, Outcome, ProcessGroup};
use crate::causes::with_causes;
use crate::config::{AppriseSettings, Per, open_private};
use crate::name::Level;

/// The exit code by which apprise says that a service did not take it.
const NOT_TAKEN: i32 = 1;

/// What apprise says, with the same exit code, where it could make nothing of its configuration.
const NO_URL: &str = "at least one server URL";

/// The exit code by which apprise says that no service has the tags.
const NOBODY: i32 = 3;

/// The services of a section.
#[derive(Debug)]
pub(super) struct Channel {
    /// How often it is told for a delivery.
    pub(super) per: Per,
    program: PathBuf,
    urls: PathBuf,
    tags: Vec<String>,
    title: Option<Template>,
    text: Option<Template>,
    timeout: Duration,
}

impl Channel {
    /// Looks whether the file of the URLs is private; else says what is wrong.
    pub(super) fn new(settings: &AppriseSettings, program: PathBuf) -> Result<Self, String> {
        open_private(&settings.urls).map_err(|error| with_causes(&error))?;
        let title = settings.title.clone();
        let title = title.map(|title| Template::inline("title", title));
        let text = settings.template.as_deref().map(Template::read);
        Ok(Self {
            title: title.transpose().map_err(|error| with_causes(&error))?,
            text: text.transpose().map_err(|error| with_causes(&error))?,
            per: settings.per,
            program,
            urls: settings.urls.clone(),
            tags: settings.tags.clone(),
            timeout: settings.timeout,
        })
    }

    /// Tries the templates, where there are some, on samples of a level.
    pub(super) fn try_out(&self, level: Level) -> Result<(), String> {
        let mut templates = self.title.iter().chain(&self.text);
        templates
            .try_for_each(|template| DeliveryJson::try_out(template, level))
            .map_err(|error| with_causes(&error))
    }

    /// Runs apprise for one attempt. The outcome is that of an attempt for which it was not started.
    pub(super) fn tell(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Result<Ended, Outcome> {
        let Message { title, text } = self.message(attempt)?;
        let mut environment = program::environment(attempt);
        // Whatever the locale is, what it reads is UTF-8.
        environment.push(("PYTHONUTF8".to_owned(), "1".into()));
        let invocation = Invocation {
            program: &self.program,
            arguments: self.arguments(&title),
            environment,
            dir: attempt.dir,
            input: Input::Bytes(text.as_bytes()),
            timeout: self.timeout.min(attempt.timeout),
            grace: attempt.grace,
            output_limit: attempt.output_limit,
        };
        let ended = program::run(&invocation, started, stop);
        Ok(Ended {
            outcome: self.meant(ended.outcome, &ended.output),
            output: without_urls(&ended.output),
            ..ended
        })
    }

    /// What it is told: what the templates make, where there are some.
    fn message(&self, attempt: &Attempt<'_>) -> Result<Message, Outcome> {
        let descriptions = attempt.descriptions()?;
        let delivery = DeliveryJson::new(attempt, &descriptions);
        let made = |template: &Template| {
            template
                .render(&delivery)
                .map_err(|error| Outcome::NotStarted(with_causes(&error)))
        };
        let mut message = Message::of(attempt, &descriptions);
        if let Some(title) = &self.title {
            message.title = one_line(&made(title)?);
        }
        if let Some(text) = &self.text {
            message.text = made(text)?;
        }
        Ok(message)
    }

    /// Each is one word with its value, so that no value is taken for an option.
    fn arguments(&self, title: &str) -> Vec<OsString> {
        let mut config = OsString::from("--config=");
        config.push(&self.urls);
        let tags = match self.tags.as_slice() {
            // Without it, those that have tags are left out.
            [] => vec!["--tag=all".into()],
            tags => tags
                .iter()
                .map(|tag| format!("--tag={tag}").into())
                .collect(),
        };
        let title = format!("--title={title}").into();
        [config].into_iter().chain(tags).chain([title]).collect()
    }

    fn meant(&self, outcome: Outcome, output: &[u8]) -> Outcome {
        match outcome {
            Outcome::Failed(NOT_TAKEN) if String::from_utf8_lossy(output).contains(NO_URL) => {
                let urls = self.urls.display();
                Outcome::deferred(format!("apprise understands no URL in {urls}"))
            }
            Outcome::Failed(NOT_TAKEN) => Outcome::deferred(
                "apprise could not tell one of the services; those that it told hear it again",
            ),
            Outcome::Failed(NOBODY) => Outcome::deferred(match self.tags.as_slice() {
                [] => format!("apprise finds no service in {}", self.urls.display()),
                tags => format!(
                    "apprise finds no service with the tags {} in {}",
                    tags.join(" or "),
                    self.urls.display()
                ),
            }),
            outcome => outcome,
        }
    }
}
