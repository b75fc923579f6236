//! The poll: scan, diff, deliver. The only room that knows all the others.

mod alerts;
mod attempts;
pub mod check;
mod deliver;
#[cfg(test)]
mod deliver_tests;
mod directory;
mod division;
mod dry_run;
mod error;
mod failures;
mod ground;
mod hooks;
mod hosts;
mod memory;
mod nature;
pub mod operate;
mod place;
mod poll;
#[cfg(test)]
mod probe;
mod problems;
mod queue;
mod reconcile;
mod report;
mod retry;
mod rules_files;
mod runner;
mod scan;
mod scans;
mod telling;
mod turn;
mod words;

pub use directory::Directory;
pub use dry_run::{Plan, PlannedAction, PlannedLine, dry_run};
pub use error::PollError;
pub use poll::{Polled, Request, Surroundings, poll};
pub use report::{Problem, Report, Standing};
pub use turn::Wait;
