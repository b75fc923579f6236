//! The poll: scan, diff, deliver. The only room that knows all the others.

pub mod check;
mod deliver;
mod directory;
mod dry_run;
mod error;
mod ground;
mod hosts;
pub mod operate;
mod place;
mod poll;
mod problems;
mod queue;
mod reconcile;
mod report;
mod retry;
mod rules_files;
mod runner;
mod scan;
mod scans;
mod turn;
mod words;

pub use directory::Directory;
pub use dry_run::{Plan, PlannedAction, PlannedLine, dry_run};
pub use error::PollError;
pub use poll::{Polled, Request, Surroundings, poll};
pub use report::{Problem, Report, Standing};
pub use turn::Wait;
