//! What `larch retry` and `larch drop` have in common.

use std::collections::HashSet;
use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::delivery::{DeliveryJson, count, short, state, to};
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::{dir_word, refused};
use super::style::paint;
use crate::notify::operate::{Chosen, Operator, Selection, Verb};
use crate::store::PartState;

/// The arguments of both commands.
#[derive(Debug, clap::Args)]
pub(crate) struct Change {
    /// The notification directory
    dir: PathBuf,
    /// Deliveries, by their ids or the beginnings of them
    #[arg(value_name = "ID", conflicts_with_all = ["Which", "action", "recipient"])]
    ids: Vec<String>,
    /// Only what is for this action
    #[arg(long, value_name = "COMMAND:THUNK")]
    action: Option<String>,
    /// Only what is for this recipient of a mail
    #[arg(long = "to", value_name = "ADDRESS")]
    recipient: Option<String>,
    /// Print what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object per line: the delivery as it was, and what was done
    #[arg(long)]
    json: bool,
}

/// What else may say which deliveries are meant.
pub(crate) struct Selectors {
    /// The options that do, as words.
    pub(crate) options: &'static str,
    /// The states that were given.
    pub(crate) states: Vec<PartState>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    change: &'static str,
    #[serde(flatten)]
    delivery: DeliveryJson<'a>,
}

impl Change {
    pub(crate) fn run(
        self,
        context: &Context,
        verb: Verb,
        selectors: Selectors,
    ) -> Result<Exit, CliError> {
        let selection = if !self.ids.is_empty() {
            Selection::Ids(self.ids)
        } else if selectors.states.is_empty() {
            let error = format!("no delivery is named: give an ID, {}", selectors.options);
            return Err(CliError::new(Exit::Usage, error).hint(format!(
                "to list what failed, with ids: larch log {} --failed",
                dir_word(&self.dir)
            )));
        } else {
            Selection::States {
                states: selectors.states,
                action: self.action,
                recipient: self.recipient,
            }
        };
        let mut operator = Operator::open(&self.dir, &context.config_layers)?;
        let chosen = operator
            .select(&selection, verb)
            .map_err(refused(&self.dir))?;
        let parts: usize = chosen.iter().map(|chosen| chosen.parts.len()).sum();
        let changed = if self.dry_run {
            parts
        } else {
            operator.change(&chosen, verb, context.clock.now())?
        };
        let mut out = Out::new();
        for chosen in &chosen {
            if self.json {
                out.json(&ChangeJson {
                    change: match verb {
                        _ if self.dry_run => "none",
                        Verb::Retry => "retried",
                        Verb::Drop => "dropped",
                    },
                    delivery: DeliveryJson::new(&chosen.delivery),
                })?;
            } else {
                out.line(line(context, chosen, verb, self.dry_run))?;
            }
        }
        if chosen.is_empty() && !self.json {
            out.line("nothing is in such a state")?;
        }
        out.finish()?;
        if changed < parts {
            return Err(CliError::new(
                Exit::Failure,
                format!("{} began to run meanwhile, and stayed", parts - changed),
            ));
        }
        Ok(Exit::Success)
    }
}

fn line(context: &Context, chosen: &Chosen, verb: Verb, dry_run: bool) -> String {
    let items: HashSet<usize> = chosen
        .parts
        .iter()
        .flat_map(|part| part.items.clone())
        .collect();
    let Some(part) = chosen.parts.first() else {
        return String::new();
    };
    let (word, style) = state(part);
    let word = paint(context.color_out, style, word);
    let to = match chosen.parts.len() {
        1 => to(&chosen.delivery.action, part),
        many => format!(" ({many} parts)"),
    };
    let asleep = part.asleep;
    let what = match verb {
        Verb::Retry if asleep => "tried when its rule returns",
        Verb::Retry => "tried at the next poll",
        Verb::Drop => "dropped",
    };
    format!(
        "{}  {} for {}{to}: {}, {word}, {} {what}",
        short(&chosen.delivery.uid),
        chosen.delivery.action,
        chosen.delivery.subject,
        count(items.len(), "item"),
        if dry_run { "would be" } else { "now" },
    )
}
