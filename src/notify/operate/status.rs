//! How a notification directory is: the answer to `larch status`.

use super::{Operator, Result};
use crate::archive::{Location, without_password};
use crate::causes::with_causes;
use crate::clock::{Nanos, nanos};
use crate::name::Level;
use crate::notify::report::{ReportBook, Standing};
use crate::params::Params;
use crate::store::{
    ArchiveSummary, Counts, DeliveryRecord, Filter, PartRecord, PartState, RuleState, SubjectRecord,
};

/// How a notification directory is.
#[derive(Clone, Debug)]
pub struct Status {
    /// When the last poll ended.
    pub last_poll: Option<Nanos>,
    /// The rules of each level, from the archives' down.
    pub rules: [RuleCounts; 4],
    /// How many there are of everything.
    pub counts: Counts,
    /// The archives that active rules name.
    pub archives: Vec<ArchiveStatus>,
    /// What stood against the directory when the last poll ended.
    pub problems: Vec<Standing>,
    /// Watched subjects that cannot be scanned.
    pub failing: Vec<SubjectRecord>,
    /// Watched subjects that are gone.
    pub gone: Vec<SubjectRecord>,
    /// Deliveries that wait after a failure, are held, or were given up; oldest first.
    pub failed: Vec<DeliveryRecord>,
}

/// How many rules of one level there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Those that count, pending ones included.
    pub active: usize,
    /// Those of them that are still to be appended to their file.
    pub pending: usize,
    /// Those that were taken out.
    pub removed: usize,
    /// Lines that larch added and that disappeared: what `larch rules restore` puts back.
    pub lost: usize,
}

/// How an archive is.
#[derive(Clone, Debug)]
pub struct ArchiveStatus {
    /// What the state knows of it.
    pub summary: ArchiveSummary,
    /// Where it is registered, without a password.
    pub location: Option<String>,
    /// Its kind, or why it cannot be read now.
    pub kind: std::result::Result<String, String>,
}

impl Operator {
    /// How everything is. Looks at each archive's format, and lists nothing.
    pub fn status(&self, params: Option<&Params>) -> Result<Status> {
        let (gone, failing) = self
            .store
            .troubled()?
            .into_iter()
            .partition(|subject| subject.gone);
        let failed = Filter {
            states: vec![PartState::Waiting, PartState::Held, PartState::Dead],
            ..Filter::default()
        };
        let summaries = self.store.archive_summaries()?;
        Ok(Status {
            last_poll: self.last_poll(),
            rules: self.rule_counts()?,
            counts: self.store.counts()?,
            archives: summaries
                .into_iter()
                .filter(|summary| summary.subjects > 0)
                .map(|summary| archive_status(summary, params))
                .collect(),
            problems: ReportBook::new(self.state.reports()).standing(),
            failing,
            gone,
            failed: {
                let found = self.store.deliveries(&failed)?.into_iter();
                let has_failed = |delivery: &DeliveryRecord| {
                    let mut parts = delivery.parts.iter();
                    parts.any(PartRecord::has_failed)
                };
                found.filter(has_failed).collect()
            },
        })
    }

    /// When the last poll ended.
    pub fn last_poll(&self) -> Option<Nanos> {
        let at = self.state.last_poll()?;
        Some(nanos(at.duration_since(std::time::UNIX_EPOCH).ok()?))
    }

    fn rule_counts(&self) -> Result<[RuleCounts; 4]> {
        let mut counts = [RuleCounts::default(); 4];
        for (level, counts) in Level::SUBJECTS.into_iter().zip(&mut counts) {
            let stored = self.store.rules(level)?;
            let of = |state| stored.iter().filter(move |rule| rule.state == state);
            *counts = RuleCounts {
                active: of(RuleState::Active).count(),
                pending: of(RuleState::Active).filter(|rule| !rule.written).count(),
                removed: of(RuleState::Removed).count(),
                lost: self.lost_lines(level, &stored).len(),
            };
        }
        Ok(counts)
    }
}

fn archive_status(summary: ArchiveSummary, params: Option<&Params>) -> ArchiveStatus {
    let location = match params.map(|params| params.location(&summary.row.name)) {
        Some(Ok(location)) => Ok(location),
        Some(Err(error)) => Err(with_causes(&error)),
        None => Ok(None),
    };
    let kind = match &location {
        Ok(Some(location)) => Location::parse(location)
            .map(|location| location.kind().to_owned())
            .map_err(|error| with_causes(&error)),
        Ok(None) => Err("the archive is not registered".to_owned()),
        Err(error) => Err(error.clone()),
    };
    ArchiveStatus {
        summary,
        location: location
            .unwrap_or_default()
            .map(|location| without_password(&location)),
        kind,
    }
}
