//! `larch subscribers`.

mod answer;

use std::io::Write as _;
use std::path::PathBuf;

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::dir_word;
use super::style;
use super::table::{Cell, Table};
use crate::action::mail::subscribers::{FILE_NAME, PathGlob, Subscribers, Subscription};
use crate::config::Glob;
use crate::name::{Level, Name, NameError};
use crate::rules::Diagnostic;
use answer::{Answer, answers};

const EXAMPLES: &str = "\
Examples:
  larch subscribers ~/notify
      Print every line of =subscribers as larch reads it
  larch subscribers ~/notify jo@example.org--2026/hello--main--1.0--patch-7
      Print who gets mail of a revision, and who does not, and why
  larch subscribers ~/notify branch:jo@example.org--2026/nob
      Print it for the branch above the versions without one, and not for the category";

/// Show who subscribed, and explain who gets mail of a name
///
/// The file =subscribers says who wants mail of what, and a rule with the action `mail-subscribers:`
/// sends it. Nothing is sent here; of a revision the archive may be asked for its changed files.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ListSubscribers {
    /// The notification directory
    dir: PathBuf,
    /// The category, branch, version or revision, with its archive; `branch:NAME` says the level
    #[arg(value_parser = name_argument)]
    name: Option<Name>,
    /// Print one JSON object per line of the file
    #[arg(long)]
    json: bool,
}

/// A line of the file; with a name, what becomes of it.
#[derive(Serialize)]
struct LineJson<'a> {
    line: usize,
    address: String,
    glob: Option<&'a str>,
    paths: Vec<String>,
    kinds: String,
    pace: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    gets: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sentence: Option<String>,
}

impl ListSubscribers {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let Some(subscribers) =
            Subscribers::read(&self.dir).map_err(|error| CliError::new(Exit::Failure, error))?
        else {
            let path = self.dir.join(FILE_NAME);
            let error = format!("there is no file {}", path.display());
            return Err(CliError::new(Exit::Failure, error)
                .hint("write a line into it: jo@example.org ARCHIVE/CATEGORY--**"));
        };
        let answers = match &self.name {
            Some(name) => answers(context, &self.dir, &subscribers.list, name)?,
            None => Vec::new(),
        };
        let mut out = Out::new();
        if self.json {
            for (at, line) in subscribers.list.iter().enumerate() {
                out.json(&json(line, answers.get(at)))?;
            }
        } else if self.name.is_some() {
            let mut table = Table::new(context, ["line", "address", "gets it", "why"]);
            for (line, answer) in subscribers.list.iter().zip(&answers) {
                table.row(answered(line, answer));
            }
            table.print(&mut out)?;
        } else {
            let headings = ["line", "address", "names", "files", "wants", "told"];
            let mut table = Table::new(context, headings);
            for line in &subscribers.list {
                table.row(row(line));
            }
            table.print(&mut out)?;
        }
        out.finish()?;
        Ok(self.report(context, &subscribers.diagnostics))
    }

    /// Says what is wrong with the other lines.
    fn report(&self, context: &Context, diagnostics: &[Diagnostic]) -> Exit {
        for found in diagnostics {
            let text = format!("{}\n", found.render(context.color_err));
            // A closed standard error leaves nobody to tell.
            let _unheard = std::io::stderr().write_all(text.as_bytes());
        }
        if diagnostics.iter().any(Diagnostic::is_error) {
            let hint = format!(
                "see all that is wrong with: larch check {}",
                dir_word(&self.dir)
            );
            style::warn(context, &hint);
            Exit::Failure
        } else {
            Exit::Success
        }
    }
}

/// Parses the name of something that can be new.
fn name_argument(text: &str) -> Result<Name, String> {
    let forced = text.split_once(':').and_then(|(level, name)| {
        let level = level.parse::<Level>().ok()?;
        Some((name, Some(level)))
    });
    let (text, level) = forced.unwrap_or((text, None));
    let name = Name::parse(text, level).map_err(|error: NameError| error.to_string())?;
    if name.level() == Level::Archive {
        return Err(
            "nobody is told of archives; give a category, branch, version or revision".to_owned(),
        );
    }
    Ok(name)
}

fn paths(line: &Subscription) -> String {
    let paths: Vec<String> = line.paths.iter().map(PathGlob::to_string).collect();
    paths.join(" ")
}

fn row(line: &Subscription) -> [Cell; 6] {
    [
        (line.line as u64).into(),
        line.address.to_string().into(),
        line.glob.as_ref().map_or("", Glob::as_str).into(),
        paths(line).into(),
        line.kinds.to_string().into(),
        line.pace.to_string().into(),
    ]
}

fn answered(line: &Subscription, answer: &Answer) -> [Cell; 4] {
    let gets = if answer.gets {
        Cell::styled(&line.pace.to_string(), style::GOOD)
    } else {
        Cell::styled("no", style::FAINT)
    };
    [
        (line.line as u64).into(),
        line.address.to_string().into(),
        gets,
        answer.sentence.as_str().into(),
    ]
}

fn json<'a>(line: &'a Subscription, answer: Option<&Answer>) -> LineJson<'a> {
    LineJson {
        line: line.line,
        address: line.address.to_string(),
        glob: line.glob.as_ref().map(Glob::as_str),
        paths: line.paths.iter().map(PathGlob::to_string).collect(),
        kinds: line.kinds.to_string(),
        pace: line.pace.to_string(),
        gets: answer.map(|answer| answer.gets),
        why: answer.map(|answer| answer.why),
        sentence: answer.map(|answer| answer.sentence.clone()),
    }
}
