//! larch watches version-control archives and runs actions for what is new in them.
//!
//! Each room has one reason to change, and data goes through them one way:
//! [`rules`] and [`archive`] are read by [`notify`], which records what is new and what is owed in
//! the [`store`], and hands what is owed to [`action`]. [`cli`] turns arguments into calls and
//! results into text. [`name`] is the vocabulary that all of them speak.

pub mod action;
pub mod archive;
mod causes;
pub mod cli;
pub mod clock;
pub mod config;
mod fault;
pub mod fsx;
mod http;
mod misleading;
pub mod name;
pub mod notify;
pub mod params;
pub mod rules;
pub mod store;
