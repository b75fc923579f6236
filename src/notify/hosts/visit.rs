//! One archive's scan, as its host sees it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::super::place::Place;
use super::super::scan::Scanned;
use super::Hosts;
use crate::archive::{
    Answer, Archive, ArchiveError, Description, History, Listing, Look, Question,
};
use crate::causes::with_causes;
use crate::name::{Level, Name};
use crate::store::{Result, Store};

/// Scans one archive, and returns something beside what it found.
type ScanOne<'f, T> = dyn Fn(&mut dyn Store, Option<&Visit<'_>>) -> Result<(T, Scanned)> + 'f;

/// The scan of one archive that a host must answer for.
pub(in crate::notify) struct Visit<'a> {
    hosts: &'a Hosts,
    host: &'a str,
    answered: AtomicBool,
    failed: AtomicBool,
}

/// An archive whose host is watched: how it answers is noted, and it is not asked once it failed.
struct Watched<'a> {
    visit: &'a Visit<'a>,
    archive: Box<dyn Archive + 'a>,
}

impl Hosts {
    /// Scans an archive by `scan`, unless its host is left alone for now. What the scan says of an
    /// archive whose host failed is left out: what is said of the host is enough. `None` in place of
    /// what `scan` returned then.
    pub(in crate::notify) fn scan<T>(
        &self,
        store: &mut dyn Store,
        place: &Place,
        scan: &ScanOne<'_, T>,
    ) -> Result<(Option<T>, Scanned)> {
        let Some(host) = place.host() else {
            let (done, scanned) = scan(store, None)?;
            return Ok((Some(done), scanned));
        };
        if self.limit(host) == 0 {
            return Ok((None, Scanned::default()));
        }
        let visit = Visit::new(self, host);
        let (done, mut scanned) = scan(store, Some(&visit))?;
        visit.end(store)?;
        if !visit.has_failed() {
            return Ok((Some(done), scanned));
        }
        let problems = &mut scanned.findings.problems;
        problems.retain(|problem| !problem.key.starts_with("scan/"));
        scanned.failures.clear();
        Ok((None, scanned))
    }
}

impl<'a> Visit<'a> {
    fn new(hosts: &'a Hosts, host: &'a str) -> Self {
        Self {
            hosts,
            host,
            answered: AtomicBool::new(false),
            failed: AtomicBool::new(false),
        }
    }

    /// Watches over an archive that was opened, or not.
    pub(in crate::notify) fn watch(
        &'a self,
        opened: std::result::Result<Box<dyn Archive + 'a>, ArchiveError>,
    ) -> std::result::Result<Box<dyn Archive + 'a>, ArchiveError> {
        match opened {
            Ok(archive) => Ok(Box::new(Watched {
                visit: self,
                archive,
            })),
            Err(error) => {
                self.note(&error);
                Err(error)
            }
        }
    }

    /// Whether the host failed, so that nothing is said of the archive itself.
    pub(in crate::notify) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    /// Remembers how the host answered.
    fn end(&self, store: &mut dyn Store) -> Result<()> {
        let answered = self.answered.load(Ordering::Relaxed);
        self.hosts.settle(store, self.host, answered)
    }

    fn note(&self, error: &ArchiveError) {
        let said = match error {
            ArchiveError::Host { said, .. } => said.clone(),
            ArchiveError::TooSlow { .. } | ArchiveError::Unreachable { .. } => with_causes(error),
            ArchiveError::Stopped(_) => return,
            _ => return self.answered.store(true, Ordering::Relaxed),
        };
        self.failed.store(true, Ordering::Relaxed);
        self.hosts.fail(self.host, &said);
    }
}

impl Watched<'_> {
    /// Notes what comes of a question about `subject`.
    fn noted<T>(
        &self,
        subject: &Name,
        answer: std::result::Result<T, ArchiveError>,
    ) -> std::result::Result<T, ArchiveError> {
        match &answer {
            // What looks at categories has asked nobody about the archive yet.
            Ok(_) if subject.level() == Level::Archive && self.looks_at_categories() => {}
            Ok(_) => self.visit.answered.store(true, Ordering::Relaxed),
            Err(error) => self.visit.note(error),
        }
        answer
    }
}

impl Archive for Watched<'_> {
    fn hint(&self) -> Option<String> {
        self.archive.hint()
    }

    fn looks_at_categories(&self) -> bool {
        self.archive.looks_at_categories()
    }

    fn expect(&self, looks: &[(&Name, Option<&Look>)]) {
        if self.visit.hosts.failure(self.visit.host).is_none() {
            self.archive.expect(looks);
        }
    }

    fn look(
        &self,
        subject: &Name,
        last: Option<&Look>,
    ) -> std::result::Result<Option<Look>, ArchiveError> {
        // Another archive may have found out meanwhile.
        if let Some(said) = self.visit.hosts.failure(self.visit.host) {
            self.visit.failed.store(true, Ordering::Relaxed);
            let host = self.visit.host.to_owned();
            return Err(ArchiveError::Host { host, said });
        }
        self.noted(subject, self.archive.look(subject, last))
    }

    fn list(
        &self,
        subject: &Name,
        last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> std::result::Result<Listing, ArchiveError> {
        self.noted(subject, self.archive.list(subject, last, known))
    }

    fn describe(
        &self,
        revisions: &[&Name],
    ) -> std::result::Result<Vec<Option<Description>>, ArchiveError> {
        self.archive.describe(revisions)
    }

    fn log(&self, revision: &Name) -> std::result::Result<Vec<u8>, ArchiveError> {
        self.archive.log(revision)
    }

    fn history(&self) -> Option<&dyn History> {
        self.archive.history().map(|_| self as &dyn History)
    }

    fn official_name(&self) -> std::result::Result<Option<String>, ArchiveError> {
        self.archive.official_name()
    }
}

impl History for Watched<'_> {
    fn news(
        &self,
        category: &Name,
        questions: &[Question<'_>],
    ) -> std::result::Result<Vec<Answer>, ArchiveError> {
        match self.archive.history() {
            Some(history) => self.noted(category, history.news(category, questions)),
            None => Ok(Vec::new()),
        }
    }
}
