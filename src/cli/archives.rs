//! `larch archives`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;

const EXAMPLES: &str = "\
Examples:
  larch archives
      Print every registered archive and, indented, where it is
  larch archives --names
      Print the names alone, one per line";

/// List the registered archives and where they are
///
/// Archives that tla registered are listed too: both programs keep them in the same files.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Archives {
    /// Print the names alone
    #[arg(short, long, conflicts_with = "json")]
    names: bool,
    /// Print one JSON object per line: name and location
    #[arg(long)]
    json: bool,
}

#[derive(serde::Serialize)]
struct ArchiveJson {
    name: String,
    location: String,
}

impl Archives {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let mut out = Out::new();
        for (name, location) in registry::params(context)?.archives()? {
            if self.json {
                out.json(&ArchiveJson { name, location })?;
            } else if self.names {
                out.line(name)?;
            } else {
                out.line(format_args!("{name}\n    {location}"))?;
            }
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
