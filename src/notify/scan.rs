//! One scan of one archive, level by level.
//!
//! Listing happens outside of transactions, and each level is one transaction. A kill before it
//! leaves nothing, and the level is listed again; a kill after it leaves what is owed and the lines
//! to append, and the levels below are found by the next poll, for their subjects were never listed.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::ground::Ground;
use super::report::Problem;
use super::rules_files::{RulesFindings, SETTLED, append_lines, commented_out};
use crate::archive::{self, Archive, ArchiveError, Fingerprint};
use crate::causes::with_causes;
use crate::clock::{Nanos, SECOND, nanos};
use crate::config::ArchiveSettings;
use crate::fault;
use crate::name::Level;
use crate::store::{ArchiveRow, Recorded, ScanPolicy, Store, SubjectScan, Watched};

/// Every subject is listed again after this time, so that a change that its fingerprint did not
/// show is late and never lost.
const LISTED_ANYWAY: Nanos = 24 * 60 * 60 * SECOND;

/// What a scan needs beside the store.
pub(super) struct Scanner<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) baseline: bool,
    /// Lines are appended to the rules files, as always but in a dry run.
    pub(super) append: bool,
}

/// What a scan found.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    pub(super) recorded: Recorded,
    pub(super) findings: RulesFindings,
}

/// What one look at a subject says.
enum Look {
    Unchanged,
    Listed(SubjectScan),
    /// It is not there; where that was found by a listing, the clean look before it.
    Gone(Option<Fingerprint>),
    Failed(ArchiveError),
}

impl Scanner<'_> {
    /// Scans the archive of `row`, for which the caller holds the scan lock.
    pub(super) fn scan(
        &self,
        store: &mut dyn Store,
        row: &ArchiveRow,
    ) -> crate::store::Result<Scanned> {
        let default = ArchiveSettings::default();
        let settings = self
            .ground
            .config
            .archives
            .get(&row.name)
            .unwrap_or(&default);
        let now = self.ground.clock.now();
        let mut scanned = Scanned::default();
        if is_too_early(settings, row, now) {
            // What failed then is not mended by not looking.
            scanned
                .findings
                .problems
                .extend(row.error.as_ref().map(|title| Problem {
                    key: format!("scan/{}", row.name),
                    title: title.clone(),
                    details: Vec::new(),
                    warning: false,
                }));
            return Ok(scanned);
        }
        let archive = match self.open(row, settings) {
            Ok((archive, context)) => {
                let hint = archive.hint();
                if row.context != context || row.hint != hint {
                    store.set_archive_context(row.id, &context, hint.as_deref())?;
                }
                archive
            }
            Err(problem) => {
                if row.error.as_ref() != Some(&problem.title) {
                    store.set_archive_error(row.id, Some(&problem.title), now)?;
                }
                scanned.findings.problems.push(problem);
                return Ok(scanned);
            }
        };
        for level in Level::SUBJECTS {
            let look = |store: &dyn Store, subject: &Watched| {
                self.look(store, archive.as_ref(), settings, subject, now)
            };
            self.scan_level(store, row, settings, &look, level, &mut scanned)?;
        }
        if row.error.is_some() {
            store.set_archive_error(row.id, None, now)?;
        }
        if settings.every.is_some() {
            store.set_scanned_at(row.id, now)?;
        }
        Ok(scanned)
    }

    /// Opens the archive, and says under which context it is read.
    fn open(
        &self,
        row: &ArchiveRow,
        settings: &ArchiveSettings,
    ) -> Result<(Box<dyn Archive>, String), Problem> {
        let problem = |what: String, way_out: String| Problem {
            key: format!("scan/{}", row.name),
            title: format!("cannot scan {}: {what}", row.name),
            details: vec![way_out],
            warning: false,
        };
        let location = match self.ground.params.map(|params| params.location(&row.name)) {
            Some(Ok(Some(location))) => location,
            Some(Err(error)) => return Err(problem(with_causes(&error), String::new())),
            None | Some(Ok(None)) => {
                return Err(problem(
                    "the archive is not registered".to_owned(),
                    format!(
                        "Register it with: larch register-archive {} LOCATION",
                        row.name
                    ),
                ));
            }
        };
        let context = context(&location, settings);
        let hint = row.hint.as_deref().filter(|_| row.context == context);
        let archive = archive::open(&location, hint).map_err(|error| {
            problem(
                with_causes(&error),
                "It is tried again at the next poll; the others go on.".to_owned(),
            )
        })?;
        Ok((archive, context))
    }

    fn scan_level(
        &self,
        store: &mut dyn Store,
        row: &ArchiveRow,
        settings: &ArchiveSettings,
        look: &dyn Fn(&dyn Store, &Watched) -> crate::store::Result<Look>,
        level: Level,
        scanned: &mut Scanned,
    ) -> crate::store::Result<()> {
        let mut listed = Vec::new();
        for subject in store.watched(row.id, level)? {
            if !settings.watches(level, subject.name.as_str()) {
                continue;
            }
            match look(store, &subject)? {
                Look::Unchanged if subject.error.is_some() => {
                    store.set_subject_error(subject.id, None, self.ground.clock.now())?;
                }
                Look::Unchanged => {}
                Look::Listed(scan) => listed.push(scan),
                Look::Gone(look) if subject.gone && subject.fingerprint == look => {}
                Look::Gone(look) => store.set_gone(subject.id, look.as_ref())?,
                Look::Failed(error) => {
                    let error = with_causes(&error);
                    if subject.error.as_ref() != Some(&error) {
                        store.set_subject_error(
                            subject.id,
                            Some(&error),
                            self.ground.clock.now(),
                        )?;
                    }
                    scanned
                        .findings
                        .problems
                        .push(failed_scan(&row.name, &subject, &error));
                }
            }
        }
        self.record(store, settings, level, &listed, scanned)
    }

    fn look(
        &self,
        store: &dyn Store,
        archive: &dyn Archive,
        settings: &ArchiveSettings,
        subject: &Watched,
        began: Nanos,
    ) -> crate::store::Result<Look> {
        let failed = |error, look| match error {
            ArchiveError::NoSuchSubject(_) if subject.gone || subject.listed_at.is_some() => {
                Look::Gone(look)
            }
            error => Look::Failed(error),
        };
        // The look is taken before the listing, and may be shared with subjects that came before:
        // it is old enough if it was when the scan began.
        let fingerprint = match archive.fingerprint(&subject.name) {
            Ok(fingerprint) => fingerprint,
            Err(error) => return Ok(failed(error, None)),
        };
        let is_fresh = subject
            .listed_at
            .is_some_and(|at| at <= began && began - at < LISTED_ANYWAY);
        // What is gone was never listed since; its parent is, every day.
        if (is_fresh || subject.gone) && fingerprint.is_some() && fingerprint == subject.fingerprint
        {
            return Ok(Look::Unchanged);
        }
        let known = store.known_parts(subject.id)?;
        let listing = match archive.list(&subject.name, &|part| known.contains(part)) {
            Ok(listing) => listing,
            Err(error) => {
                let clean = fingerprint.filter(|look| is_settled(look, began));
                return Ok(failed(error, clean));
            }
        };
        (self.ground.progress)(subject.name.as_str());
        Ok(Look::Listed(diff(
            settings,
            subject,
            listing,
            &known,
            fingerprint,
            began,
        )))
    }

    fn record(
        &self,
        store: &mut dyn Store,
        settings: &ArchiveSettings,
        level: Level,
        listed: &[SubjectScan],
        scanned: &mut Scanned,
    ) -> crate::store::Result<()> {
        if listed.is_empty() {
            return Ok(());
        }
        let policy = ScanPolicy {
            first: settings.first.unwrap_or(self.ground.config.rules.first),
            added: settings.added.unwrap_or(self.ground.config.rules.added),
            baseline: self.baseline,
            max_items: self.ground.config.delivery.max_items,
        };
        let commented = OnceCell::new();
        let is_commented = |line: &str| {
            let lines: &HashSet<String> = commented.get_or_init(|| {
                level
                    .child()
                    .map_or_else(HashSet::new, |level| commented_out(self.ground.dir, level))
            });
            lines.contains(line)
        };
        fault::point("before-record");
        let recorded = store.record(listed, &policy, &is_commented, self.ground.clock.now())?;
        fault::point("after-record");
        scanned.recorded += recorded;
        if let Some(level) = level.child().filter(|_| recorded.lines > 0 && self.append) {
            append_lines(
                self.ground.dir,
                self.ground.engine,
                store,
                level,
                &mut scanned.findings,
            )?;
        }
        Ok(())
    }
}

fn is_too_early(settings: &ArchiveSettings, row: &ArchiveRow, now: Nanos) -> bool {
    match (settings.every, row.scanned_at) {
        (Some(every), Some(at)) => at <= now && now - at < nanos(every),
        _ => false,
    }
}

/// What fingerprints are made under: another location, or other settings, may show other items.
fn context(location: &str, settings: &ArchiveSettings) -> String {
    let globs = |globs: &[crate::config::Glob]| {
        globs
            .iter()
            .map(crate::config::Glob::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "{location}\n{}\n{}",
        globs(&settings.include),
        globs(&settings.exclude)
    )
}

/// What of a listing is new, and whether the look before it can be trusted from now on.
fn diff(
    settings: &ArchiveSettings,
    subject: &Watched,
    listing: archive::Listing,
    known: &HashSet<String>,
    fingerprint: Option<Fingerprint>,
    began: Nanos,
) -> SubjectScan {
    let level = subject.name.level();
    let all_watched = settings.include.is_empty() && settings.exclude.is_empty();
    let is_watched = |part: &String| {
        if all_watched {
            return true;
        }
        let (Some(level), Ok(item)) = (level.child(), subject.name.child(part)) else {
            return false;
        };
        settings.watches(level, item.as_str())
    };
    let new = listing
        .parts
        .iter()
        .filter(|part| !known.contains(*part) && is_watched(part))
        .cloned()
        .collect();
    SubjectScan {
        id: subject.id,
        name: subject.name.clone(),
        new,
        all: if level == Level::Version {
            Vec::new()
        } else {
            listing.parts
        },
        fingerprint: fingerprint.filter(|look| !listing.held_back && is_settled(look, began)),
    }
}

/// Whether a look shows times that are old enough for any later change to show another one.
fn is_settled(look: &Fingerprint, began: Nanos) -> bool {
    look.mtime <= began - SETTLED && look.ctime <= began - SETTLED
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
