//! `larch notify`: one poll.

mod plan;
mod report;
pub(super) mod signals;

use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::progress::Progress;
use crate::notify::{self, PollError, Request, Surroundings, Wait};
use crate::params::Params;
use signals::Signals;

const EXAMPLES: &str = "\
Examples:
  larch notify ~/notify
      Poll everything that the rules in ~/notify name, and run the actions for what is new
  larch notify ~/notify --dry-run
      Print what a poll would do
  larch notify ~/notify --baseline
      Count everything that is there as told; from the next poll on, new things are told
  larch notify ~/notify --archive jo@example.org--2026 --wait
      Poll one archive, and return when it is scanned, whoever scanned it

Every five minutes, in crontab(5):
  PATH=/home/jo/.cargo/bin:/usr/local/bin:/usr/bin:/bin
  */5 * * * * larch notify \"$HOME/notify\"";

/// Poll archives and run the actions for what is new in them
///
/// Prints nothing when all is well. What fails is said on standard error when it starts, once a day
/// while it lasts, and when it is over; the exit code tells of it every time.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Notify {
    /// The notification directory
    dir: PathBuf,
    /// Count everything that is there as told, and run nothing
    #[arg(long)]
    baseline: bool,
    /// Print what a poll would do, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Run at most N actions at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Poll only this archive (can be repeated)
    #[arg(long = "archive", value_name = "NAME")]
    archives: Vec<String>,
    /// Wait until everything is scanned, also where another poll scans it
    #[arg(long, conflicts_with = "no_wait")]
    wait: bool,
    /// Exit with 75 where another poll scans
    #[arg(long)]
    no_wait: bool,
    /// Print one JSON object: what the poll did, or with --dry-run would do
    #[arg(long)]
    json: bool,
}

impl Notify {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let request = Request {
            dir: self.dir,
            baseline: self.baseline,
            jobs: self.jobs.map(usize::from),
            archives: self.archives,
            wait: match (self.wait, self.no_wait) {
                (true, _) => Wait::Wait,
                (_, true) => Wait::NoWait,
                _ => Wait::Coalesce,
            },
        };
        let params = context.params.clone().map(Params::new);
        let signals = Signals::catch().map_err(|error| CliError::new(Exit::Failure, error))?;
        let progress = Progress::new(context);
        let show = |what: &str| {
            progress.set(what);
            progress.inc();
        };
        let surroundings = Surroundings {
            login: context.login.as_deref(),
            environment: context.environment,
            params: params.as_ref(),
            exec_path: &context.exec_path,
            config_layers: &context.config_layers,
            within: context.within.as_deref(),
            clock: context.clock,
            stop: signals.stop(),
            progress: &show,
        };
        if self.dry_run {
            let plan = notify::dry_run(&request, &surroundings)?;
            drop(progress);
            return plan::print(&plan, self.json);
        }
        let polled = notify::poll(&request, &surroundings);
        drop(progress);
        signals.die_if_caught();
        match polled {
            Ok(polled) => {
                report::print(context, &request.dir, &polled.report);
                if self.json {
                    report::print_json(&polled)?;
                }
                if let Some(archive) = polled.busy {
                    return Err(PollError::Busy { archive }.into());
                }
                Ok(if polled.failed {
                    Exit::Failure
                } else {
                    Exit::Success
                })
            }
            // It was said less than a day ago; the exit code says it again.
            Err(PollError::Again(error)) => Err(CliError::from(*error).silenced()),
            Err(error) => Err(error.into()),
        }
    }
}
