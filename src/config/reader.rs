//! Reading one section of one file: where its keys stand, and what is wrong with them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::error::Problem;
use super::file::{File, Found};
use super::kind::Wrong;

/// One table of a section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// The section itself.
    Whole,
    /// The table of a name.
    Named(String),
    /// One of a list, from 0, over all files.
    Nth(usize),
}

impl Part {
    /// The line that stands above its keys.
    pub(super) fn title(&self, section: &str) -> String {
        match self {
            Self::Whole => format!("[{section}]"),
            Self::Named(name) => format!("[{section}.{}]", bare_or_quoted(name)),
            Self::Nth(_) => format!("[[{section}]]"),
        }
    }
}

/// A key as TOML has it.
pub(super) fn bare_or_quoted(key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !key.is_empty() && key.bytes().all(is_bare) {
        key.to_owned()
    } else {
        toml::Value::from(key).to_string()
    }
}

/// Where something is set. The later file is the stronger one.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The file.
    pub(super) file: &'a File,
    /// Its number, the weakest first.
    pub(super) layer: usize,
    /// Where in its text.
    pub(super) span: Range<usize>,
}

impl Place<'_> {
    /// A problem that is shown here.
    pub(super) fn problem(&self, message: String, help: String) -> Problem {
        self.file.problem(Found {
            span: self.span.clone(),
            message,
            help: Some(help),
        })
    }
}

/// Where each table and each key is set last.
#[derive(Debug, Default)]
pub(super) struct Places<'a>(BTreeMap<(&'static str, Part, Option<&'static str>), Place<'a>>);

impl<'a> Places<'a> {
    /// Where a key is set; for `None`, where its table begins.
    pub(super) fn get(
        &self,
        section: &'static str,
        part: &Part,
        key: Option<&'static str>,
    ) -> Option<&Place<'a>> {
        self.0.get(&(section, part.clone(), key))
    }
}

/// A section of a file while it is read.
pub(super) struct Reader<'a, 'r> {
    pub(super) file: &'a File,
    pub(super) layer: usize,
    /// The section's name.
    pub(super) section: &'static str,
    /// Where what is read now begins.
    pub(super) at: Range<usize>,
    pub(super) places: &'r mut Places<'a>,
    pub(super) found: &'r mut Vec<Found>,
}

impl Reader<'_, '_> {
    /// Remembers where a table begins.
    pub(super) fn found_table(&mut self, part: &Part) {
        self.found(part, None, self.at.clone());
    }

    /// Remembers where a key is set.
    pub(super) fn found_key(&mut self, part: &Part, key: &'static str, span: Range<usize>) {
        self.found(part, Some(key), span);
    }

    fn found(&mut self, part: &Part, key: Option<&'static str>, span: Range<usize>) {
        let place = Place {
            file: self.file,
            layer: self.layer,
            span,
        };
        self.places
            .0
            .insert((self.section, part.clone(), key), place);
    }

    /// Reports a problem.
    pub(super) fn report(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.found.push(Found {
            span,
            message,
            help,
        });
    }

    /// Reports what is wrong with the value of `key`, which stands at `span`.
    pub(super) fn wrong(&mut self, key: &str, span: Range<usize>, wrongs: Vec<Wrong>) {
        for wrong in wrongs {
            let of = if wrong.place.is_some() {
                "an entry of "
            } else {
                ""
            };
            let message = format!("{of}`{key}` {}", wrong.message);
            self.report(wrong.place.unwrap_or(span.clone()), message, wrong.help);
        }
    }
}
