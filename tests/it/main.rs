//! Black-box tests: the binary, run as people and cron run it, against archives that tla makes.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests, its helpers too"
)]

mod arch_web;
mod archives;
mod bad_input;
mod check;
mod cli;
mod clocks;
mod concurrency;
mod config;
mod crashes;
mod demo;
mod dir;
mod docs;
mod edits;
mod failures;
mod founding;
mod git;
mod hand_down;
mod helpers;
mod hostile;
mod hosts;
mod init;
mod kills;
mod kinds;
mod mail;
mod modes;
mod names;
mod operate;
mod params;
mod register;
mod reports;
mod rules;
mod runner;
mod settings;
mod state;
mod support;
mod waiting;
