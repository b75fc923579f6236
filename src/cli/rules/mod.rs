//! `larch rules`: the lines of the rules files, and what is remembered of them.

mod list;
mod restore;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;

const EXAMPLES: &str = "\
Examples:
  larch rules list ~/notify
      Print every line, with who wrote it and whether it counts
  larch rules restore ~/notify
      Put back the lines that larch added and that disappeared";

/// See the rules as larch does, and put lost lines back
///
/// People write rules with an editor; these commands help with the lines that larch adds.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, disable_help_subcommand = true)]
pub(crate) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::List),
    Restore(restore::Restore),
}

impl Rules {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        match self.command {
            Command::List(command) => command.run(context),
            Command::Restore(command) => command.run(context),
        }
    }
}
