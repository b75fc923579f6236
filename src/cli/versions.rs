//! `larch versions`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::listing::ListingOptions;
use super::registry;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch versions jo@example.org--2026/hello--main
      Print every version of the branch, the lowest first: 0.9 before 0.10
  larch versions --reverse jo@example.org--2026/hello--main
      Print the highest first
  larch versions jo@example.org--2026/hello
      Print the versions `hello--VERSION` that have no branch";

/// List the versions of a branch
///
/// Versions are sorted by their numbers.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Versions {
    /// The branch, with its archive; CATEGORY alone for versions without a branch
    #[arg(value_name = "ARCHIVE/CATEGORY--BRANCH", value_parser = registry::branch_argument)]
    subject: Name,
    #[command(flatten)]
    options: ListingOptions,
}

impl Versions {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        self.options.run(context, &self.subject)?;
        Ok(Exit::Success)
    }
}
