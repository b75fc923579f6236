//! Programs, and their environment.

use std::borrow::Cow;

use super::{Entry, Kind, Written, Wrong};
use crate::config::file::File;

/// A program and its arguments.
pub(in crate::config) enum Program {}

impl Kind for Program {
    type Value = Vec<String>;

    fn name() -> Cow<'static, str> {
        "program".into()
    }

    fn words() -> Cow<'static, str> {
        "a program and its arguments, such as [\"PROGRAM\", \"ARGUMENT\"]".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<Vec<String>, Vec<Wrong>> {
        let words = written.get_ref().as_array().and_then(|entries| {
            let words = entries.iter().map(|entry| entry.get_ref().as_str());
            words.collect::<Option<Vec<&str>>>()
        });
        let fits = |word: &&str| !word.contains('\0');
        words
            .filter(|words| words.first().is_some_and(|program| !program.is_empty()))
            .filter(|words| words.iter().all(fits))
            .map(|words| words.into_iter().map(str::to_owned).collect())
            .ok_or_else(Self::wrong)
    }

    fn show(value: &Vec<String>) -> Option<toml::Value> {
        Some(value.clone().into())
    }
}

/// The name of an environment variable.
pub(in crate::config) enum Variable {}

impl Kind for Variable {
    type Value = String;

    fn name() -> Cow<'static, str> {
        "variable".into()
    }

    fn words() -> Cow<'static, str> {
        "the name of an environment variable".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<String, Vec<Wrong>> {
        match written.get_ref().as_str() {
            Some(name) if is_variable(name) => Ok(name.to_owned()),
            _ => Err(Self::wrong()),
        }
    }

    fn show(value: &String) -> Option<toml::Value> {
        Some(value.clone().into())
    }
}

/// Variables of an environment.
pub(in crate::config) enum Environment {}

impl Entry for Environment {
    const NAME: &'static str = "variables";
    const WORDS: &'static str = "a table of environment variables, such as { NAME = \"text\" }";

    fn fits(name: &str, text: &str) -> bool {
        is_variable(name) && !text.contains('\0')
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}
