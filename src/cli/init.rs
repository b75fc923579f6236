//! `larch init`: a notification directory to start from.

use std::fs::DirBuilder;
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;
use crate::config;
use crate::fsx::create_atomic;
use crate::name::{Level, Name};
use crate::rules::{self, ActionName};

const RULES: &str = include_str!("init/rules.archives");
const CONFIG: &str = include_str!("init/config.toml");

/// Make a notification directory with commented rules and settings
///
/// The directory gets a `=rules.archives` whose comments explain the format, and a `=config.toml`
/// that names every setting with its default. What is there already is never overwritten.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  larch init ~/notify
  larch init ~/notify --archive jo@example.org--2026 --action noop:
  larch init ~/notify --archive jo@example.org--2026 \\
      --action noop: --action noop: --action noop: --action tell-team:commits")]
pub(crate) struct Init {
    /// The directory to make
    dir: PathBuf,
    /// Write a first rule for this archive
    #[arg(long, value_name = "NAME", value_parser = registry::archive_argument, requires = "actions")]
    archive: Option<Name>,
    /// Add an action to the first rule: for new categories, then branches, versions and revisions
    /// (can be repeated, up to 4 times)
    #[arg(
        long = "action",
        value_name = "COMMAND:THUNK",
        value_parser = ActionName::parse,
        requires = "archive"
    )]
    actions: Vec<ActionName>,
}

#[derive(Debug, thiserror::Error)]
enum InitError {
    #[error("{} has rules already: {}", dir.display(), found)]
    HasRules { dir: PathBuf, found: &'static str },
    #[error("a rule has at most 4 actions, and {0} are given")]
    TooMany(usize),
    #[error("cannot make {}", path.display())]
    Make {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
}

impl Init {
    pub(crate) fn run(self, _context: &Context) -> Result<Exit, CliError> {
        if self.actions.len() > 4 {
            return Err(CliError::new(
                Exit::Usage,
                InitError::TooMany(self.actions.len()),
            ));
        }
        if let Some(error) = self.has_rules() {
            return Err(CliError::new(Exit::Failure, error).hint(format!(
                "`larch check {}` says what is wrong with it",
                self.dir.display()
            )));
        }
        let made = |path: &Path, result: io::Result<()>| {
            result.map_err(|source| {
                let path = path.to_owned();
                CliError::new(Exit::Failure, InitError::Make { path, source })
            })
        };
        let mut builder = DirBuilder::new();
        made(
            &self.dir,
            builder.recursive(true).mode(0o755).create(&self.dir),
        )?;
        let settings = self.dir.join(config::FILE_NAME);
        made(
            &settings,
            create_atomic(&settings, CONFIG.as_bytes(), 0o666).or_else(kept),
        )?;
        // The rules come last: a directory that has them is complete.
        let file = rules::file_name(Level::Archive).unwrap_or_default();
        let file = self.dir.join(file);
        let text = format!("{RULES}{}", self.first_rule());
        made(&file, create_atomic(&file, text.as_bytes(), 0o666))?;
        self.say_what_is_next(&file)?;
        Ok(Exit::Success)
    }

    fn has_rules(&self) -> Option<InitError> {
        Level::SUBJECTS
            .into_iter()
            .filter_map(rules::file_name)
            .find(|name| self.dir.join(name).symlink_metadata().is_ok())
            .map(|found| InitError::HasRules {
                dir: self.dir.clone(),
                found,
            })
    }

    fn first_rule(&self) -> String {
        let Some(archive) = &self.archive else {
            return String::new();
        };
        let actions = self.actions.iter().map(ActionName::as_str);
        let words: Vec<&str> = std::iter::once(archive.as_str()).chain(actions).collect();
        format!("\n{}\n", words.join(" "))
    }

    fn say_what_is_next(&self, rules: &Path) -> Result<(), CliError> {
        let dir = self.dir.display();
        let mut out = Out::new();
        if self.archive.is_some() {
            out.line(format_args!(
                "Look at {}: it has a first rule.",
                rules.display()
            ))?;
        } else {
            out.line(format_args!(
                "Write a line for an archive into {}.",
                rules.display()
            ))?;
        }
        out.line(format_args!("See what is still wrong: larch check {dir}"))?;
        out.line(format_args!(
            "Poll by hand, then from cron: larch notify {dir}"
        ))?;
        out.finish()
    }
}

/// A file that a person wrote stays.
fn kept(error: io::Error) -> io::Result<()> {
    match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_are_the_defaults_even_when_uncommented() {
        let uncommented: Vec<&str> = CONFIG
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => setting,
                _ => line,
            })
            .collect();
        let uncommented = uncommented.join("\n");
        let dir = tempfile::tempdir().unwrap();
        let load = |text: &str| {
            let path = dir.path().join("config.toml");
            let _replaced = std::fs::remove_file(&path);
            create_atomic(&path, text.as_bytes(), 0o600).unwrap();
            config::Config::load(&[path]).unwrap()
        };
        assert_eq!(load(CONFIG), config::Config::default());
        let mut all = load(&uncommented);
        assert_eq!(all.archives.len(), 1);
        all.archives.clear();
        assert_eq!(all.store.path.take(), Some("+state".into()));
        assert_eq!(all, config::Config::default());
        for key in [
            "jobs",
            "timeout",
            "retry_min",
            "retry_max",
            "give_up_after",
            "max_items",
            "output_limit",
            "first",
            "added",
            "every",
            "include",
            "exclude",
            "path",
            "keep",
        ] {
            assert!(uncommented.contains(&format!("\n{key} = ")), "{key}");
        }
    }
}
