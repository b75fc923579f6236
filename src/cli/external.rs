//! `larch NAME` for a program `larch-NAME`, as git finds its commands.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::mail;
use super::suggest::nearest;
use crate::action::{Commands, FindError, Program};

#[derive(Debug, thiserror::Error)]
enum ExternalError {
    #[error("there is no command `{0}`")]
    Unknown(String),
    #[error("cannot run {}", program.display())]
    Start {
        program: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Runs what an action of that name runs: the first of `words` is the name, the others are its
/// arguments. For a program the process becomes that program.
pub(super) fn run(context: &Context, words: &[OsString]) -> Result<Exit, CliError> {
    let Some((name, arguments)) = words.split_first() else {
        return Ok(Exit::Usage);
    };
    let name = match name.to_str() {
        Some(name) if !name.contains('/') => name,
        _ => return Err(unknown(&name.to_string_lossy(), None)),
    };
    match Commands::new(context.exec_path.clone()).find(name) {
        Ok(Program::Noop) => Ok(Exit::Success),
        Ok(Program::Mail(sendmail)) => mail::run(context, &sendmail, arguments),
        Ok(Program::Executable(program)) => {
            let source = Command::new(&program).args(arguments).exec();
            let error = ExternalError::Start { program, source };
            Err(CliError::new(Exit::Failure, error))
        }
        Err(FindError::Unknown { nearest, .. }) => Err(unknown(name, nearest.as_deref())),
        Err(error) => Err(CliError::new(Exit::Failure, error)),
    }
}

/// The error for a name that is neither a command nor a program, with what may have been meant.
fn unknown(name: &str, program: Option<&str>) -> CliError {
    let command = super::command();
    let known = command
        .get_subcommands()
        .filter(|known| !known.is_hide_set());
    let meant = nearest(name, known.map(clap::Command::get_name));
    let error = CliError::new(Exit::Usage, ExternalError::Unknown(name.to_owned()));
    match meant.or(program) {
        Some(meant) => error.hint(format!("did you mean `larch {meant}`?")),
        None => error.hint(format!(
            "`larch help` lists the commands; a program of one's own is called larch-{name} and is in PATH"
        )),
    }
}
