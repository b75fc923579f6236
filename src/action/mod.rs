//! Finding and running an action: one attempt of one part of a delivery.
//!
//! What an action's answer means for the delivery is decided by the poll, not here.
//!
//! [`Commands`] finds what a COMMAND stands for, and makes one [`Attempt`], which tells how it
//! [`Ended`]. That is a [`BuiltIn`], or a program, run by [`program`]: it gets its items as
//! arguments, in the environment and on standard input, and answers with its exit code. A built-in
//! may divide a delivery into a [`Share`] for each recipient and message, so that one that is refused
//! costs or repeats no other's. [`pieces`] cuts a long list of items before, so that each invocation
//! fits the system's limit.

mod append;
mod apprise;
mod attempt;
mod built_in;
mod commands;
mod delivery_json;
mod division;
mod item_json;
mod last_lines;
pub mod mail;
mod means;
mod outcome;
mod pieces;
pub mod program;
mod run;
mod sample;
mod syslog;
mod targets;
pub mod template;
mod webhook;

pub use attempt::{Attempt, Describe, Gathered, Item, Tell};
pub use built_in::{BuiltIn, NOOP};
pub use commands::{Commands, FindError, Program, does_nothing};
pub use division::{Share, Style, Whole};
pub use item_json::item_json;
pub use last_lines::last_lines;
pub use means::{Environment, Means};
pub use outcome::{Ended, Outcome};
pub use pieces::{ARGUMENT_LIMIT, cost, pieces};
pub use program::{ProcessGroup, end_left_over};
