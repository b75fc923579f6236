//! `larch init --watch`: a directory that follows an archive, in one command.

use std::path::{Path, PathBuf};

use super::told::{Told, is_git};
use crate::action::{FindError, Program};
use crate::archive::Location;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::newcomer::{Newcomer, working_directory};
use crate::cli::out::Out;
use crate::cli::registry;
use crate::cli::style::{printable, warn, word};
use crate::config::{self, Config};
use crate::fsx::is_executable;
use crate::params::{Params, ParamsError, stored_form};
use crate::rules::ActionName;

/// Directories that even the short PATH of cron has.
const CRON_PATH: [&str; 2] = ["/usr/bin", "/bin"];

/// A rule for an archive that was looked at, and that nothing is known against.
#[derive(Debug)]
pub(super) struct Watch {
    newcomer: Newcomer,
    is_registered: bool,
    told: Told,
    params: Params,
    cwd: PathBuf,
    /// Where cron does not find the programs that are run by itself.
    exec_path: Vec<PathBuf>,
}

impl Watch {
    /// Looks at everything that could be wrong, and changes nothing.
    pub(super) fn plan(
        context: &Context,
        dir: &Path,
        name: Option<&str>,
        location: &str,
        told: &Told,
    ) -> Result<Self, CliError> {
        let params = registry::params(context)?;
        let cwd = working_directory()?;
        let action = runnable(context, dir, told)?;
        let known = match name {
            Some(_) => None,
            None => registered_as(&params, &stored_form(location, &cwd)?)?,
        };
        let newcomer = Newcomer::meet(context, name.or(known.as_deref()), location, &cwd).map_err(
            |error| {
                error.with_hints(
                    "nothing was made; mend the location, or what stands against it, and try again",
                    "give it one: --name NAME",
                )
            },
        )?;
        let is_registered = match params.location(newcomer.name.as_str())? {
            Some(there) if there != newcomer.stored => {
                let name = newcomer.name.to_string();
                let location = there;
                return Err(CliError::from(ParamsError::Registered { name, location })
                    .hint("give the new one another name: --name NAME"));
            }
            there => there.is_some(),
        };
        let helper = match &newcomer.location {
            Location::Helper { name, .. } => helper_directory(context, name),
            _ => None,
        };
        let mut exec_path: Vec<PathBuf> = action.into_iter().chain(helper).collect();
        exec_path.retain(|directory| !CRON_PATH.map(Path::new).contains(&directory.as_path()));
        exec_path.dedup();
        Ok(Self {
            newcomer,
            is_registered,
            told: told.clone(),
            params,
            cwd,
            exec_path,
        })
    }

    /// The line for `=rules.archives`.
    pub(super) fn rule(&self) -> String {
        let actions = self.told.actions(&self.newcomer.location).join(" ");
        let comment = if matches!(self.told, Told::Mail(_)) && is_git(&self.newcomer.location) {
            "# The branches of a repository are `heads` and `tags`, which is no news: noop.\n"
        } else {
            ""
        };
        format!("\n{comment}{} {actions}\n", self.newcomer.name)
    }

    /// The section for `=config.toml`.
    pub(super) fn settings(&self) -> String {
        let name = toml::Value::String(self.newcomer.name.to_string());
        format!(
            "
[archive.{name}]
# What was there when the first poll met the archive is not told: nobody wants ten years of mail.
# \"all\" would tell all of it, and a number so many of the newest revisions of each version.
# What appears later is told in full, whole new categories too.
first = \"none\"
"
        )
    }

    /// Registers the archive, if it is not.
    pub(super) fn register(&self) -> Result<(), CliError> {
        if !self.is_registered {
            let name = self.newcomer.name.as_str();
            self.params
                .register(name, &self.newcomer.stored, &self.cwd, false)?;
        }
        Ok(())
    }

    /// Tells what was found and made, and what to do now.
    pub(super) fn say_what_is_next(&self, context: &Context, dir: &Path) -> Result<(), CliError> {
        let mut out = Out::new();
        let dir = self.cwd.join(dir);
        let dir = dir.to_string_lossy();
        let dir = word(&dir);
        out.line(self.newcomer.found())?;
        out.line(format_args!(
            "{} is registered, and {} watches it. What is there now will not be told.",
            printable(self.newcomer.name.as_str()),
            printable(&dir),
        ))?;
        out.line("Poll by hand, which takes note of what is there:")?;
        out.line(format_args!("  larch notify {dir}"))?;
        out.line("Then from cron, with these lines in `crontab -e`:")?;
        if !self.exec_path.is_empty() {
            let exec_path = std::env::join_paths(&self.exec_path).unwrap_or_default();
            let exec_path = exec_path.to_string_lossy();
            out.line(format_args!("  LARCH_EXEC_PATH={}", printable(&exec_path)))?;
        }
        // In a crontab a bare `%` ends the command.
        let line = format!("{} notify {dir}", larch()).replace('%', "\\%");
        out.line(format_args!("  */5 * * * * {line}"))?;
        out.finish()?;
        self.newcomer.warn_of_unreadable(context);
        Ok(())
    }
}

/// The name under which a location is registered.
fn registered_as(params: &Params, stored: &str) -> Result<Option<String>, CliError> {
    let archives = params.archives()?;
    let found = archives.into_iter().find(|(_, there)| there == stored);
    Ok(found.map(|(name, _)| name))
}

/// The directory in which the program of a helper is found.
fn helper_directory(context: &Context, name: &str) -> Option<PathBuf> {
    let program = format!("larch-archive-{name}");
    let mut directories = context.exec_path.iter();
    let found = directories.find(|directory| is_executable(&directory.join(&program)));
    found.cloned()
}

/// Whether the actions can run; the directory of their program.
fn runnable(context: &Context, dir: &Path, told: &Told) -> Result<Option<PathBuf>, CliError> {
    let (Told::Mail([action, ..]) | Told::Run(action)) = told;
    let config = Config::load(dir, &context.layers(dir))?;
    let section = missing_section(&config, action);
    let commands = context.commands(dir, config);
    match (commands.check(action), section) {
        // It waits until there is one.
        (Err(error @ FindError::NotReady { .. }), _) => warn(context, &error.to_string()),
        (Err(FindError::BadThunk { .. }), Some(section)) => {
            let file = dir.join(config::FILE_NAME);
            let file = file.display();
            let text = format!("{action} waits until you write its section {section} into {file}");
            warn(context, &text);
        }
        (Err(error @ FindError::Unknown { .. }), _) => {
            return Err(CliError::new(Exit::Failure, error)
                .hint("LARCH_EXEC_PATH may name the directory that the program is in"));
        }
        (checked, _) => checked.map_err(|error| CliError::new(Exit::Failure, error))?,
    }
    let Ok(Program::Executable(program)) = commands.find(action.command()) else {
        return Ok(None);
    };
    Ok(program.parent().map(Path::to_owned))
}

/// The section that an action names, and that the settings have not.
fn missing_section(config: &Config, action: &ActionName) -> Option<String> {
    let name = action.thunk();
    let (title, is_there) = match action.command() {
        "run" => ("commands", config.commands.contains_key(name)),
        "webhook" => ("webhook", config.webhooks.contains_key(name)),
        "apprise" => ("apprise", config.apprise.contains_key(name)),
        _ => return None,
    };
    let is_name = !name.is_empty() && !name.contains("://");
    (is_name && !is_there).then(|| format!("[{title}.{name}]"))
}

/// How cron, whose PATH is short, calls this program.
fn larch() -> String {
    let program = std::env::current_exe();
    program.map_or_else(
        |_| "larch".to_owned(),
        |path| word(&path.to_string_lossy()).into_owned(),
    )
}
