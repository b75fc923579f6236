//! `larch retry`.

use super::change::{Change, Selectors};
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use crate::notify::operate::Verb;
use crate::store::PartState;

const EXAMPLES: &str = "\
Examples:
  larch retry ~/notify 3f2a81c0
      Let the next poll try one delivery, which was given up, say
  larch retry ~/notify --dead --action mail-new-revisions:jo@example.org
      Let it try everything that was given up for one action
  larch retry ~/notify --waiting && larch notify ~/notify
      Try what waits after a failure now: the relay is up again";

/// Let the next poll try deliveries that failed
///
/// What waits is tried at once, and not when its time has come. What was given up, held or dropped
/// is tried as if for the first time: its age begins anew. The order within a lane stays.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Retry {
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
    /// All that waits, is held, or was given up; not what was dropped
    #[arg(long)]
    all: bool,
}

impl Retry {
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
            ]
            .into_iter()
            .filter_map(|(wanted, state)| wanted.then_some(state))
            .collect(),
        };
        self.change.run(context, Verb::Retry, selectors)
    }
}
