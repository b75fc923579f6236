//! `larch status`.

mod json;
mod page;

use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::dir_word;
use crate::notify::operate::Operator;
use crate::params::Params;
use json::StatusJson;
use page::Page;

const EXAMPLES: &str = "\
Examples:
  larch status ~/notify
      Print what is watched, what is owed, and what is wrong
  larch status ~/notify --json
      Print the same as one JSON object, with everything that failed";

/// Print what is watched, what is owed and what is wrong
///
/// Reads what polls left, and lists nothing itself. The exit code is 0 also when something is wrong with
/// what is watched; it is another one when the directory, its settings or its state cannot be read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Status {
    /// The notification directory
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let operator = Operator::open(&self.dir, &context.config_layers)?;
        let params = context.params.clone().map(Params::new);
        let status = operator.status(params.as_ref())?;
        let mut out = Out::new();
        if self.json {
            out.json(&StatusJson::new(&operator, &status))?;
        } else {
            let mut page = Page {
                context,
                out: &mut out,
            };
            page.print(&dir_word(&self.dir), &status)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
