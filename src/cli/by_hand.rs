//! Attempts of an action that no poll makes: for names that a person gives.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::registry;
use crate::action::{Attempt, Gathered, Item, Style};
use crate::archive::{Archive, ArchiveError, Location};
use crate::clock::Nanos;
use crate::config::Config;
use crate::name::{Level, Name};
use crate::rules::ActionName;

/// How long a program has between TERM and KILL.
const GRACE: Duration = Duration::from_secs(5);

/// Some items of one subject.
#[derive(Debug)]
pub(crate) struct Batch {
    /// What they stand in.
    pub(crate) subject: Name,
    /// The items, in the order in which they were given.
    pub(crate) items: Vec<Item>,
}

/// Which attempt is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told<'a> {
    pub(crate) action: &'a ActionName,
    pub(crate) recipient: &'a str,
    pub(crate) style: Style,
    pub(crate) delivery_id: &'a str,
    pub(crate) subject: &'a Name,
    pub(crate) items: &'a [Item],
    pub(crate) gathered: &'a [Gathered],
}

/// The archives that are read by hand, and what else attempts need.
pub(crate) struct ByHand<'a> {
    /// The directory in which actions run.
    pub(crate) dir: PathBuf,
    /// The settings.
    pub(crate) config: &'a Config,
    /// Now.
    pub(crate) now: Nanos,
    archives: HashMap<String, (Box<dyn Archive + 'a>, String)>,
}

impl<'a> ByHand<'a> {
    pub(crate) fn new(context: &Context, dir: PathBuf, config: &'a Config) -> Self {
        Self {
            dir,
            config,
            now: context.clock.now(),
            archives: HashMap::new(),
        }
    }

    /// Opens the archive that a name begins with, and returns the name; `LEVEL:NAME` says the level.
    pub(crate) fn name(&mut self, context: &'a Context, text: &str) -> Result<Name, CliError> {
        let forced = text
            .split_once(':')
            .and_then(|(level, name)| Some((level.parse::<Level>().ok()?, name)));
        let name = match forced {
            Some((level, name)) => Name::parse(name, Some(level))?,
            None => Name::parse(text, None)?,
        };
        if !self.archives.contains_key(name.archive()) {
            let location = registry::location(context, name.archive())?;
            let archive = registry::open(context, &name)?;
            let opened = (archive, location);
            self.archives.insert(name.archive().to_owned(), opened);
        }
        Ok(name)
    }

    /// Refuses a name, opened by [`ByHand::name`], that its archive does not hold.
    pub(crate) fn must_hold(&self, name: &Name) -> Result<(), CliError> {
        let (archive, _) = self.opened(name)?;
        registry::must_hold(archive, name)
    }

    /// The items of what was opened by [`ByHand::name`], oldest first.
    pub(crate) fn items_of(&self, subject: &Name) -> Result<Vec<Name>, CliError> {
        let (archive, _) = self.opened(subject)?;
        let listing = archive
            .list(subject, None, &|_| false)
            .map_err(|error| registry::read_error(archive, subject, error))?;
        let parts = listing.parts.iter();
        Ok(parts.filter_map(|part| subject.child(part).ok()).collect())
    }

    /// The names as items, by what they stand in.
    pub(crate) fn batches(&self, names: Vec<Name>) -> Result<Vec<Batch>, CliError> {
        let mut batches: Vec<Batch> = Vec::new();
        for name in names {
            let subject = name.parent().ok_or_else(|| {
                let error = format!("{name} is an archive, and what is told is new in one");
                CliError::new(Exit::Usage, error)
            })?;
            let item = Item {
                name,
                detected_at: self.now,
            };
            match batches.iter_mut().find(|batch| batch.subject == subject) {
                Some(batch) => batch.items.push(item),
                None => batches.push(Batch {
                    subject,
                    items: vec![item],
                }),
            }
        }
        Ok(batches)
    }

    /// Lends the attempt.
    pub(crate) fn attempt<T>(
        &self,
        told: &Told<'_>,
        make: impl FnOnce(&Attempt<'_>) -> T,
    ) -> Result<T, CliError> {
        let (_, location) = self.opened(told.subject)?;
        let kind = Location::parse(location)?;
        let archive = |names: &[&Name]| self.opened(names.first().copied().unwrap_or(told.subject));
        Ok(make(&Attempt {
            action: told.action,
            recipient: told.recipient,
            style: told.style,
            dir: &self.dir,
            delivery_id: told.delivery_id,
            number: 1,
            subject: told.subject,
            items: told.items,
            gathered: told.gathered,
            kind: kind.kind(),
            location,
            timeout: self.config.delivery.timeout,
            grace: GRACE,
            output_limit: self.config.delivery.output_limit,
            now: self.now,
            describe: &|names| archive(names)?.0.describe(names),
            tell: &|names, wanted| archive(names)?.0.tell(names, wanted),
        }))
    }

    fn opened(&self, name: &Name) -> Result<(&(dyn Archive + 'a), &str), ArchiveError> {
        let not_opened = || ArchiveError::NotOpened(format!("nobody opened {}", name.archive()));
        let opened = self.archives.get(name.archive());
        let (archive, location) = opened.ok_or_else(not_opened)?;
        Ok((archive.as_ref(), location))
    }
}
