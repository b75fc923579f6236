//! `larch help`.

use std::path::Path;

use super::command_path::command_path;
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::help;
use crate::action::{FindError, Program};
use crate::config::Config;

const EXAMPLES: &str = "\
Examples:
  larch help
      Print all commands
  larch help notify
      Print the help of a command; `larch notify --help` does, too
  larch help rules list
      Print the help of a command of a command";

/// Print the help of a command
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Help {
    /// The command; larch itself if none is given
    #[arg(value_name = "COMMAND")]
    words: Vec<String>,
}

impl Help {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let path = command_path(&self.words, "help").map_err(|error| match &self.words[..] {
            [word] if is_built_in(context, word) => {
                let error = format!("`{word}` is an action of rules, and no command");
                CliError::new(Exit::Usage, error).hint(format!(
                    "docs/actions.md tells of it; by hand: larch {word} [THUNK] NAME..."
                ))
            }
            _ => error,
        })?;
        let mut arguments = vec!["larch".to_owned()];
        arguments.extend(path);
        arguments.push("--help".to_owned());
        match super::command().try_get_matches_from(arguments) {
            Ok(_) => Ok(Exit::Success),
            Err(help) => Ok(help::report(&help)),
        }
    }
}

fn is_built_in(context: &Context, word: &str) -> bool {
    let commands = context.commands(Path::new("/"), Config::default());
    matches!(
        commands.find(word),
        Ok(Program::Noop | Program::BuiltIn(_)) | Err(FindError::NotReady { .. })
    )
}
