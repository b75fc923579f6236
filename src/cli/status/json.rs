//! How a notification directory is, as one JSON object.

use serde::Serialize;

use super::super::delivery::DeliveryJson;
use crate::clock::rfc3339;
use crate::name::Level;
use crate::notify::Standing;
use crate::notify::operate::{ArchiveStatus, Operator, Status};
use crate::store::SubjectRecord;

#[derive(Serialize)]
pub(super) struct StatusJson<'a> {
    directory: String,
    last_poll: Option<String>,
    rules: Vec<RulesJson>,
    subjects: SubjectsJson<'a>,
    items: usize,
    deliveries: DeliveriesJson<'a>,
    archives: Vec<ArchiveJson<'a>>,
    problems: Vec<ProblemJson<'a>>,
}

/// What stood when the last poll ended.
#[derive(Serialize)]
struct ProblemJson<'a> {
    severity: &'static str,
    title: &'a str,
    since: String,
}

#[derive(Serialize)]
struct RulesJson {
    level: String,
    active: usize,
    pending: usize,
    removed: usize,
    lost: usize,
}

#[derive(Serialize)]
struct SubjectsJson<'a> {
    watched: usize,
    gone: Vec<SubjectJson<'a>>,
    failing: Vec<SubjectJson<'a>>,
}

#[derive(Serialize)]
struct SubjectJson<'a> {
    level: String,
    name: &'a str,
    error: Option<&'a str>,
    since: Option<String>,
}

#[derive(Serialize)]
struct DeliveriesJson<'a> {
    owed: usize,
    running: usize,
    waiting: usize,
    held: usize,
    dead: usize,
    asleep: usize,
    failed: Vec<DeliveryJson<'a>>,
}

#[derive(Serialize)]
struct ArchiveJson<'a> {
    name: &'a str,
    location: Option<&'a str>,
    kind: Option<&'a str>,
    subjects: usize,
    items: usize,
    error: Option<&'a str>,
    since: Option<String>,
}

impl<'a> StatusJson<'a> {
    pub(super) fn new(operator: &Operator, status: &'a Status) -> Self {
        let counts = status.counts;
        Self {
            directory: operator.dir().path().display().to_string(),
            last_poll: status.last_poll.map(rfc3339),
            rules: Level::SUBJECTS
                .iter()
                .zip(&status.rules)
                .map(|(level, counts)| RulesJson {
                    level: level.to_string(),
                    active: counts.active,
                    pending: counts.pending,
                    removed: counts.removed,
                    lost: counts.lost,
                })
                .collect(),
            subjects: SubjectsJson {
                watched: counts.subjects,
                gone: status.gone.iter().map(subject_json).collect(),
                failing: status.failing.iter().map(subject_json).collect(),
            },
            items: counts.items,
            deliveries: DeliveriesJson {
                owed: counts.owed,
                running: counts.running,
                waiting: counts.waiting,
                held: counts.held,
                dead: counts.dead,
                asleep: counts.asleep,
                failed: status.failed.iter().map(DeliveryJson::new).collect(),
            },
            archives: status.archives.iter().map(archive_json).collect(),
            problems: status.problems.iter().map(problem_json).collect(),
        }
    }
}

fn subject_json(subject: &SubjectRecord) -> SubjectJson<'_> {
    SubjectJson {
        level: subject.name.level().to_string(),
        name: subject.name.as_str(),
        error: subject.error.as_ref().map(|(error, _)| error.as_str()),
        since: subject.error.as_ref().map(|(_, since)| rfc3339(*since)),
    }
}

fn problem_json(standing: &Standing) -> ProblemJson<'_> {
    ProblemJson {
        severity: if standing.problem.warning {
            "warning"
        } else {
            "error"
        },
        title: &standing.problem.title,
        since: rfc3339(standing.since),
    }
}

fn archive_json(archive: &ArchiveStatus) -> ArchiveJson<'_> {
    let summary = &archive.summary;
    let now = archive.kind.as_ref().err().map(String::as_str);
    ArchiveJson {
        name: &summary.row.name,
        location: archive.location.as_deref(),
        kind: archive.kind.as_ref().ok().map(String::as_str),
        subjects: summary.subjects,
        items: summary.items,
        error: summary.row.error.as_deref().or(now),
        since: summary.error_since.map(rfc3339),
    }
}
