//! What every test stands on: a private home, programs run under a time limit, real archives.
//!
//! A [`Sandbox`] is a world of its own: nothing that runs in it sees the caller's environment, and
//! nothing of it survives the test. [`Run`] runs one program and compares status, standard output
//! and standard error together; what a test does not mention must be empty. [`Arch`] is an archive
//! made by tla, and [`Told`] what an action was told.

mod arch;
mod listed;
mod record;
mod run;
mod sandbox;
mod snapshot;
mod swift;
mod torture;

pub(crate) use arch::{Arch, Layout};
pub(crate) use record::Told;
pub(crate) use run::{Run, Running};
pub(crate) use sandbox::Sandbox;
pub(crate) use snapshot::{databases, snapshot};
pub(crate) use swift::Swift;
pub(crate) use torture::{check_database, check_rules, rounds, say, watch_for_overlaps};
