//! What every test stands on: a private home, programs run under a time limit, real archives.
//!
//! A [`Sandbox`] is a world of its own: nothing that runs in it sees the caller's environment, and
//! nothing of it survives the test. [`Run`] runs one program and compares status, standard output
//! and standard error together; what a test does not mention must be empty. [`Arch`] is an archive
//! made by tla, [`Web`] serves it, [`Told`] is what an action was told, and [`Smtp`] takes its mail.

mod access;
mod arch;
mod dice;
mod git;
mod listed;
mod record;
mod run;
mod sandbox;
mod smtp;
mod snapshot;
mod ssh;
mod swift;
mod tls;
mod torture;
mod web;

pub(crate) use access::access;
pub(crate) use arch::{Arch, Layout};
pub(crate) use dice::Dice;
pub(crate) use git::{CountedGit, Repo, Server, free_port, register, wait_for};
pub(crate) use record::Told;
pub(crate) use run::{Run, Running};
pub(crate) use sandbox::Sandbox;
pub(crate) use smtp::{Mail, Smtp};
pub(crate) use snapshot::{databases, snapshot};
pub(crate) use ssh::Ssh;
pub(crate) use swift::Swift;
pub(crate) use tls::certificate;
pub(crate) use torture::{check_database, check_rules, rounds, say, watch_for_overlaps};
pub(crate) use web::{Web, age, serve, serve_asked, status, whole};
