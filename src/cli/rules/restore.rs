//! `larch rules restore`.

use std::path::PathBuf;

use serde::Serialize;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::exit::Exit;
use super::super::out::Out;
use crate::notify::operate::Operator;
use crate::rules::file_name;

const EXAMPLES: &str = "\
Examples:
  larch rules restore ~/notify --dry-run
      Print the lines that larch added and that disappeared
  larch rules restore ~/notify
      Append them to their files again";

/// Put back the lines that larch added and that disappeared
///
/// They are rules again with the memory they had, so nothing is told twice. Lines that stand in
/// their file commented out, and lines that were edited, are left alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Restore {
    /// The notification directory
    dir: PathBuf,
    /// Print the lines, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object per line: the file and the line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct RestoredJson {
    file: &'static str,
    text: String,
}

impl Restore {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let mut operator = Operator::open(&self.dir, &context.config_layers)?;
        let files = if self.dry_run {
            operator.lost()?
        } else {
            operator.restore()?
        };
        let mut out = Out::new();
        let is_empty = files.is_empty();
        let mut failures = Vec::new();
        for file in files {
            let name = file_name(file.level).unwrap_or_default();
            failures.extend(file.failure);
            for rule in &file.lines {
                let text = rule.text();
                if self.json {
                    out.json(&RestoredJson { file: name, text })?;
                } else {
                    out.line(format_args!("{name}: {text}"))?;
                }
            }
        }
        if is_empty && !self.json {
            out.line("no line that larch added has disappeared")?;
        }
        out.finish()?;
        match failures.pop() {
            None => Ok(Exit::Success),
            Some(failure) => Err(CliError::new(Exit::Failure, failure)
                .hint("the lines act as rules all the same, and the next poll writes them")),
        }
    }
}
