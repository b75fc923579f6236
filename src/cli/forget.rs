//! `larch forget`.

use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::delivery::count;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::refused;
use crate::notify::operate::{Lost, Operator};

const EXAMPLES: &str = "\
Examples:
  larch forget ~/notify jo@example.org--2026/hello--main--1.0--patch-7
      Let one revision be new at the next poll
  larch forget ~/notify jo@example.org--2026/hello --dry-run
      Print what is known of a category and all below it
  larch forget ~/notify branch:jo@example.org--2026/nob
      Forget the branch above the versions without one, and not the category";

/// Forget that something was seen, so that it is new
///
/// The next poll finds the name and everything below it again, and tells all of it. What is on its
/// way is dropped. Rules that stand in files stay; lines that larch added there and a person took
/// out are added once more.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Forget {
    /// The notification directory
    dir: PathBuf,
    /// What to forget, with everything below it; `branch:NAME` says the level
    name: String,
    /// Print what would be forgotten, and forget nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object for each thing that was forgotten
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct LostJson<'a> {
    level: String,
    name: &'a str,
    as_item: bool,
    items: usize,
    dropped: usize,
    lines: usize,
    positions: usize,
}

impl Forget {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let open = if self.dry_run {
            Operator::rehearse
        } else {
            Operator::open
        };
        let mut operator = open(&self.dir, &context.config_layers)?;
        let name = operator.resolve(&self.name).map_err(refused(&self.dir))?;
        let lost = operator
            .forget(&name, context.clock.now())
            .map_err(refused(&self.dir))?;
        let mut out = Out::new();
        for lost in lost {
            if self.json {
                out.json(&json(&lost))?;
            } else {
                out.line(line(&lost, self.dry_run))?;
            }
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}

fn json(lost: &Lost) -> LostJson<'_> {
    let (name, found) = match lost {
        Lost::Item(name) => (name, None),
        Lost::Subject(name, found) => (name, Some(found)),
    };
    LostJson {
        level: name.level().to_string(),
        name: name.as_str(),
        as_item: found.is_none(),
        items: found.map_or(1, |found| found.items),
        dropped: found.map_or(0, |found| found.dropped),
        lines: found.map_or(0, |found| found.lines),
        positions: found.map_or(0, |found| found.positions),
    }
}

fn line(lost: &Lost, dry_run: bool) -> String {
    let forgot = if dry_run { "would forget" } else { "forgot" };
    match lost {
        Lost::Item(name) => format!("{forgot} that the {} {name} was seen", name.level()),
        Lost::Subject(name, found) => {
            let mut what = Vec::new();
            if found.items > 0 || found.positions == 0 {
                what.push(count(found.items, "item"));
            }
            if found.positions > 0 {
                what.push(format!(
                    "what {} told of its history",
                    match found.positions {
                        1 => "1 action was".to_owned(),
                        number => format!("{number} actions were"),
                    }
                ));
            }
            if found.dropped > 0 {
                what.push(format!(
                    "{} dropped",
                    match found.dropped {
                        1 => "1 delivery".to_owned(),
                        number => format!("{number} deliveries"),
                    }
                ));
            }
            if found.lines > 0 {
                what.push(format!(
                    "{} that may be added again",
                    count(found.lines, "line")
                ));
            }
            format!("{forgot} the {} {name}: {}", name.level(), what.join(", "))
        }
    }
}
