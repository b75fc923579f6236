//! Black-box tests: the binary, run as people and cron run it, against archives that tla makes.

#![expect(
    clippy::unwrap_used,
    reason = "all of this crate is tests, its helpers too"
)]

mod actions;
mod alerts;
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
mod details;
mod dir;
mod docs;
mod edits;
mod failures;
mod founding;
mod git;
mod hand_down;
mod helpers;
mod hooks;
mod hostile;
mod hostile_words;
mod hosts;
mod init;
mod kills;
mod kinds;
mod letters;
mod limits;
mod mail;
mod modes;
mod names;
mod operate;
mod params;
mod parts;
mod register;
mod reports;
mod rules;
mod runner;
mod settings;
mod smtp;
mod state;
mod subscribers;
mod support;
mod transports;
mod waiting;
mod webhook;
