//! `larch whereis-archive`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch whereis-archive jo@example.org--2026
      Print the location that the archive is registered at";

/// Print where an archive is registered
///
/// Whether anything is there is not looked at.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct WhereisArchive {
    /// The archive
    #[arg(value_name = "ARCHIVE", value_parser = registry::archive_argument)]
    archive: Name,
    /// Print one JSON object: name and location
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct LocationJson<'a> {
    name: &'a str,
    location: String,
}

impl WhereisArchive {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let name = self.archive.as_str();
        let location = registry::location(context, name)?;
        let mut out = Out::new();
        if self.json {
            out.json(&LocationJson { name, location })?;
        } else {
            out.line(location)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
