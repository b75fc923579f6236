//! `larch COMMAND THUNK NAME…`: an action by hand, and programs `larch-NAME`, as git finds its
//! commands.

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::by_hand::{Batch, ByHand, Told};
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::notify::signals::Signals;
use super::out::Out;
use super::suggest::nearest;
use crate::action::{Commands, Ended, FindError, Outcome, Program, Share, Style, Whole};
use crate::config::Config;
use crate::name::Name;
use crate::rules::ActionName;

#[derive(Debug, thiserror::Error)]
enum ExternalError {
    #[error("there is no command `{0}`")]
    Unknown(String),
    #[error("an action is told what is new: larch {command} {thunk} NAME...")]
    NoItems {
        command: String,
        thunk: &'static str,
    },
    #[error("cannot run {}", program.display())]
    Start {
        program: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{action}{to}: {outcome}")]
    Failed {
        action: ActionName,
        to: String,
        outcome: Outcome,
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
    let commands = context.commands(Path::new("/"), Config::default());
    match commands.find(name) {
        Ok(Program::Noop) => Ok(Exit::Success),
        Ok(Program::BuiltIn(_)) | Err(FindError::NotReady { .. }) => {
            built_in(context, name, arguments)
        }
        Ok(Program::Executable(program)) => {
            let source = Command::new(&program).args(arguments).exec();
            let error = ExternalError::Start { program, source };
            Err(CliError::new(Exit::Failure, error))
        }
        Err(FindError::Unknown { nearest, .. }) => Err(unknown(name, nearest.as_deref())),
        Err(error) => Err(CliError::new(Exit::Failure, error)),
    }
}

/// Makes an attempt of a built-in action, or one for each part that it divides into. The settings are
/// those of `LARCH_DIR`, or else those that lie below every directory's own.
fn built_in(context: &Context, command: &str, arguments: &[OsString]) -> Result<Exit, CliError> {
    let here = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    let (dir, layers) = match &context.dir {
        Some(dir) => (here().join(dir), context.layers(dir)),
        None => (here(), context.config_layers.clone()),
    };
    let config = Config::load(&dir, &layers)?;
    let commands = context.commands(&dir, config.clone());
    let (action, names) = action(&commands, command, arguments)?;
    let mut by_hand = ByHand::new(context, dir, &config);
    let names: Result<Vec<Name>, CliError> = names
        .iter()
        .map(|name| {
            let name = by_hand.name(context, &name.to_string_lossy())?;
            by_hand.must_hold(&name)?;
            Ok(name)
        })
        .collect();
    let signals = Signals::catch().map_err(|error| CliError::new(Exit::Failure, error))?;
    for (number, batch) in by_hand.batches(names?)?.iter().enumerate() {
        let id = format!("by-hand-{:x}-{number}", by_hand.now);
        tell(&commands, &by_hand, &action, batch, &id, &signals)?;
    }
    signals.die_if_caught();
    Ok(Exit::Success)
}

/// The action and the names that it is told. The THUNK may be left out where it may be empty.
fn action<'w>(
    commands: &Commands,
    command: &str,
    arguments: &'w [OsString],
) -> Result<(ActionName, &'w [OsString]), CliError> {
    let usage = |error: Box<dyn std::error::Error + Send + Sync>| CliError::new(Exit::Usage, error);
    let bare = ActionName::parse(&format!("{command}:")).map_err(|error| usage(error.into()))?;
    let needs_thunk = commands.check(&bare).is_err();
    let (action, names) = match arguments.split_first() {
        Some((first, names)) if needs_thunk || !first.to_string_lossy().contains('/') => {
            let action = format!("{command}:{}", first.to_string_lossy());
            let action = ActionName::parse(&action).map_err(|error| usage(error.into()))?;
            (action, names)
        }
        _ => (bare, arguments),
    };
    commands.check(&action).map_err(|error| match error {
        FindError::NotReady { .. } => CliError::new(Exit::Failure, error),
        error => CliError::new(Exit::Usage, error),
    })?;
    if names.is_empty() {
        let thunk = if needs_thunk { "THUNK" } else { "[THUNK]" };
        let command = command.to_owned();
        return Err(usage(ExternalError::NoItems { command, thunk }.into()));
    }
    Ok((action, names))
}

/// Tells some items, and prints what the action prints.
fn tell(
    commands: &Commands,
    by_hand: &ByHand<'_>,
    action: &ActionName,
    batch: &Batch,
    id: &str,
    signals: &Signals,
) -> Result<(), CliError> {
    let failed = |to: &str, outcome| {
        let to = if to.is_empty() {
            String::new()
        } else {
            format!(" to {to}")
        };
        let action = action.clone();
        CliError::new(
            Exit::Failure,
            ExternalError::Failed {
                action,
                to,
                outcome,
            },
        )
    };
    let whole = Told {
        action,
        recipient: "",
        style: Style::Batch,
        delivery_id: id,
        subject: &batch.subject,
        items: &batch.items,
        gathered: &[],
    };
    let divided = by_hand.attempt(&whole, |attempt| {
        let built_in = commands.built_in(action)?;
        Some(built_in.divide(&Whole {
            action,
            subject: attempt.subject,
            items: attempt.items,
            now: attempt.now,
            tell: attempt.tell,
        }))
    })?;
    let shares = match divided {
        Some(Ok(Some(shares))) => shares,
        Some(Err(outcome)) => return Err(failed("", outcome)),
        Some(Ok(None)) | None => vec![Share {
            recipient: String::new(),
            items: 0..batch.items.len(),
            style: Style::Batch,
            due_at: 0,
        }],
    };
    for (number, share) in shares.iter().enumerate() {
        let id = format!("{id}-{number}");
        let told = Told {
            delivery_id: &id,
            recipient: &share.recipient,
            style: share.style,
            items: &batch.items[share.items.clone()],
            ..whole
        };
        let Ended {
            outcome, output, ..
        } = by_hand.attempt(&told, |attempt| {
            commands.attempt(attempt, &mut |_| {}, signals.stop())
        })?;
        let mut out = Out::new();
        out.bytes(&output)?;
        if !output.is_empty() && !output.ends_with(b"\n") {
            out.line("")?;
        }
        out.finish()?;
        signals.die_if_caught();
        if !outcome.is_success() {
            return Err(failed(&share.recipient, outcome));
        }
    }
    Ok(())
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
