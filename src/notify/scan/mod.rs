//! One scan of one archive, level by level.
//!
//! Listing happens outside of transactions, and each level is one transaction. A kill before it
//! leaves nothing, and the level is listed again; a kill after it leaves what is owed and the lines
//! to append, and the levels below are found by the next poll, for their subjects were never listed.

mod categories;
mod context;
mod histories;
mod listing;
mod subjects;

use std::cell::OnceCell;
use std::collections::HashSet;

use super::ground::Ground;
use super::hosts::Visit;
use super::place::{Place, Unreadable};
use super::report::Problem;
use super::rules_files::{RulesFindings, append_lines, commented_out};
use crate::action::Item;
use crate::archive::{self, Archive, ArchiveError, Look};
use crate::causes::with_causes;
use crate::clock::{Nanos, SECOND, nanos};
use crate::config::ArchiveSettings;
use crate::fault;
use crate::name::{Level, Name};
use crate::store::{ArchiveRow, Recorded, ScanPolicy, Store, SubjectScan, Watched};
use context::{Context, Globs};

/// Every subject is listed again after this time, so that a change that its look did not show is late
/// and never lost.
const LISTED_ANYWAY: Nanos = 24 * 60 * 60 * SECOND;

/// What a scan needs beside the store.
pub(super) struct Scanner<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) baseline: bool,
    /// Lines are appended to the rules files, as always but in a dry run.
    pub(super) append: bool,
    /// What is found is kept for the caller, and not only recorded.
    pub(super) keeps_found: bool,
    pub(super) place: &'a Place,
    /// What watches over the archive's host, where it is on one.
    pub(super) visit: Option<&'a Visit<'a>>,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) recorded: Recorded,
    pub(super) findings: RulesFindings,
    /// What could not be scanned.
    pub(super) failures: Vec<Failure>,
    /// The items that were recorded, where they are to be kept.
    pub(super) found: Vec<Found>,
}

/// A subject that could not be scanned.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) subject: Name,
    pub(super) error: String,
}

/// Items of one subject that were not known.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) subject: Name,
    /// Oldest first; there is at least one.
    pub(super) items: Vec<Item>,
}

/// One archive while it is scanned.
struct Scan<'a> {
    scanner: &'a Scanner<'a>,
    row: &'a ArchiveRow,
    settings: &'a ArchiveSettings,
    archive: &'a dyn Archive,
    /// The globs that were in force before they changed.
    globs_before: Option<Globs>,
    began: Nanos,
    scanned: Scanned,
    /// The errors that were said.
    said: HashSet<String>,
}

/// What one look at a subject says.
enum Finding {
    Unchanged,
    Listed(SubjectScan),
    /// It is not there; where that was found by a listing, the clean look before it.
    Gone(Option<Look>),
    Failed(ArchiveError),
}

impl Finding {
    /// What an error says of a subject: what was there once may be gone, be it that only its parent's
    /// listing ever held it.
    fn of(
        store: &dyn Store,
        error: ArchiveError,
        subject: &Watched,
        look: Option<Look>,
    ) -> crate::store::Result<Self> {
        let is_gone = matches!(error, ArchiveError::NoSuchSubject(_))
            && (subject.gone || subject.listed_at.is_some() || store.is_item(&subject.name)?);
        Ok(if is_gone {
            Self::Gone(look)
        } else {
            Self::Failed(error)
        })
    }
}

impl Scanner<'_> {
    /// Scans the archive of `row`, for which the caller holds the scan lock.
    pub(super) fn scan(
        &self,
        store: &mut dyn Store,
        row: &ArchiveRow,
    ) -> crate::store::Result<Scanned> {
        let settings = self.ground.settings(&row.name);
        let now = self.ground.clock.now();
        let mut scanned = Scanned::default();
        if is_too_early(settings, row, self.place, now) {
            scanned.findings.problems = standing(store, row)?;
            return Ok(scanned);
        }
        let mut globs_before = row.globs_before.clone();
        let archive = match self.open(row, settings) {
            Ok((archive, context)) => {
                let hint = archive.hint();
                if row.context != context.text() || row.hint != hint {
                    let (text, hint) = (context.text(), hint.as_deref());
                    let before = context.globs_before(&row.context);
                    globs_before = store.set_archive_context(row.id, &text, hint, before)?;
                }
                archive
            }
            Err(Unreadable { why, way_out }) => {
                let problem = Problem {
                    key: format!("scan/{}", row.name),
                    title: format!("cannot scan {}: {why}", row.name),
                    details: vec![way_out],
                    warning: false,
                };
                if row.error.as_ref() != Some(&problem.title) {
                    store.set_archive_error(row.id, Some(&problem.title), now)?;
                }
                scanned.findings.problems.push(problem);
                scanned
                    .failures
                    .extend(Failure::of_archive(&row.name, &why));
                return Ok(scanned);
            }
        };
        let mut scan = Scan {
            scanner: self,
            row,
            settings,
            archive: archive.as_ref(),
            globs_before: globs_before.as_deref().and_then(Globs::read),
            began: now,
            scanned,
            said: HashSet::new(),
        };
        if archive.looks_at_categories() {
            scan.by_category(store)?;
        } else {
            scan.by_subject(store, &Level::SUBJECTS)?;
        }
        if row.error.is_some() {
            store.set_archive_error(row.id, None, now)?;
        }
        let is_scanned = !self.visit.is_some_and(Visit::has_failed);
        if is_scanned && settings.pause(self.place.is_remote()).is_some() {
            store.set_scanned_at(row.id, now)?;
        }
        Ok(scan.scanned)
    }

    /// Opens the archive, and says under which context it is read.
    fn open(
        &self,
        row: &ArchiveRow,
        settings: &ArchiveSettings,
    ) -> Result<(Box<dyn Archive + '_>, Context), Unreadable> {
        let location = self.place.registered()?;
        let context = Context::new(location, settings);
        let hint = row
            .hint
            .as_deref()
            .filter(|_| row.context == context.text());
        let access = self.ground.access(&row.name);
        let opened = archive::open(&row.name, location, hint, access);
        let opened = match self.visit {
            Some(visit) => visit.watch(opened),
            None => opened,
        };
        let archive = opened.map_err(|error| Unreadable {
            why: with_causes(&error),
            way_out: "It is tried again at the next poll; the others go on.".to_owned(),
        })?;
        Ok((archive, context))
    }
}

impl Scan<'_> {
    /// Keeps what one look at a subject says, but for a listing, which is returned.
    fn keep(
        &mut self,
        store: &mut dyn Store,
        subject: &Watched,
        finding: Finding,
    ) -> crate::store::Result<Option<SubjectScan>> {
        match finding {
            Finding::Unchanged if subject.error.is_some() => {
                store.set_subject_error(subject.id, None, self.now())?;
            }
            Finding::Unchanged => {}
            Finding::Listed(scan) => return Ok(Some(scan)),
            Finding::Gone(look) if subject.gone && subject.look == look => {}
            Finding::Gone(look) => store.set_gone(subject.id, look.as_ref())?,
            Finding::Failed(error) => {
                let error = with_causes(&error);
                // One cause is said once, by what it met first.
                if !self.said.insert(error.clone()) {
                    return Ok(None);
                }
                if subject.error.as_ref() != Some(&error) {
                    store.set_subject_error(subject.id, Some(&error), self.now())?;
                }
                let problem = failed_scan(&self.row.name, subject, &error);
                self.scanned.findings.problems.push(problem);
                let subject = subject.name.clone();
                self.scanned.failures.push(Failure { subject, error });
            }
        }
        Ok(None)
    }

    /// Records the listings of subjects of one level, and appends the lines that this brings.
    fn record(
        &mut self,
        store: &mut dyn Store,
        level: Level,
        listed: &[SubjectScan],
    ) -> crate::store::Result<()> {
        if listed.is_empty() {
            return Ok(());
        }
        let Ground { dir, engine, .. } = self.scanner.ground;
        let commented = OnceCell::new();
        let is_commented = |line: &str| {
            let lines: &HashSet<String> = commented.get_or_init(|| {
                level
                    .child()
                    .map_or_else(HashSet::new, |level| commented_out(dir, level))
            });
            lines.contains(line)
        };
        fault::point("before-record");
        let now = self.now();
        let recorded = store.record(listed, &self.policy(), &is_commented, now)?;
        fault::point("after-record");
        self.scanned.recorded += recorded;
        for scan in listed {
            self.keep_found(&scan.name, &scan.new, now);
        }
        if let Some(level) = level
            .child()
            .filter(|_| recorded.lines > 0 && self.scanner.append)
        {
            append_lines(dir, engine, store, level, &mut self.scanned.findings)?;
        }
        Ok(())
    }

    /// Keeps what was found of a subject, if that is wanted.
    fn keep_found<'p>(
        &mut self,
        subject: &Name,
        parts: impl IntoIterator<Item = &'p String>,
        at: Nanos,
    ) {
        if !self.scanner.keeps_found {
            return;
        }
        let names = parts
            .into_iter()
            .filter_map(|part| subject.child(part).ok());
        let items: Vec<Item> = names
            .map(|name| Item {
                name,
                detected_at: at,
            })
            .collect();
        if !items.is_empty() {
            let subject = subject.clone();
            self.scanned.found.push(Found { subject, items });
        }
    }

    fn policy(&self) -> ScanPolicy {
        let config = self.scanner.ground.config;
        ScanPolicy {
            first: self.settings.first.unwrap_or(config.rules.first),
            added: self.settings.added.unwrap_or(config.rules.added),
            baseline: self.scanner.baseline,
            max_items: config.delivery.max_items,
        }
    }

    fn now(&self) -> Nanos {
        self.scanner.ground.clock.now()
    }

    /// Whether what was listed at `at` need not be listed again for its age.
    fn is_fresh(&self, at: Nanos) -> bool {
        at <= self.began && self.began - at < LISTED_ANYWAY
    }
}

impl Failure {
    /// The archive itself cannot be scanned. A name that is none was never asked for.
    pub(super) fn of_archive(archive: &str, error: &str) -> Option<Self> {
        let subject = Name::parse(archive, Some(Level::Archive)).ok()?;
        let error = error.to_owned();
        Some(Self { subject, error })
    }
}

/// Whether the settings want more time to pass before the next scan.
pub(super) fn is_too_early(
    settings: &ArchiveSettings,
    row: &ArchiveRow,
    place: &Place,
    now: Nanos,
) -> bool {
    match (settings.pause(place.is_remote()), row.scanned_at) {
        (Some(pause), Some(at)) => at <= now && now - at < nanos(pause),
        _ => false,
    }
}

/// What the last scan failed with: that is not mended by not looking.
pub(super) fn standing(store: &dyn Store, row: &ArchiveRow) -> crate::store::Result<Vec<Problem>> {
    let archive = row.error.as_ref().map(|title| Problem {
        key: format!("scan/{}", row.name),
        title: title.clone(),
        details: Vec::new(),
        warning: false,
    });
    let subjects = store.failing(row.id)?;
    let subjects = subjects.iter().filter_map(|subject| {
        let error = subject.error.as_deref()?;
        Some(failed_scan(&row.name, subject, error))
    });
    Ok(archive.into_iter().chain(subjects).collect())
}

fn failed_scan(archive: &str, subject: &Watched, error: &str) -> Problem {
    let never_was = subject.listed_at.is_none();
    Problem {
        key: format!("scan/{archive}/{}/{}", subject.name.level(), subject.name),
        title: format!("cannot scan {}: {error}", subject.name),
        details: if never_was {
            vec![format!(
                "If it was misspelt, mend its line in {}.",
                crate::rules::file_name(subject.name.level()).unwrap_or_default()
            )]
        } else {
            Vec::new()
        },
        warning: false,
    }
}
