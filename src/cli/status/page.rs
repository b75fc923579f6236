//! How a notification directory is, for people.

use super::super::context::Context;
use super::super::delivery::{count, counts, short, state, to, trouble};
use super::super::error::CliError;
use super::super::out::Out;
use super::super::style::{self, paint, printable};
use super::super::table::{Cell, Table};
use super::super::when::{distance, local};
use crate::name::Level;
use crate::notify::Standing;
use crate::notify::operate::{ArchiveStatus, RuleCounts, Status};
use crate::store::{DeliveryRecord, SubjectRecord};

/// How many deliveries and subjects in trouble are written out; the others are counted.
const SHOWN: usize = 10;

/// The answer for people.
pub(super) struct Page<'a> {
    pub(super) context: &'a Context,
    pub(super) out: &'a mut Out,
}

impl Page<'_> {
    pub(super) fn print(&mut self, dir: &str, status: &Status) -> Result<(), CliError> {
        let now = self.context.clock.now();
        let polled = status.last_poll.map_or_else(
            || "none has ended yet".to_owned(),
            |at| format!("{} ({})", distance(at, now), local(at)),
        );
        self.fact("last poll", &polled)?;
        self.fact("rules", &rules(status))?;
        let counts = &status.counts;
        self.fact(
            "watched",
            &format!(
                "{}{}{}; {} known",
                count(counts.subjects, "subject"),
                some(counts.gone, "gone"),
                some(status.failing.len(), "failing"),
                count(counts.items, "item")
            ),
        )?;
        self.fact(
            "deliveries",
            &format!(
                "{} owed, {} running, {} waiting, {} held, {} dead, {} asleep",
                counts.owed,
                counts.running,
                counts.waiting,
                counts.held,
                counts.dead,
                counts.asleep
            ),
        )?;
        self.problems(status)?;
        self.archives(status)?;
        self.subjects(dir, "Cannot be scanned", &status.failing)?;
        let gone = "Gone from their archives (their rules sleep)";
        self.subjects(dir, gone, &status.gone)?;
        self.deliveries(dir, &status.failed)?;
        let lost: usize = status.rules.iter().map(|counts| counts.lost).sum();
        if lost > 0 {
            self.out.line(format_args!(
                "\n{} that larch added disappeared; to put back: larch rules restore {dir}",
                count(lost, "line")
            ))?;
        }
        Ok(())
    }

    fn fact(&mut self, what: &str, text: &str) -> Result<(), CliError> {
        let heading = paint(self.context.color_out, style::HEADING, what);
        let pad = 12 - what.len();
        self.out.line(format_args!("{heading}{:pad$}{text}", ""))
    }

    /// What stands, but for what the archives, the subjects and the deliveries say themselves.
    fn problems(&mut self, status: &Status) -> Result<(), CliError> {
        let said_below = |standing: &&Standing| {
            let key = &standing.problem.key;
            key.starts_with("scan/") || key.starts_with("waiting/")
        };
        let (warnings, errors): (Vec<_>, Vec<_>) = status
            .problems
            .iter()
            .filter(|standing| !said_below(standing))
            .partition(|standing| standing.problem.warning);
        for (title, found) in [("Problems", errors), ("Warnings", warnings)] {
            if found.is_empty() {
                continue;
            }
            let heading = paint(self.context.color_out, style::HEADING, title);
            self.out.line(format_args!("\n{heading}:"))?;
            for standing in found {
                let since = distance(standing.since, self.context.clock.now());
                let title = printable(&standing.problem.title);
                self.out.line(format_args!("  {title} (since {since})"))?;
            }
        }
        Ok(())
    }

    fn archives(&mut self, status: &Status) -> Result<(), CliError> {
        if status.archives.is_empty() {
            return Ok(());
        }
        let headings = ["archive", "kind", "subjects", "items", "location"];
        let mut table = Table::new(self.context, headings);
        for archive in &status.archives {
            let summary = &archive.summary;
            let kind = archive.kind.as_ref().map_or_else(
                |_| Cell::styled("unreadable", style::ERROR),
                |kind| Cell::from(kind.as_str()),
            );
            table.row([
                summary.row.name.as_str().into(),
                kind,
                (summary.subjects as u64).into(),
                (summary.items as u64).into(),
                archive
                    .location
                    .as_deref()
                    .unwrap_or("not registered")
                    .into(),
            ]);
        }
        self.out.line("")?;
        table.print(self.out)?;
        for archive in &status.archives {
            self.archive_error(archive)?;
        }
        Ok(())
    }

    fn archive_error(&mut self, archive: &ArchiveStatus) -> Result<(), CliError> {
        let summary = &archive.summary;
        if let (Some(error), since) = (&summary.row.error, summary.error_since) {
            let since = since.map_or_else(String::new, |since| {
                format!(", since {}", distance(since, self.context.clock.now()))
            });
            self.title(&format!("{}{since}", printable(error)))?;
        } else if let Err(error) = &archive.kind {
            self.title(&format!(
                "{} cannot be read now: {}",
                summary.row.name,
                printable(error)
            ))?;
        }
        Ok(())
    }

    fn title(&mut self, title: &str) -> Result<(), CliError> {
        let title = paint(self.context.color_out, style::ERROR, title);
        self.out.line(format_args!("\n{title}"))
    }

    fn subjects(
        &mut self,
        dir: &str,
        title: &str,
        subjects: &[SubjectRecord],
    ) -> Result<(), CliError> {
        if subjects.is_empty() {
            return Ok(());
        }
        let heading = paint(self.context.color_out, style::HEADING, title);
        self.out.line(format_args!("\n{heading}:"))?;
        for subject in subjects.iter().take(SHOWN) {
            self.out
                .line(format_args!("  {} {}", subject.name.level(), subject.name))?;
            if let Some((error, since)) = &subject.error {
                let since = distance(*since, self.context.clock.now());
                self.out
                    .line(format_args!("      {} (since {since})", printable(error)))?;
            }
        }
        self.others(subjects.len(), &format!("larch status {dir} --json"))
    }

    fn deliveries(&mut self, dir: &str, failed: &[DeliveryRecord]) -> Result<(), CliError> {
        if failed.is_empty() {
            return Ok(());
        }
        let heading = paint(self.context.color_out, style::HEADING, "Failed");
        self.out.line(format_args!("\n{heading}:"))?;
        // The newest, since they say how things are now.
        let skipped = failed.len().saturating_sub(SHOWN);
        for delivery in failed.iter().skip(skipped) {
            let Some(part) = delivery.telling() else {
                continue;
            };
            let parts: Vec<_> = delivery.parts.iter().collect();
            let (word, style) = state(part);
            self.out.line(format_args!(
                "  {}  {}  {} for {} {}",
                short(&delivery.uid),
                paint(self.context.color_out, style, word),
                delivery.action,
                delivery.subject.level(),
                delivery.subject,
            ))?;
            let trouble = trouble(part, self.context.clock.now())
                .map(|trouble| format!(": {}", printable(&trouble)))
                .unwrap_or_default();
            self.out.line(format_args!(
                "      {}{}, {}{}{trouble}",
                count(delivery.item_count, "item"),
                counts(&parts),
                count(part.attempts as usize, "attempt"),
                to(&delivery.action, part),
            ))?;
        }
        self.others(failed.len(), &format!("larch log {dir} --failed -n all"))?;
        self.out.line(format_args!(
            "  What an attempt printed: larch log {dir} --delivery ID"
        ))
    }

    fn others(&mut self, found: usize, way: &str) -> Result<(), CliError> {
        if found <= SHOWN {
            return Ok(());
        }
        self.out
            .line(format_args!("  … and {} more: {way}", found - SHOWN))
    }
}

fn some(number: usize, what: &str) -> String {
    if number == 0 {
        String::new()
    } else {
        format!(", {number} {what}")
    }
}

fn rules(status: &Status) -> String {
    let by_level: Vec<String> = Level::SUBJECTS
        .iter()
        .zip(&status.rules)
        .filter(|(_, counts)| counts.active > 0)
        .map(|(level, counts)| format!("{} for {}", counts.active, level.plural()))
        .collect();
    let sum = |what: fn(&RuleCounts) -> usize| -> usize { status.rules.iter().map(what).sum() };
    let by_level = if by_level.is_empty() {
        String::new()
    } else {
        format!(": {}", by_level.join(", "))
    };
    format!(
        "{} active{by_level}{}{}",
        sum(|counts| counts.active),
        some(sum(|counts| counts.pending), "to be added to their files"),
        some(sum(|counts| counts.removed), "removed"),
    )
}
