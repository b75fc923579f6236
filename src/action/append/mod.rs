//! The built-in action `append:FILE`: a line of JSON in a file for each item.

mod file;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde::Serialize;

use super::item_json::{ItemJson, to_json};
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup};
use crate::rules::ActionName;

/// The action `append`.
#[derive(Debug)]
pub(super) struct AppendAction {
    means: Arc<Means>,
}

/// One line: the item, as programs read it on standard input, and what it was told by.
#[derive(Serialize)]
struct Line<'a> {
    delivery: &'a str,
    subject: &'a str,
    action: &'a str,
    #[serde(flatten)]
    item: ItemJson<'a>,
}

impl AppendAction {
    /// Made for one poll.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
        }
    }

    fn file(&self, action: &ActionName) -> Result<PathBuf, String> {
        file::find(&self.means.dir, action.thunk())
    }

    fn append(&self, attempt: &Attempt<'_>, stop: &AtomicBool) -> Result<(), Outcome> {
        let path = self.file(attempt.action).map_err(Outcome::NotStarted)?;
        let mut lines = String::new();
        for (item, description) in attempt.items.iter().zip(&attempt.descriptions()?) {
            lines.push_str(&to_json(&Line {
                delivery: attempt.delivery_id,
                subject: attempt.subject.as_str(),
                action: attempt.action.as_str(),
                item: ItemJson::new(item, description.as_ref()),
            }));
            lines.push('\n');
        }
        file::append(&path, &lines, attempt.timeout, stop)
    }
}

impl BuiltIn for AppendAction {
    fn check(&self, action: &ActionName) -> Result<(), String> {
        self.file(action).map(drop)
    }

    fn attempt(
        &self,
        attempt: &Attempt<'_>,
        _started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let begun = Instant::now();
        let outcome = self.append(attempt, stop).err();
        Ended::without_output(outcome.unwrap_or(Outcome::Success), begun.elapsed())
    }
}
