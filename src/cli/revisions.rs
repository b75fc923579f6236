//! `larch revisions`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::item_json::ItemJson;
use super::listing::ListingOptions;
use super::out::Out;
use super::registry;
use crate::archive::Description;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch revisions jo@example.org--2026/hello--main--1.0
      Print the patch level of every revision: base-0, patch-1, …
  larch revisions --summary --creator jo@example.org--2026/hello--main--1.0
      Print below each who made it and what it does
  larch revisions --full --reverse jo@example.org--2026/hello--main--1.0
      Print qualified names, the newest first";

/// List the revisions of a version
///
/// A revision counts once its patch log is there, so that none is seen while it is being copied.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Revisions {
    /// The version, with its archive
    #[arg(value_name = "ARCHIVE/VERSION", value_parser = registry::version_argument)]
    version: Name,
    /// Print the date of each revision
    #[arg(short = 'D', long)]
    date: bool,
    /// Print the creator of each revision
    #[arg(short, long)]
    creator: bool,
    /// Print the summary of each revision
    #[arg(short, long)]
    summary: bool,
    #[command(flatten)]
    options: ListingOptions,
}

/// A revision and what was asked of its patch log.
#[derive(serde::Serialize)]
struct RevisionJson<'a> {
    #[serde(flatten)]
    item: ItemJson<'a>,
    #[serde(flatten)]
    description: Description,
}

impl Revisions {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        if !(self.date || self.creator || self.summary) {
            self.options.run(context, &self.version)?;
            return Ok(Exit::Success);
        }
        let archive = registry::open(context, &self.version)?;
        let mut out = Out::new();
        let revisions = self.options.items(context, &self.version)?;
        let described = archive.describe(&revisions.iter().collect::<Vec<_>>())?;
        for (revision, description) in revisions.into_iter().zip(described) {
            let description = description.unwrap_or_default();
            if self.options.json {
                out.json(&RevisionJson {
                    item: ItemJson::new(&revision),
                    description,
                })?;
                continue;
            }
            out.line(self.options.shown(&revision))?;
            let details = [
                (self.date, description.date),
                (self.creator, description.author),
                (self.summary, description.summary),
            ];
            for (_, detail) in details.into_iter().filter(|(wanted, _)| *wanted) {
                out.line(format_args!("    {}", detail.unwrap_or_default()))?;
            }
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
