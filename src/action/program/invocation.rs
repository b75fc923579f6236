//! One program to run.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use super::super::{Describe, Item};

/// One run of one program.
pub struct Invocation<'a> {
    /// The program's file, absolute.
    pub program: &'a Path,
    /// Its arguments, without its name.
    pub arguments: Vec<OsString>,
    /// What is added to the environment that larch has, of which the variables that speak of
    /// somebody's git repository or tla transaction are left out.
    pub environment: Vec<(String, OsString)>,
    /// The working directory.
    pub dir: &'a Path,
    /// What it reads on standard input.
    pub input: Input<'a>,
    /// How long it may take.
    pub timeout: Duration,
    /// How long it has to end between TERM and KILL.
    pub grace: Duration,
    /// The most bytes that are kept of what it prints.
    pub output_limit: u64,
}

/// What a program reads on standard input.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// A line of JSON for each item. The revisions among them are asked for some at a time and in
    /// order, as the program reads them; the first before the start: when the archive cannot be
    /// read then, nothing is started.
    Items {
        /// The items; there is at least one.
        items: &'a [Item],
        /// Asked for the revisions.
        describe: &'a Describe<'a>,
    },
    /// These bytes.
    Bytes(&'a [u8]),
}
