//! `larch rules list`.

use std::path::PathBuf;

use serde::Serialize;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::exit::Exit;
use super::super::out::Out;
use super::super::style;
use super::super::table::{Cell, Table};
use super::super::when::local;
use crate::clock::rfc3339;
use crate::name::Level;
use crate::notify::operate::{Line, LineState, Operator};
use crate::rules::{ActionName, file_name};

const EXAMPLES: &str = "\
Examples:
  larch rules list ~/notify
      Print every line that stands, or once stood, in a rules file
  larch rules list ~/notify --json | jq 'select(.state == \"removed\").text'
      Print the lines that were taken out

States:
  active     It stands in its file, and counts
  pending    It counts, and the next poll writes it to its file
  unread     It stands in its file, and the next poll reads it
  taken-out  It was taken out of its file, and the next poll finds that out
  removed    It was taken out; its memory is kept until it returns
  replaced   It was edited, and the line that it became has its memory";

/// List the lines of the rules files, with their states
///
/// The lines of each file come in its order, then those that stand in it no more.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct List {
    /// The notification directory
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Print one JSON object per line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct LineJson<'a> {
    file: &'static str,
    line: Option<usize>,
    state: &'static str,
    text: String,
    level: String,
    subject: &'a str,
    action: &'a str,
    children: Vec<&'a str>,
    added_by: &'static str,
    added_at: Option<String>,
    parent: Option<&'a str>,
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let operator = Operator::open(&self.dir, &context.config_layers)?;
        let mut out = Out::new();
        let headings = ["place", "state", "written by", "rule"];
        let mut table = Table::new(context, headings);
        for level in Level::SUBJECTS {
            for line in operator.lines(level)? {
                if self.json {
                    out.json(&json(&line))?;
                } else {
                    table.row(row(&line));
                }
            }
        }
        if !self.json {
            table.print(&mut out)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}

fn row(line: &Line) -> [Cell; 4] {
    let file = file_name(line.rule.level()).unwrap_or_default();
    let place = line
        .number
        .map_or_else(|| file.to_owned(), |number| format!("{file}:{number}"));
    let style = match line.state {
        LineState::Active => style::PLAIN,
        LineState::Pending | LineState::Unread | LineState::TakenOut => style::WARNING,
        LineState::Removed | LineState::Replaced => style::FAINT,
    };
    let added_at = line.stored.as_ref().and_then(|stored| stored.added_at);
    [
        place.into(),
        Cell::styled(line.state.word(), style),
        added_at
            .map_or_else(
                || "a person".to_owned(),
                |at| format!("larch, {}", local(at)),
            )
            .into(),
        line.rule.text().into(),
    ]
}

fn json(line: &Line) -> LineJson<'_> {
    let rule = &line.rule;
    let added_at = line.stored.as_ref().and_then(|stored| stored.added_at);
    LineJson {
        file: file_name(rule.level()).unwrap_or_default(),
        line: line.number,
        state: line.state.word(),
        text: rule.text(),
        level: rule.level().to_string(),
        subject: rule.subject.as_str(),
        action: rule.action.as_str(),
        children: rule.children.iter().map(ActionName::as_str).collect(),
        added_by: if added_at.is_some() {
            "larch"
        } else {
            "person"
        },
        added_at: added_at.map(rfc3339),
        parent: line
            .stored
            .as_ref()
            .and_then(|stored| stored.parent.as_deref()),
    }
}
