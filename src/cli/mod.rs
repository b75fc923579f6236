//! One file per command: arguments become a call, and the result becomes text or JSON.
//!
//! This room alone prints, reads the environment and picks the exit code.

mod archives;
mod branches;
mod bug;
mod by_hand;
mod cat_archive_log;
mod categories;
mod change;
mod check;
mod command_path;
mod completions;
mod config;
mod context;
mod delivery;
mod drop;
mod error;
mod exit;
mod explain;
mod external;
mod forget;
mod help;
mod help_command;
mod init;
mod item_json;
mod listing;
mod log;
mod mail_preview;
mod man;
mod my_id;
mod newcomer;
mod notify;
mod out;
mod progress;
mod refused;
mod register_archive;
mod registry;
mod replay;
mod retry;
mod revisions;
mod rules;
mod status;
mod style;
mod subscribers;
mod suggest;
mod table;
mod versions;
mod when;
mod whereis_archive;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use context::Context;
use exit::Exit;

/// Watch archives and run actions for what is new in them
///
/// larch polls version-control archives and runs actions for each category, branch, version and
/// revision that it has not seen before. It is run from cron, from commit hooks and by hand; what
/// was told is remembered, so that each action hears of each new thing once.
#[derive(Debug, Parser)]
#[command(name = "larch", version, disable_help_subcommand = true, after_help = help::EXAMPLES, after_long_help = help::LONG_EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

// The order here is the order in the manual; the groups of `larch --help` are in help.rs.
#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Check(check::Check),
    Config(config::Config),
    Notify(notify::Notify),
    Rules(rules::Rules),
    Status(status::Status),
    Log(log::Log),
    Explain(explain::Explain),
    Subscribers(subscribers::ListSubscribers),
    MailPreview(mail_preview::MailPreview),
    Retry(retry::Retry),
    Drop(drop::Drop),
    Replay(replay::Replay),
    Forget(forget::Forget),
    MyId(my_id::MyId),
    RegisterArchive(register_archive::RegisterArchive),
    Archives(archives::Archives),
    WhereisArchive(whereis_archive::WhereisArchive),
    Categories(categories::Categories),
    Branches(branches::Branches),
    Versions(versions::Versions),
    Revisions(revisions::Revisions),
    CatArchiveLog(cat_archive_log::CatArchiveLog),
    Help(help_command::Help),
    Completions(completions::Completions),
    Man(man::Man),
    #[command(external_subcommand)]
    External(Vec<OsString>),
}

/// The whole command line as clap sees it, with its help grouped.
fn command() -> clap::Command {
    help::group(Cli::command())
}

/// Runs the command that `arguments` (the program's name first) ask for.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    bug::guard(|| run(&arguments)).into()
}

fn run(arguments: &[OsString]) -> Exit {
    // A file that grows beyond the user's limit is an error to report, not a reason to die.
    let _kept_default = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    let parsed = command()
        .try_get_matches_from(arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return help::report(&error),
    };
    let context = Context::from_process();
    let ended = match cli.command {
        Command::Init(command) => command.run(&context),
        Command::Check(command) => command.run(&context),
        Command::Config(command) => command.run(&context),
        Command::Notify(command) => command.run(&context),
        Command::Rules(command) => command.run(&context),
        Command::Status(command) => command.run(&context),
        Command::Log(command) => command.run(&context),
        Command::Explain(command) => command.run(&context),
        Command::Subscribers(command) => command.run(&context),
        Command::MailPreview(command) => command.run(&context),
        Command::Retry(command) => command.run(&context),
        Command::Drop(command) => command.run(&context),
        Command::Replay(command) => command.run(&context),
        Command::Forget(command) => command.run(&context),
        Command::MyId(command) => command.run(&context),
        Command::RegisterArchive(command) => command.run(&context),
        Command::Archives(command) => command.run(&context),
        Command::WhereisArchive(command) => command.run(&context),
        Command::Categories(command) => command.run(&context),
        Command::Branches(command) => command.run(&context),
        Command::Versions(command) => command.run(&context),
        Command::Revisions(command) => command.run(&context),
        Command::CatArchiveLog(command) => command.run(&context),
        Command::Help(command) => command.run(&context),
        Command::Completions(command) => command.run(&context),
        Command::Man(command) => command.run(&context),
        Command::External(words) => external::run(&context, &words),
    };
    match ended {
        Ok(exit) => exit,
        Err(error) => error.report(&context),
    }
}
