//! Running a program to its end: bounded in time and output, in a process group of its own, fed no
//! faster than it reads. Whose program it is, and what its exit means, is said by the caller.

mod children;
mod environment;
mod feed;
mod inherited;
mod invocation;
mod left_over;
mod locate;
mod output;
mod process;
mod run;
mod running;
mod start_error;
mod streams;

pub use environment::{arguments, environment};
pub use invocation::{Input, Invocation};
pub use left_over::end_left_over;
pub use locate::locate;
pub use process::ProcessGroup;
pub use run::run;
