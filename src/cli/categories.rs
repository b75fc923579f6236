//! `larch categories`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::listing::ListingOptions;
use super::registry;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch categories jo@example.org--2026
      Print every category, one per line
  larch categories --json jo@example.org--2026
      Print one JSON object per category, for programs";

/// List the categories of an archive
///
/// What is listed is what `larch notify` sees: real directories whose names fit the grammar.
/// Categories of an archive in the flat layout exist by virtue of their versions.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Categories {
    /// The archive, by the name that it is registered under
    #[arg(value_name = "ARCHIVE", value_parser = registry::archive_argument)]
    subject: Name,
    #[command(flatten)]
    options: ListingOptions,
}

impl Categories {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        self.options.run(context, &self.subject)?;
        Ok(Exit::Success)
    }
}
