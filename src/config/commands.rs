//! `[commands.NAME]`: programs for the action `run:NAME`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Secret;
use super::kind::{Environment, Maybe, Program, Table, Timeout, Word, Words};
use super::section::{Named, section};

section! {
    /// A program for the action `run:NAME`.
    pub struct CommandSettings {
        /// The program and its arguments, with placeholders.
        #[required = true]
        #[example = r#"["build", "--branch", "{branch}"]"#]
        pub argv: Vec<String> as Program = Vec::new();
        /// What is added to its environment.
        #[example = r#"{ LANG = "C.UTF-8" }"#]
        pub env: BTreeMap<String, Secret> as Table<Environment> = BTreeMap::new();
        /// What it reads: a line of JSON for each item, the names alone, or nothing.
        pub stdin: CommandInput as Word<CommandInput> = CommandInput::Json;
        /// How long it may take.
        #[absent = "as in `[delivery]`"]
        #[example = r#""10m""#]
        pub timeout: Option<Duration> as Maybe<Timeout> = None;
        /// How often it is run: once for a batch of new items, or once for each item.
        pub per: Per as Word<Per> = Per::Batch;
    }
}

impl Named for CommandSettings {
    const EXAMPLE: &'static str = "build";
}

/// What a program of `[commands.NAME]` reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommandInput {
    /// A line of JSON for each item.
    #[default]
    Json,
    /// The qualified names, a line each.
    Names,
    /// Nothing.
    Nothing,
}

impl Words for CommandInput {
    const NAME: &'static str = "input";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        let all = [
            ("json", Self::Json),
            ("names", Self::Names),
            ("none", Self::Nothing),
        ];
        all.into_iter()
    }
}

/// How often something is run for a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Per {
    /// Once.
    #[default]
    Batch,
    /// Once for each item.
    Item,
}

impl Words for Per {
    const NAME: &'static str = "batch or item";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        [("batch", Self::Batch), ("item", Self::Item)].into_iter()
    }
}
