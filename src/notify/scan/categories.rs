//! Scanning category by category: one look at each covers everything below it, and nothing below one
//! that did not change is even asked of the store.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::listing::is_settled;
use super::{Finding, Scan};
use crate::archive::{ArchiveError, Look};
use crate::clock::Nanos;
use crate::name::{Level, Name};
use crate::store::{HistoryScan, Store, Unit, Watched};

/// A category that may have changed.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
struct Changed {
    /// What it looks like now, before it is listed.
    look: Option<Look>,
    /// It is looked at for the first time.
    is_new: bool,
    /// A trusted look is remembered, which holds no more.
    had_look: bool,
    /// An active rule watches something of it.
    watched: bool,
    /// It cannot be scanned whole.
    failed: bool,
    /// It is not there.
    gone: bool,
}

/// The categories that may have changed, by name.
type Categories = BTreeMap<Name, Changed>;

impl Scan<'_> {
    /// Scans the archive itself, and then each category that may have changed with all below it.
    pub(super) fn by_category(&mut self, store: &mut dyn Store) -> crate::store::Result<()> {
        self.by_subject(store, &[Level::Archive])?;
        let mut categories = self.changed(store)?;
        if categories.is_empty() {
            return Ok(());
        }
        self.begin_with(store, &categories)?;
        for level in [Level::Category, Level::Branch] {
            let mut listed = Vec::new();
            for (category, changed) in &mut categories {
                for subject in self.watched(store, category, level, changed)? {
                    let finding = self.list(store, &subject)?;
                    changed.note(&finding);
                    listed.extend(self.keep(store, &subject, finding)?);
                }
            }
            self.record(store, level, &listed)?;
        }
        self.versions(store, &mut categories)?;
        let (mut units, mut unwatched) = (Vec::new(), Vec::new());
        for (category, changed) in categories {
            if !changed.watched {
                unwatched.push(category);
            } else if !changed.failed || changed.had_look {
                units.push(changed.unit(category, self.began));
            }
        }
        store.set_units(self.row.id, &units, &unwatched)
    }

    /// Remembers the new categories before anything of them counts as looked at: a poll that dies in
    /// between leaves them to the next one.
    fn begin_with(
        &self,
        store: &mut dyn Store,
        categories: &Categories,
    ) -> crate::store::Result<()> {
        let new = categories.iter().filter(|(_, changed)| changed.is_new);
        let units: Vec<Unit> = new
            .map(|(category, _)| Unit {
                category: category.clone(),
                look: None,
                listed_at: self.began,
            })
            .collect();
        if units.is_empty() {
            return Ok(());
        }
        store.set_units(self.row.id, &units, &[])
    }

    /// The categories whose looks are not what they were, or below which something must be listed.
    fn changed(&mut self, store: &mut dyn Store) -> crate::store::Result<Categories> {
        let mut units = store.units(self.row.id)?;
        units.retain(|unit| {
            self.settings
                .watches(Level::Category, unit.category.as_str())
        });
        let unlooked: BTreeSet<Name> = store
            .unlooked(self.row.id)?
            .into_iter()
            .filter(|name| self.settings.watches(name.level(), name.as_str()))
            .filter_map(|name| name.at_level(Level::Category))
            .collect();
        let looks: Vec<_> = units
            .iter()
            .map(|unit| (&unit.category, unit.look.as_ref()))
            .collect();
        self.archive.expect(&looks);
        let mut categories = Categories::new();
        for unit in &units {
            let must_list = unlooked.contains(&unit.category);
            let looked = self.archive.look(&unit.category, unit.look.as_ref());
            let is_same = match &looked {
                Ok(look) => look.is_some() && *look == unit.look && self.is_fresh(unit.listed_at),
                Err(ArchiveError::NoSuchSubject(_)) => unit.look == Some(Look::Covered),
                Err(_) => false,
            };
            if is_same && !must_list {
                continue;
            }
            let had_look = unit.look.is_some();
            let changed = self.look_at(store, &unit.category, looked, had_look)?;
            categories.insert(unit.category.clone(), changed);
        }
        for category in unlooked {
            if let Entry::Vacant(entry) = categories.entry(category) {
                let looked = self.archive.look(entry.key(), None);
                let changed = self.look_at(store, entry.key(), looked, false)?;
                entry.insert(Changed {
                    is_new: true,
                    ..changed
                });
            }
        }
        Ok(categories)
    }

    /// Keeps what a look at a category says.
    fn look_at(
        &mut self,
        store: &mut dyn Store,
        category: &Name,
        looked: Result<Option<Look>, ArchiveError>,
        had_look: bool,
    ) -> crate::store::Result<Changed> {
        let mut changed = Changed {
            had_look,
            ..Changed::default()
        };
        let error = match looked {
            Ok(look) => {
                changed.look = look.filter(|look| is_settled(look, self.began));
                return Ok(changed);
            }
            Err(error) => error,
        };
        let is_gone = matches!(error, ArchiveError::NoSuchSubject(_));
        let mut error = Some(error);
        for level in [Level::Category, Level::Branch, Level::Version] {
            for subject in store.watched_in(category, level)? {
                changed.watched = true;
                let finding = if is_gone {
                    let name = subject.name.clone();
                    let error = ArchiveError::NoSuchSubject(name);
                    Finding::of(store, error, &subject, Some(Look::Covered))?
                } else if let Some(error) = error.take() {
                    // Said once for the category, by what is uppermost.
                    Finding::Failed(error)
                } else {
                    continue;
                };
                changed.note(&finding);
                self.keep(store, &subject, finding)?;
            }
        }
        changed.gone = is_gone;
        Ok(changed)
    }

    /// The watched subjects of a category at a level, if they are to be listed.
    fn watched(
        &self,
        store: &dyn Store,
        category: &Name,
        level: Level,
        changed: &mut Changed,
    ) -> crate::store::Result<Vec<Watched>> {
        if changed.gone || changed.failed {
            return Ok(Vec::new());
        }
        let mut subjects = store.watched_in(category, level)?;
        subjects.retain(|subject| self.settings.watches(level, subject.name.as_str()));
        changed.watched |= !subjects.is_empty();
        Ok(subjects)
    }

    fn list(&self, store: &dyn Store, subject: &Watched) -> crate::store::Result<Finding> {
        let known = store.known_parts(subject.id)?;
        let is_known = |part: &str| known.contains(part);
        match self.archive.list(&subject.name, None, &is_known) {
            Ok(listing) => {
                (self.scanner.ground.progress)(subject.name.as_str());
                let look = (!listing.held_back).then_some(Look::Covered);
                let scan = self.diff(subject, listing, &known, look);
                Ok(Finding::Listed(scan))
            }
            Err(error) => Finding::of(store, error, subject, Some(Look::Covered)),
        }
    }

    fn versions(
        &mut self,
        store: &mut dyn Store,
        categories: &mut Categories,
    ) -> crate::store::Result<()> {
        let mut listed = Vec::new();
        let mut histories: Vec<HistoryScan> = Vec::new();
        for (category, changed) in categories {
            let versions = self.watched(store, category, Level::Version, changed)?;
            if versions.is_empty() {
                continue;
            }
            if let Some(history) = self.archive.history() {
                let news = self.news(store, history, category, &versions)?;
                changed.failed |= news.failed;
                histories.extend(news.scan);
                continue;
            }
            for version in versions {
                let finding = self.list(store, &version)?;
                changed.note(&finding);
                listed.extend(self.keep(store, &version, finding)?);
            }
        }
        self.record(store, Level::Version, &listed)?;
        self.record_histories(store, &histories)
    }
}

impl Changed {
    fn note(&mut self, finding: &Finding) {
        match finding {
            Finding::Failed(_) => self.failed = true,
            // Something in it is not complete yet.
            Finding::Listed(scan) if scan.look.is_none() => self.look = None,
            _ => {}
        }
    }

    fn unit(self, category: Name, listed_at: Nanos) -> Unit {
        let look = match () {
            () if self.failed => None,
            () if self.gone => Some(Look::Covered),
            () => self.look,
        };
        Unit {
            category,
            look,
            listed_at,
        }
    }
}
