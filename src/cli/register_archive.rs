//! `larch register-archive`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::newcomer::{Newcomer, working_directory};
use super::out::Out;
use super::registry;
use super::style::{warn, word};
use crate::archive::Location;
use crate::params::{self, Params, ParamsError};

const EXAMPLES: &str = "\
A location is one of:
  PATH, http://..., https://...   A GNU Arch archive
  git:PATH                        Every git repository below PATH, or PATH itself
  git:URL                         One git repository elsewhere, as git names it
  dir:PATH                        A plain tree of four levels
  NAME:ADDRESS                    Whatever the program larch-archive-NAME lists
A relative PATH is made absolute.

Examples:
  larch register-archive git:/srv/git
      Register a git server's repositories under the name `git`
  larch register-archive jo git:https://example.org/jo.git
      Register one repository under a name of your choice
  larch register-archive /srv/archives/2026
      Register a GNU Arch archive under the name that it was made with
  larch register-archive --force jo@example.org--2026 /new/place
      Say that it has moved
  larch register-archive --delete jo@example.org--2026
      Forget where it is; the archive itself is not touched";

const USAGE: &str = "\
larch register-archive [--force] [--offline] [NAME] LOCATION
       larch register-archive --delete NAME";

/// Tell larch and tla where an archive is
///
/// Rules name archives, and registrations say where they are. The archive is read, and what was found
/// is told in one line; what cannot be read is not registered, unless with --offline.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE)]
pub(crate) struct RegisterArchive {
    /// The archive's name; when it is left out, the name that a GNU Arch archive was made with, and
    /// for other kinds the last part of the path or URL
    #[arg(value_name = "NAME")]
    first: String,
    /// Where the archive is
    #[arg(value_name = "LOCATION", conflicts_with = "delete")]
    second: Option<String>,
    /// Replace a registration that is there; with --delete, do not mind if none is
    #[arg(short, long)]
    force: bool,
    /// Do not look at what is there
    #[arg(long, conflicts_with = "delete")]
    offline: bool,
    /// Remove the registration of NAME
    #[arg(short, long)]
    delete: bool,
}

impl RegisterArchive {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let params = registry::params(context)?;
        let (name, location) = match &self.second {
            _ if self.delete => return self.remove(&params, &self.first),
            None => (None, &self.first),
            Some(location) => (Some(self.first.as_str()), location),
        };
        if self.offline {
            self.add_unseen(context, &params, name, location)
        } else {
            self.add(context, &params, name, location)
        }
    }

    fn remove(&self, params: &Params, name: &str) -> Result<Exit, CliError> {
        match params.unregister(name) {
            Ok(()) => Ok(Exit::Success),
            Err(ParamsError::NotRegistered(_)) if self.force => Ok(Exit::Success),
            Err(ParamsError::NotRegistered(name)) => Err(registry::not_registered(params, &name)),
            Err(error) => Err(error.into()),
        }
    }

    fn add(
        &self,
        context: &Context,
        params: &Params,
        name: Option<&str>,
        location: &str,
    ) -> Result<Exit, CliError> {
        let newcomer = Newcomer::meet(context, name, location, &working_directory()?).map_err(|error| {
            error.with_hints(
                "`larch register-archive --offline NAME LOCATION` registers what cannot be read now",
                &format!("give one: `larch register-archive NAME {}`", word(location)),
            )
        })?;
        self.register(params, newcomer.name.as_str(), &newcomer.stored)?;
        let mut out = Out::new();
        if name.is_none() {
            out.line(format_args!("Registering archive: {}", newcomer.name))?;
        }
        out.line(newcomer.found())?;
        out.finish()?;
        newcomer.warn_of_unreadable(context);
        Ok(Exit::Success)
    }

    /// Registers what may not be there yet, or is of use to tla alone.
    fn add_unseen(
        &self,
        context: &Context,
        params: &Params,
        name: Option<&str>,
        location: &str,
    ) -> Result<Exit, CliError> {
        let Some(name) = name else {
            return Err(CliError::new(
                Exit::Usage,
                "an archive that is not looked at needs a name",
            )
            .hint(format!(
                "give one: `larch register-archive --offline NAME {}`",
                word(location)
            )));
        };
        self.register(params, name, location)?;
        let stored = params::stored_form(location, &working_directory()?)?;
        if Location::parse(&stored).is_err() {
            warn(
                context,
                &format!("{name} is registered, but larch cannot read {stored}; perhaps tla can"),
            );
        }
        Ok(Exit::Success)
    }

    fn register(&self, params: &Params, name: &str, location: &str) -> Result<(), CliError> {
        params
            .register(name, location, &working_directory()?, self.force)
            .map_err(|error| match error {
                ParamsError::Registered { .. } => CliError::from(error)
                    .hint("--force replaces the registration, and another NAME is one more"),
                error => error.into(),
            })
    }
}
