//! `larch replay`.

use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::delivery::count;
use super::error::CliError;
use super::exit::Exit;
use super::log::time;
use super::out::Out;
use super::refused::refused;
use crate::notify::operate::{Operator, Replayed, Whence};
use crate::params::Params;

const EXAMPLES: &str = "\
Examples:
  larch replay ~/notify jo@example.org--2026/hello--main--1.0 --after patch-7
      Tell every revision after patch-7 once more
  larch replay ~/notify jo@example.org--2026 --below --since 2d
      Tell all that was detected in the last two days, at every level
  larch replay ~/notify jo@example.org--2026 --from-start --action mail:jo@example.org
      Tell one action every category that is known
  larch replay ~/notify jo@example.org--2026/hello --below --from-start --dry-run
      Print how much would be told";

/// Tell items once more that were told, or passed over
///
/// Moves back what the actions of a subject were told; the next poll makes new deliveries, with new
/// ids, of everything after that. What is still on its way is told all the same.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Replay {
    /// The notification directory
    dir: PathBuf,
    /// The archive, category, branch or version whose items are told; `branch:NAME` says the level
    name: String,
    #[command(flatten)]
    whence: Position,
    /// Tell this action alone
    #[arg(long, value_name = "COMMAND:THUNK")]
    action: Option<String>,
    /// Also the items of everything below
    #[arg(long, conflicts_with_all = ["after", "delivery"])]
    below: bool,
    /// Print what would be told, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object per subject: its name, how many items are told, and to how many
    /// actions
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Position {
    /// Everything that is known
    #[arg(long)]
    from_start: bool,
    /// What comes after this item: its name, or its last part
    #[arg(long, value_name = "ITEM")]
    after: Option<String>,
    /// What was detected since: a time, a date, or how long ago (2h, 3d)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// What a delivery told, and everything after it, to its action
    #[arg(long, value_name = "ID")]
    delivery: Option<String>,
}

#[derive(Serialize)]
struct ReplayedJson<'a> {
    level: String,
    subject: &'a str,
    items: usize,
    actions: usize,
}

impl Replay {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let whence = match (
            &self.whence.after,
            &self.whence.since,
            &self.whence.delivery,
        ) {
            (Some(item), _, _) => Whence::After(item.clone()),
            (_, Some(text), _) => Whence::Since(time(text, context.clock.now())?),
            (_, _, Some(id)) => Whence::Delivery(id.clone()),
            _ => Whence::Start,
        };
        let open = if self.dry_run {
            Operator::rehearse
        } else {
            Operator::open
        };
        let params = context.params.clone().map(Params::new);
        let commands = context.commands_of(&self.dir);
        let sight = context.sight(params.as_ref(), &commands);
        let mut operator = open(&self.dir, &context.config_layers)?;
        let name = operator.resolve(&self.name).map_err(refused(&self.dir))?;
        let replayed = operator
            .replay(&name, self.below, &whence, self.action.as_deref(), &sight)
            .map_err(refused(&self.dir))?;
        let mut out = Out::new();
        for one in &replayed {
            if self.json {
                out.json(&ReplayedJson {
                    level: one.subject.name.level().to_string(),
                    subject: one.subject.name.as_str(),
                    items: one.items,
                    actions: one.actions,
                })?;
            } else {
                out.line(line(one, self.dry_run))?;
            }
        }
        if replayed.is_empty() && !self.json {
            out.line(format_args!(
                "nothing of {name} lies behind that, so nothing is told"
            ))?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}

fn line(replayed: &Replayed, dry_run: bool) -> String {
    let Replayed {
        subject,
        items,
        actions,
        waits,
    } = replayed;
    let when = match (waits, dry_run) {
        (true, _) => "told when it is back in its archive, which holds it no more",
        (_, true) => "would be told by the next poll",
        (_, false) => "told by the next poll",
    };
    let mut items = count(*items, "item");
    if *actions > 1 {
        items = format!("{items} for {actions} actions");
    }
    format!("{} {}: {items} {when}", subject.name.level(), subject.name)
}
