//! Git repositories, made by git.

mod collected;
mod discovery;
mod follower;
mod forms;
mod history;
mod hostile;
mod judge;
mod kills;
mod local;
mod looks;
mod names;
mod operate;
mod polls;
mod pushers;
mod races;
mod reading;
mod remote;
mod repo;
mod rules;
mod server;
mod walk;
