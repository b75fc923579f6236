//! `larch drop`.

use super::change::{Change, Selectors};
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use crate::notify::operate::Verb;
use crate::store::PartState;

const EXAMPLES: &str = "\
Examples:
  larch drop ~/notify 3f2a81c0
      Let go of one delivery, so that what comes after it is told
  larch drop ~/notify --waiting --action mail:gone@example.org --dry-run
      Print what would be dropped of what waits for one action
  larch drop ~/notify --all --action mail:gone@example.org
      Drop all that is owed to it";

/// Let go of deliveries without telling anybody
///
/// A dropped delivery is kept in the log, and `larch retry ID` takes it back. What runs at this
/// moment cannot be dropped.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Drop {
    #[command(flatten)]
    change: Change,
    #[command(flatten)]
    which: Which,
}

#[derive(Debug, clap::Args)]
#[group(multiple = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Which {
    /// All that was given up
    #[arg(long)]
    dead: bool,
    /// All that waits after a failure
    #[arg(long)]
    waiting: bool,
    /// All that is held until a person decides
    #[arg(long)]
    held: bool,
    /// All that is owed, waits, is held, or was given up
    #[arg(long)]
    all: bool,
}

impl Drop {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let Which {
            dead,
            waiting,
            held,
            all,
        } = self.which;
        let selectors = Selectors {
            options: "--dead, --waiting, --held or --all",
            states: [
                (dead || all, PartState::Dead),
                (waiting || all, PartState::Waiting),
                (held || all, PartState::Held),
                (all, PartState::Owed),
            ]
            .into_iter()
            .filter_map(|(wanted, state)| wanted.then_some(state))
            .collect(),
        };
        self.change.run(context, Verb::Drop, selectors)
    }
}
