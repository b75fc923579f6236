//! `larch config`: the settings, resolved.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::style::{self, paint, printable};
use crate::config::{self, ResolvedKey, ResolvedTable};
use crate::notify::PollError;

/// Comments stand behind the longest line of their section, but no further to the right than here.
const COMMENTS_AT_MOST: usize = 48;

/// Print the settings, and where each of them is set
///
/// The settings of a notification directory are its `=config.toml`, over those of the user and of the
/// machine; without a directory the latter alone are printed. What is printed is in the form of such
/// a file. Passwords, tokens and the like are printed as ***. The exit status is 78 if the settings
/// are wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  larch config ~/notify                   See every setting, and the file and line that sets it
  larch config ~/notify --no-defaults     See only what is set
  larch config                            See what holds for directories that set nothing
  larch config ~/notify --json            The same for programs, one JSON object per line")]
pub(crate) struct Config {
    /// The notification directory
    dir: Option<PathBuf>,
    /// Leave out what no file sets
    #[arg(long)]
    no_defaults: bool,
    /// Print one JSON object per setting: section, name, number, key, value, file and line
    #[arg(long)]
    json: bool,
    /// Print what every setting means, in Markdown, and read no file
    #[arg(long, conflicts_with_all = ["dir", "no_defaults", "json"])]
    reference: bool,
}

#[derive(Serialize)]
struct SettingJson<'a> {
    section: &'static str,
    name: Option<&'a str>,
    number: Option<usize>,
    key: &'static str,
    value: Option<&'a toml::Value>,
    file: Option<String>,
    line: Option<usize>,
}

impl Config {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let mut out = Out::new();
        if self.reference {
            out.bytes(config::reference().as_bytes())?;
            out.finish()?;
            return Ok(Exit::Success);
        }
        let mut tables = self.resolve(context)?;
        if self.no_defaults {
            for table in &mut tables {
                table.keys.retain(|key| key.place.is_some());
            }
            tables.retain(|table| !table.keys.is_empty());
        }
        if self.json {
            for setting in tables.iter().flat_map(settings) {
                out.json(&setting)?;
            }
        } else {
            let pages: Vec<String> = tables
                .iter()
                .map(|table| page(table, context.color_out))
                .collect();
            out.bytes(pages.join("\n").as_bytes())?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }

    fn resolve(&self, context: &Context) -> Result<Vec<ResolvedTable>, CliError> {
        let Some(dir) = &self.dir else {
            return Ok(config::resolve(Path::new(""), &context.config_layers)?);
        };
        let missing = |source| PollError::NoDirectory {
            path: dir.clone(),
            source,
        };
        let absolute = std::path::absolute(dir).map_err(missing)?;
        if !absolute.metadata().map_err(missing)?.is_dir() {
            return Err(missing(io::ErrorKind::NotADirectory.into()).into());
        }
        Ok(config::resolve(&absolute, &context.layers(&absolute))?)
    }
}

fn settings(table: &ResolvedTable) -> impl Iterator<Item = SettingJson<'_>> {
    table.keys.iter().map(|key| {
        let place = key.place.as_ref();
        SettingJson {
            section: table.section,
            name: table.name.as_deref(),
            number: table.number,
            key: key.name,
            value: key.value.as_ref(),
            file: place.map(|(file, _)| file.to_string_lossy().into_owned()),
            line: place.map(|(_, line)| *line),
        }
    })
}

/// A table as a file has it; what has no value stands there as a comment.
fn page(table: &ResolvedTable, color: bool) -> String {
    let mut page = format!(
        "{}\n",
        paint(color, style::HEADING, printable(&table.title))
    );
    let lines: Vec<Option<String>> = table.keys.iter().map(ResolvedKey::line).collect();
    let widths = lines.iter().flatten().map(|line| line.chars().count());
    let width = widths.filter(|width| *width <= COMMENTS_AT_MOST).max();
    let width = width.unwrap_or_default();
    for (key, line) in table.keys.iter().zip(lines) {
        let origin = match &key.place {
            Some((file, line)) => format!("# {}:{line}", file.display()),
            None => "# default".to_owned(),
        };
        let line = match (line, key.absent) {
            (Some(line), _) => format!("{line:width$}  {origin}"),
            (None, Some(absent)) => format!("# {} is not set: {absent}", key.name),
            (None, None) => format!("# {} is not set", key.name),
        };
        let style = match key.place {
            Some(_) => style::PLAIN,
            None => style::FAINT,
        };
        // Writing to a string does not fail.
        let _always = writeln!(page, "{}", paint(color, style, printable(&line)));
    }
    page
}
