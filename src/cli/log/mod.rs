//! `larch log`.

mod full;

use std::path::PathBuf;
use std::str::FromStr;

use super::context::Context;
use super::delivery::{DeliveryJson, count, counts, short, state, to, trouble};
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::{dir_word, refused};
use super::style::{paint, printable};
use super::suggest::nearest;
use super::when::{self, local};
use crate::clock::Nanos;
use crate::notify::operate::Operator;
use crate::store::{DeliveryRecord, Filter, PartRecord, PartState, telling};

const EXAMPLES: &str = "\
Examples:
  larch log ~/notify
      Print the last 20 deliveries, the newest last
  larch log ~/notify --failed
      Print those that wait after a failure, are held, or were given up
  larch log ~/notify --subject jo@example.org--2026/hello --since 3d
      Print what the last three days brought for a category and all below it
  larch log ~/notify --subject jo@example.org--2026/hello--main--1.0--patch-7
      Print who was told of a revision
  larch log ~/notify --to al@example.org --failed
      Print what did not get through to one recipient
  larch log ~/notify --delivery 3f2a81c0
      Print one delivery in full: items, attempts, and what they printed
  larch log ~/notify -n all --state dead --json
      Print everything that was given up, one JSON object per line";

/// Print deliveries and their attempts
///
/// The newest come last. A delivery is one batch of new items for one action; it is known by its id,
/// or by the beginning of that.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Log {
    /// The notification directory
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print the newest N, or all
    #[arg(short = 'n', long, value_name = "N|all", default_value = "20")]
    newest: Newest,
    /// Only what is for this subject or below it, or holds this item
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// Only what is for this action
    #[arg(long, value_name = "COMMAND:THUNK")]
    action: Option<String>,
    /// Only what is for this recipient of a mail
    #[arg(long = "to", value_name = "ADDRESS")]
    recipient: Option<String>,
    /// Only what is in this state (can be repeated)
    #[arg(long = "state", value_enum)]
    states: Vec<State>,
    /// Only what waits after a failure, is held, or was given up
    #[arg(long, conflicts_with = "states")]
    failed: bool,
    /// Only what was made since: a time, a date, or how long ago (2h, 3d)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what was made before: a time, a date, or how long ago
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Print one delivery in full
    #[arg(long, value_name = "ID", conflicts_with_all = ["newest", "subject", "action", "recipient", "states", "failed", "since", "until"])]
    delivery: Option<String>,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

/// How many are printed.
#[derive(Clone, Copy, Debug)]
struct Newest(Option<usize>);

impl FromStr for Newest {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "all" => Ok(Self(None)),
            number => number.parse().map(Some).map(Self),
        }
    }
}

/// The states, as words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum State {
    /// Not tried yet
    Owed,
    /// Being tried
    Running,
    /// Failed, and to be tried again
    Waiting,
    /// Held back until a person decides
    Held,
    /// Succeeded
    Done,
    /// Given up
    Dead,
    /// Dropped by a person
    Dropped,
    /// Open, but resting, since its rule was removed
    Asleep,
}

impl State {
    fn part_state(self) -> Option<PartState> {
        Some(match self {
            Self::Owed => PartState::Owed,
            Self::Running => PartState::Running,
            Self::Waiting => PartState::Waiting,
            Self::Held => PartState::Held,
            Self::Done => PartState::Done,
            Self::Dead => PartState::Dead,
            Self::Dropped => PartState::Dropped,
            Self::Asleep => return None,
        })
    }
}

impl Log {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let operator = Operator::open(&self.dir, &context.config_layers)?;
        let mut out = Out::new();
        if let Some(id) = &self.delivery {
            let delivery = operator.delivery(id).map_err(refused(&self.dir))?;
            full::print(context, &operator, &delivery, self.json, &mut out)?;
        } else {
            let filter = self.filter(&operator, context.clock.now())?;
            let found = operator.store().deliveries(&filter)?;
            if found.is_empty() && !self.json {
                self.check(&operator, &filter)?;
            }
            for delivery in found {
                if self.json {
                    out.json(&DeliveryJson::new(&delivery))?;
                } else {
                    line(context, &delivery, filter.recipient.as_deref(), &mut out)?;
                }
            }
        }
        out.finish()?;
        Ok(Exit::Success)
    }

    /// That nothing is found is an answer only where what is looked for is known.
    fn check(&self, operator: &Operator, filter: &Filter) -> Result<(), CliError> {
        let refused = refused(&self.dir);
        if let Some(name) = &filter.name
            && !operator.is_known(name).map_err(&refused)?
        {
            return Err(refused(operator.unknown(name).map_err(&refused)?));
        }
        let Some(action) = &filter.action else {
            return Ok(());
        };
        let known = operator.actions().map_err(&refused)?;
        let told = Filter {
            action: Some(action.clone()),
            newest: Some(1),
            ..Filter::default()
        };
        if known.contains(action) || !operator.store().deliveries(&told)?.is_empty() {
            return Ok(());
        }
        let error = CliError::new(Exit::Failure, format!("no rule names the action {action}"));
        let meant = nearest(action, known.iter().map(String::as_str));
        Err(error.hint(match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!(
                "to see the rules with their actions: larch rules list {}",
                dir_word(&self.dir)
            ),
        }))
    }

    fn filter(&self, operator: &Operator, now: Nanos) -> Result<Filter, CliError> {
        let time = |text: &Option<String>| text.as_deref().map(|text| time(text, now)).transpose();
        let states = if self.failed {
            vec![PartState::Waiting, PartState::Held, PartState::Dead]
        } else {
            self.states
                .iter()
                .filter_map(|state| state.part_state())
                .collect()
        };
        Ok(Filter {
            name: self
                .subject
                .as_deref()
                .map(|name| operator.resolve(name))
                .transpose()
                .map_err(refused(&self.dir))?,
            action: self.action.clone(),
            recipient: self.recipient.clone(),
            states,
            asleep: self.states.contains(&State::Asleep),
            since: time(&self.since)?,
            until: time(&self.until)?,
            uid: None,
            newest: self.newest.0,
        })
    }
}

/// Reads a time that was given as an argument.
pub(super) fn time(text: &str, now: Nanos) -> Result<Nanos, CliError> {
    when::parse(text, now).ok_or_else(|| {
        CliError::new(Exit::Usage, format!("`{text}` is no time")).hint(
            "a time is `2026-11-20`, `2026-11-20 18:30`, RFC 3339, or how long ago: `2h`, `3d`",
        )
    })
}

/// One delivery on one line, and what is wrong with it on another.
fn line(
    context: &Context,
    delivery: &DeliveryRecord,
    recipient: Option<&str>,
    out: &mut Out,
) -> Result<(), CliError> {
    let is_meant = |part: &&PartRecord| recipient.is_none_or(|to| part.is_to(to));
    let parts: Vec<&PartRecord> = delivery.parts.iter().filter(is_meant).collect();
    let Some(part) = telling(parts.iter().copied()) else {
        return Ok(());
    };
    let (word, style) = state(part);
    let pad = 7_usize.saturating_sub(word.len());
    out.line(format_args!(
        "{}  {}  {}{:pad$}  {}  {}  {}{}",
        local(delivery.created_at),
        short(&delivery.uid),
        paint(context.color_out, style, word),
        "",
        delivery.action,
        delivery.subject,
        count(delivery.item_count, "item"),
        if parts.len() > 1 {
            counts(&parts)
        } else if part.attempts > 1 {
            format!(", {}", count(part.attempts as usize, "attempt"))
        } else {
            String::new()
        },
    ))?;
    match trouble(part, context.clock.now()) {
        Some(trouble) if parts.len() > 1 && !to(&delivery.action, part).is_empty() => {
            let trouble = format!("{}: {trouble}", part.recipient);
            out.line(format_args!("    {}", printable(&trouble)))
        }
        Some(trouble) => out.line(format_args!("    {}", printable(&trouble))),
        None => Ok(()),
    }
}
