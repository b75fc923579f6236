//! `larch init`: a notification directory to start from.

mod made;
mod told;
mod watch;

use std::io;
use std::path::{Path, PathBuf};

use clap::ArgGroup;
use made::Made;
use told::Told;
use watch::Watch;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;
use crate::config;
use crate::name::{Level, Name};
use crate::rules::{self, ActionName};

const RULES: &str = include_str!("init/rules.archives");

/// Make a notification directory, for an archive with --watch
///
/// The directory gets a `=rules.archives` whose comments explain the format, and a `=config.toml`
/// that names every setting with its default. With --watch it is ready to be polled: the archive is
/// registered, and what is new in it from then on is mailed, or told to an action. What is there
/// already is never overwritten.
#[derive(Debug, clap::Args)]
#[command(
    group = ArgGroup::new("told").args(["mail", "run"]),
    after_help = "\
Examples:
  larch init ~/notify --watch git:/srv/git --mail jo@example.org
      Mail what will be new in the repositories below /srv/git
  larch init ~/notify --watch git:https://example.org/jo.git --run tell:team
      Run the program larch-tell for what will be new in one repository
  larch init ~/notify --archive jo@example.org--2026 --action noop: --action noop:
      Write a first rule by hand, for an archive that is registered
  larch init ~/notify
      Make a directory without a rule"
)]
pub(crate) struct Init {
    /// The directory to make
    dir: PathBuf,
    /// Watch the archive at this location, and register it if it is not (see `larch help
    /// register-archive` for locations)
    #[arg(
        long,
        value_name = "LOCATION",
        requires = "told",
        conflicts_with = "archive"
    )]
    watch: Option<String>,
    /// Mail what is new to this address, or to several that are parted by commas
    #[arg(long, value_name = "ADDRESS", requires = "watch", value_parser = Told::mail)]
    mail: Option<Told>,
    /// Run this action for all that is new
    #[arg(long, value_name = "COMMAND:THUNK", requires = "watch", value_parser = Told::run)]
    run: Option<Told>,
    /// Register the archive under this name, instead of its own or the last part of its location
    #[arg(long, requires = "watch")]
    name: Option<String>,
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
    #[error("{} has settings already: {}", dir.display(), config::FILE_NAME)]
    HasSettings { dir: PathBuf },
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
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
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
        match (&self.watch, self.mail.as_ref().or(self.run.as_ref())) {
            (Some(location), Some(told)) => self.watching(context, location, told),
            _ => self.plain(),
        }
    }

    fn plain(&self) -> Result<Exit, CliError> {
        let mut made = Made::default();
        self.make(&mut made, &config::template(), &self.first_rule())?;
        made.keep();
        self.say_what_is_next()?;
        Ok(Exit::Success)
    }

    fn watching(&self, context: &Context, location: &str, told: &Told) -> Result<Exit, CliError> {
        if self.dir.join(config::FILE_NAME).symlink_metadata().is_ok() {
            let dir = self.dir.clone();
            return Err(CliError::new(Exit::Failure, InitError::HasSettings { dir })
                .hint("give another directory, or write a rule with --archive and --action"));
        }
        let watch = Watch::plan(context, &self.dir, self.name.as_deref(), location, told)?;
        let mut made = Made::default();
        let settings = format!("{}{}", config::template(), watch.settings());
        self.make(&mut made, &settings, &watch.rule())?;
        watch.register()?;
        made.keep();
        watch.say_what_is_next(context, &self.dir)?;
        Ok(Exit::Success)
    }

    fn make(&self, made: &mut Made, settings: &str, rule: &str) -> Result<(), CliError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            |source| CliError::new(Exit::Failure, InitError::Make { path, source })
        };
        made.directory(&self.dir).map_err(failed(&self.dir))?;
        let file = self.dir.join(config::FILE_NAME);
        made.file_unless_there(&file, settings)
            .map_err(failed(&file))?;
        // The rules come last: a directory that has them is complete.
        let file = self.rules_file();
        made.file(&file, &format!("{RULES}{rule}"))
            .map_err(failed(&file))
    }

    fn rules_file(&self) -> PathBuf {
        let name = rules::file_name(Level::Archive).unwrap_or_default();
        self.dir.join(name)
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

    fn say_what_is_next(&self) -> Result<(), CliError> {
        let dir = self.dir.display();
        let rules = self.rules_file();
        let rules = rules.display();
        let mut out = Out::new();
        if self.archive.is_some() {
            out.line(format_args!("Look at {rules}: it has a first rule."))?;
        } else {
            out.line(format_args!("Write a line for an archive into {rules}."))?;
        }
        out.line(format_args!("See what is still wrong: larch check {dir}"))?;
        out.line(format_args!(
            "Poll by hand, then from cron: larch notify {dir}"
        ))?;
        out.finish()
    }
}
