//! The subscribers as a poll asks them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::super::divide::Wish;
use super::wishes::{Files, wishes};
use super::{Subscribers, Subscription};
use crate::action::{Outcome, Whole};
use crate::archive::Wanted;
use crate::causes::with_causes;
use crate::name::Name;
use crate::rules::Diagnostic;

/// The file, read when it is needed first, so that a whole poll goes by the same one.
#[derive(Debug)]
pub(in super::super) struct Desk {
    dir: PathBuf,
    read: OnceLock<Result<Subscribers, String>>,
}

impl Desk {
    /// For the file in the notification directory `dir`. Nothing is read yet.
    pub(in super::super) fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            read: OnceLock::new(),
        }
    }

    /// What each subscriber wants of a delivery. Without the file nobody wants anything.
    ///
    /// The archive is asked for changed files only where somebody's wish depends on them. What it
    /// does not tell is sent: a mail too many is better than one that is missing.
    pub(in super::super) fn wishes(&self, whole: &Whole<'_>) -> Result<Vec<Wish>, Outcome> {
        let read = self.read.get_or_init(|| {
            let read = Subscribers::read(&self.dir);
            read.map(Option::unwrap_or_default)
                .map_err(|error| with_causes(&error))
        });
        let subscribers = read.as_ref().map_err(|why| Outcome::Deferred {
            why: why.clone(),
            not_before: None,
        })?;
        let names: Vec<&Name> = whole.items.iter().map(|item| &item.name).collect();
        let list: Vec<&Subscription> = subscribers.list.iter().collect();
        wishes(&list, whole.subject, &names, &|| files(whole, &names))
    }

    /// What is wrong with the file; `None` while it was not read.
    pub(in super::super) fn diagnostics(&self) -> Option<Vec<Diagnostic>> {
        let read = self.read.get()?.as_ref().ok()?;
        Some(read.diagnostics.clone())
    }
}

/// The files that each revision changed.
fn files(whole: &Whole<'_>, revisions: &[&Name]) -> Result<Vec<Files>, Outcome> {
    let wanted = Wanted {
        files: true,
        ..Wanted::default()
    };
    let told = (whole.tell)(revisions, wanted)
        .map_err(|error| Outcome::Unreachable(with_causes(&error)))?;
    let files = told.into_iter().map(|details| {
        let files = details?.files?.into_iter();
        Some(files.map(|file| file.path).collect())
    });
    Ok(files.collect())
}
