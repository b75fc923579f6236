//! `larch check`: everything that is wrong with a notification directory.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;
use super::style::{self, paint, printable};
use crate::causes::with_causes;
use crate::notify::check::{self, Checked, Finding};
use crate::rules::Severity;

/// Report everything that is wrong with a notification directory
///
/// Rules, settings, permissions, actions and archives are looked at; nothing is changed, and nothing
/// runs. The exit status is 0 if nothing is wrong, 78 if the settings are, and 1 for anything else.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  larch check ~/notify            See what is wrong, and what to do about it
  larch check ~/notify --json     The same for programs, one JSON object per line")]
pub(crate) struct Check {
    /// The notification directory
    dir: PathBuf,
    /// Print one JSON object per finding: kind, severity, path, line, column, message and help
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    kind: &'static str,
    severity: Severity,
    path: std::borrow::Cow<'a, str>,
    line: Option<usize>,
    column: Option<usize>,
    message: String,
    help: Option<String>,
}

impl Check {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let params = registry::params(context)?;
        let commands = context.commands_of(&self.dir);
        let checked = check::check(
            &self.dir,
            &context.layers(&self.dir),
            &params,
            &commands,
            &context.access(),
        );
        let mut out = Out::new();
        if self.json {
            for finding in &checked.findings {
                out.json(&json(finding))?;
            }
        } else {
            for finding in &checked.findings {
                out.line(text(finding, context.color_out))?;
            }
            out.line(self.summary(&checked, context.color_out))?;
        }
        out.finish()?;
        let settings = |finding: &Finding| matches!(finding, Finding::Settings(_));
        Ok(if checked.findings.iter().any(settings) {
            Exit::BadSettings
        } else if checked.findings.is_empty() {
            Exit::Success
        } else {
            Exit::Failure
        })
    }

    fn summary(&self, checked: &Checked, color: bool) -> String {
        let dir = self.dir.to_string_lossy();
        let dir = printable(&dir);
        let rules = counted(checked.rules, "rule");
        if checked.findings.is_empty() {
            let well = paint(color, style::GOOD, "all is well");
            return format!("{dir}: {well} with {rules}");
        }
        let of = |severity| {
            let findings = checked.findings.iter();
            findings
                .filter(|found| found.severity() == severity)
                .count()
        };
        format!(
            "{dir}: {}, {}; {rules} can be used",
            counted(of(Severity::Error), "error"),
            counted(of(Severity::Warning), "warning"),
        )
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A finding for people: what, why, and what to do, and an empty line.
fn text(finding: &Finding, color: bool) -> String {
    match finding {
        Finding::Rule(diagnostic) => return format!("{}\n", diagnostic.render(color)),
        Finding::Settings(problem) => return format!("{}\n", problem.render(color)),
        _ => {}
    }
    let (style, word) = match finding.severity() {
        Severity::Error => (style::ERROR, "error:"),
        Severity::Warning => (style::WARNING, "warning:"),
    };
    let mut text = format!(
        "{} {}\n",
        paint(color, style, word),
        printable(&with_causes(finding))
    );
    if let Some(help) = finding.help() {
        // Writing to a string does not fail.
        let _always = writeln!(
            text,
            "  {} {}",
            paint(color, style::HINT, "help:"),
            printable(&help)
        );
    }
    text
}

fn json(finding: &Finding) -> FindingJson<'_> {
    let (path, line, column) = finding.place();
    FindingJson {
        kind: finding.kind(),
        severity: finding.severity(),
        path: path.to_string_lossy(),
        line,
        column,
        message: match finding {
            Finding::Settings(crate::config::Problem::Invalid { message, .. }) => message.clone(),
            finding => with_causes(finding),
        },
        help: finding.help(),
    }
}
