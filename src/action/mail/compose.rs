//! From an attempt to the message that tells it.

use std::sync::{Arc, OnceLock};

use super::addresses;
use super::letter::{self, Batch, Draft, Letter, News};
use crate::action::means;
use crate::action::template::{TemplateError, Templates};
use crate::action::{Attempt, Item, Means, Outcome, Style};
use crate::archive::{Details, Wanted};
use crate::causes::with_causes;
use crate::name::{Level, Name};

/// How many revisions an archive is asked about at once: the message of each may have 1 MiB.
const CHUNK: usize = 64;

/// Makes the messages of one poll. The templates are read when the first one is.
#[derive(Debug)]
pub(super) struct Composer {
    means: Arc<Means>,
    host: String,
    templates: OnceLock<Result<Templates, TemplateError>>,
}

impl Composer {
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
            host: means::host(),
            templates: OnceLock::new(),
        }
    }

    /// The mail of an attempt; else how the attempt ended.
    pub(super) fn compose(&self, attempt: &Attempt<'_>) -> Result<Draft, Outcome> {
        let to = addresses(attempt.recipient)
            .map_err(|error| Outcome::Refused(error.to_string()))?
            .remove(0);
        let settings = &self.means.config.mail;
        let templates = self.templates()?;
        let own = self.batch(attempt, attempt.delivery_id, attempt.subject, attempt.items)?;
        let mut batches = vec![own];
        for other in attempt.gathered {
            let batch = self.batch(attempt, &other.delivery_id, &other.subject, &other.items)?;
            batches.push(batch);
        }
        let letter = Letter {
            settings,
            user: self.means.user(),
            host: &self.host,
            to: &to,
            command: attempt.action.command(),
            style: attempt.style,
            batches,
            now: attempt.now,
        };
        letter
            .draft(templates)
            .map_err(|error| Outcome::NotStarted(with_causes(&error)))
    }

    fn templates(&self) -> Result<&Templates, Outcome> {
        let load = || letter::load(self.means.config.mail.templates.as_deref());
        let loaded = self.templates.get_or_init(load).as_ref();
        loaded.map_err(|error| Outcome::NotStarted(with_causes(error)))
    }

    /// Some items with what their archive knows of them.
    fn batch<'a>(
        &self,
        attempt: &Attempt<'a>,
        delivery: &'a str,
        subject: &'a Name,
        items: &'a [Item],
    ) -> Result<Batch<'a>, Outcome> {
        let is_same = subject.archive() == attempt.subject.archive();
        let mut news = Vec::with_capacity(items.len());
        let (wanted, chunk) = self.wanted(attempt.style);
        for version in items.chunk_by(|a, b| a.name.parent() == b.name.parent()) {
            for chunk in version.chunks(chunk) {
                let details = ask(attempt, chunk, wanted)?;
                let told = chunk.iter().zip(details);
                news.extend(told.map(|(item, details)| News { item, details }));
            }
        }
        Ok(Batch {
            delivery,
            subject,
            kind: if is_same { attempt.kind } else { "" },
            news,
        })
    }

    /// What is asked of an archive, and of how many revisions at once.
    fn wanted(&self, style: Style) -> (Wanted, usize) {
        let limit = self.means.config.mail.diff_limit;
        let diff = (style == Style::Each && limit > 0).then_some(limit);
        let files = !style.gathers();
        let chunk = if diff.is_some() { 1 } else { CHUNK };
        (Wanted { files, diff }, chunk)
    }
}

/// What the archive knows of some items of one subject.
fn ask(
    attempt: &Attempt<'_>,
    items: &[Item],
    wanted: Wanted,
) -> Result<Vec<Option<Details>>, Outcome> {
    if items[0].name.level() != Level::Revision {
        return Ok(vec![None; items.len()]);
    }
    let names: Vec<&Name> = items.iter().map(|item| &item.name).collect();
    let mut details = (attempt.tell)(&names, wanted)
        .map_err(|error| Outcome::Unreachable(with_causes(&error)))?;
    // An answer that is too short must not lose an item.
    details.resize(items.len(), None);
    for known in details.iter_mut().flatten() {
        letter::shorten(&mut known.body);
    }
    Ok(details)
}
