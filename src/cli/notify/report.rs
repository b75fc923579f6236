//! What a poll says: one readable block on standard error, or one JSON object.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use serde::Serialize;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::out::Out;
use super::super::style::{self, printable};
use crate::clock::rfc3339;
use crate::notify::{Polled, Problem, Report};

/// The most problems that are written out; the others are counted.
const SHOWN: usize = 20;

/// Prints the report on standard error; nothing where there is nothing to say.
pub(super) fn print(context: &Context, dir: &Path, report: &Report) {
    if report.is_empty() {
        return;
    }
    let color = context.color_err;
    let mut text = format!("larch notify {}:\n", dir.display());
    let mut shown = 0;
    let mut block = |problem: &Problem, since: Option<String>| {
        shown += 1;
        if shown > SHOWN {
            return;
        }
        let (style, word) = if problem.warning {
            (style::WARNING, "warning:")
        } else {
            (style::ERROR, "error:")
        };
        let since = since
            .map(|since| format!(" (since {since})"))
            .unwrap_or_default();
        // Writing to a string does not fail.
        let _always = writeln!(
            text,
            "{} {}{since}",
            style::paint(color, style, word),
            printable(&problem.title)
        );
        for line in &problem.details {
            let _always = writeln!(text, "    {}", printable(line));
        }
    };
    for problem in report.events.iter().chain(&report.started) {
        block(problem, None);
    }
    for standing in &report.lasting {
        block(&standing.problem, Some(rfc3339(standing.since)));
    }
    if shown > SHOWN {
        let _always = writeln!(
            text,
            "… and {} more; see them all with: larch status {} --json",
            shown - SHOWN,
            dir.display()
        );
    }
    for title in report.over.iter().take(SHOWN) {
        let over = style::paint(color, style::GOOD, "over:");
        let _always = writeln!(text, "{over} {}", printable(title));
    }
    if report.over.len() > SHOWN {
        let _always = writeln!(text, "… and {} more are over", report.over.len() - SHOWN);
    }
    // A closed standard error leaves nobody to tell.
    let _unheard = std::io::stderr().write_all(text.as_bytes());
}

#[derive(Serialize)]
struct PolledJson<'a> {
    failed: bool,
    items: usize,
    deliveries: usize,
    lines: usize,
    attempts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    busy: Option<&'a str>,
    started: Vec<ProblemJson<'a>>,
    lasting: Vec<ProblemJson<'a>>,
    over: &'a [String],
    events: Vec<ProblemJson<'a>>,
}

/// A problem, as `--json` shows it.
#[derive(Serialize)]
pub(super) struct ProblemJson<'a> {
    severity: &'static str,
    title: &'a str,
    details: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
}

impl<'a> ProblemJson<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        Self {
            severity: if problem.warning { "warning" } else { "error" },
            title: &problem.title,
            details: &problem.details,
            since: None,
        }
    }
}

/// Prints what the poll did as one JSON object on standard output.
pub(super) fn print_json(polled: &Polled) -> Result<(), CliError> {
    let Polled {
        report,
        failed,
        recorded,
        attempts,
        busy,
    } = polled;
    let mut out = Out::new();
    out.json(&PolledJson {
        failed: *failed,
        items: recorded.items,
        deliveries: recorded.deliveries,
        lines: recorded.lines,
        attempts: *attempts,
        busy: busy.as_deref(),
        started: report.started.iter().map(ProblemJson::new).collect(),
        lasting: report
            .lasting
            .iter()
            .map(|standing| ProblemJson {
                since: Some(rfc3339(standing.since)),
                ..ProblemJson::new(&standing.problem)
            })
            .collect(),
        over: &report.over,
        events: report.events.iter().map(ProblemJson::new).collect(),
    })?;
    out.finish()
}
