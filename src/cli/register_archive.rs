//! `larch register-archive`.

use std::io::Write as _;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;
use super::style::{self, paint, printable};
use crate::archive::{self, ArchiveError};
use crate::params::{Params, ParamsError};

const EXAMPLES: &str = "\
A location is the path of an archive's directory; a relative one is made absolute.

Examples:
  larch register-archive /srv/archives/2026
      Register the archive under the name that it was made with, and print the name
  larch register-archive jo@example.org--2026 ./2026
      Register it under a name of your choice
  larch register-archive --force jo@example.org--2026 /new/place
      Say that it has moved
  larch register-archive --delete jo@example.org--2026
      Forget where it is; the archive itself is not touched";

const USAGE: &str = "\
larch register-archive [--force] [NAME] LOCATION
       larch register-archive --delete NAME";

/// Tell larch and tla where an archive is
///
/// Rules name archives, and registrations say where they are. Nothing need be at the location yet
/// when a name is given.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, override_usage = USAGE)]
pub(crate) struct RegisterArchive {
    /// The archive's name; when it is left out, the archive is asked for it
    #[arg(value_name = "NAME")]
    first: String,
    /// Where the archive is
    #[arg(value_name = "LOCATION", conflicts_with = "delete")]
    second: Option<String>,
    /// Replace a registration that is there; with --delete, do not mind if none is
    #[arg(short, long)]
    force: bool,
    /// Remove the registration of NAME
    #[arg(short, long)]
    delete: bool,
}

impl RegisterArchive {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let params = registry::params(context)?;
        match &self.second {
            _ if self.delete => self.remove(&params, &self.first),
            None => self.add_by_own_name(context, &params, &self.first),
            Some(location) => self.add(context, &params, &self.first, location),
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

    fn add_by_own_name(
        &self,
        context: &Context,
        params: &Params,
        location: &str,
    ) -> Result<Exit, CliError> {
        let found = crate::params::stored_form(location, &working_directory()?)?;
        let name = archive::official_name(&found).map_err(|error| {
            CliError::from(error)
                .hint("`larch register-archive NAME LOCATION` registers what cannot be read now")
        })?;
        let Some(name) = name else {
            return Err(CliError::new(
                Exit::Failure,
                format!("the archive at {found} does not say its name"),
            )
            .hint(format!(
                "give the name: `larch register-archive NAME {location}`"
            )));
        };
        self.add(context, params, &name, location)?;
        let mut out = Out::new();
        out.line(format_args!("Registering archive: {name}"))?;
        out.finish()?;
        Ok(Exit::Success)
    }

    fn add(
        &self,
        context: &Context,
        params: &Params,
        name: &str,
        location: &str,
    ) -> Result<Exit, CliError> {
        params
            .register(name, location, &working_directory()?, self.force)
            .map_err(|error| match error {
                ParamsError::Registered { .. } => {
                    CliError::from(error).hint("--force replaces the registration")
                }
                error => error.into(),
            })?;
        let stored = crate::params::stored_form(location, &working_directory()?)?;
        if let Err(ArchiveError::UnknownKind(location)) = archive::open(&stored, None) {
            warn(context, name, &location);
        }
        Ok(Exit::Success)
    }
}

/// Says that a registration is of use to tla alone.
fn warn(context: &Context, name: &str, location: &str) {
    let warning = paint(context.color_err, style::WARNING, "warning:");
    let text = format!(
        "{warning} {} is registered, but larch cannot poll {} yet; tla can read it\n",
        printable(name),
        printable(location)
    );
    // A closed standard error leaves nobody to tell.
    let _unheard = std::io::stderr().write_all(text.as_bytes());
}

fn working_directory() -> Result<std::path::PathBuf, CliError> {
    std::env::current_dir().map_err(|error| {
        CliError::new(Exit::Failure, error)
            .hint("the working directory is gone; go elsewhere, or give an absolute path")
    })
}
