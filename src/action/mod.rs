//! Finding and running an action: one attempt of one delivery.
//!
//! An action gets its items as arguments, in the environment and on standard input, and answers
//! with its exit code. What an answer means for the delivery is decided by the poll, not here.
//!
//! [`Commands`] finds what a COMMAND stands for, [`run`] makes one [`Attempt`] and says how it
//! [`Ended`], [`pieces`] cuts a long list of items so that each invocation fits the system's limit,
//! and [`end_left_over`] ends what a poll that was killed left running.

mod attempt;
mod children;
mod commands;
mod environment;
mod feed;
mod item_json;
mod last_lines;
mod left_over;
pub mod mail;
mod outcome;
mod output;
mod pieces;
mod process;
mod run;
mod running;
mod start_error;
mod streams;

pub use attempt::{Attempt, Describe, Item};
pub use commands::{Commands, FindError, Program, does_nothing};
pub use item_json::item_json;
pub use last_lines::last_lines;
pub use left_over::end_left_over;
pub use outcome::{Ended, Outcome};
pub use pieces::{ARGUMENT_LIMIT, cost, pieces};
pub use process::ProcessGroup;
pub use run::run;
