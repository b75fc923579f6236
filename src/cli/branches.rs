//! `larch branches`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::listing::ListingOptions;
use super::registry;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch branches jo@example.org--2026/hello
      Print every branch of the category `hello`, as `hello--BRANCH`
  larch branches --full jo@example.org--2026/hello
      Print them as the rules files name them";

/// List the branches of a category
///
/// A category with versions that have no branch lists itself, as tla does.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Branches {
    /// The category, with its archive
    #[arg(value_name = "ARCHIVE/CATEGORY", value_parser = registry::category_argument)]
    subject: Name,
    #[command(flatten)]
    options: ListingOptions,
}

impl Branches {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        self.options.run(context, &self.subject)?;
        Ok(Exit::Success)
    }
}
