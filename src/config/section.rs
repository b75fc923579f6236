//! A section of a settings file while its keys are taken out of it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::file::File;

/// A problem of a file: its place, what is wrong, and the way out.
type Found = (Range<usize>, String, Option<String>);

/// A table of one file, from which each setting takes the keys that it knows.
#[derive(Debug)]
pub(super) struct Section<'a, 'p> {
    file: &'a File,
    title: String,
    table: &'p DeTable<'a>,
    taken: Vec<&'static str>,
    named_tables: bool,
    found: &'p mut Vec<Found>,
}

impl<'a, 'p> Section<'a, 'p> {
    pub(super) fn new(
        file: &'a File,
        title: String,
        table: &'p DeTable<'a>,
        found: &'p mut Vec<Found>,
    ) -> Self {
        Self {
            file,
            title,
            table,
            taken: Vec::new(),
            named_tables: false,
            found,
        }
    }

    /// Puts the value of `key` into `setting`, if the section has it and `parse` accepts it.
    /// Returns its place if so.
    pub(super) fn take<T>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
        setting: &mut T,
    ) -> Option<(&'a File, Range<usize>)> {
        self.taken.push(key);
        let value = self.table.get(key)?;
        match parse(value.get_ref()) {
            Ok(parsed) => {
                *setting = parsed;
                Some((self.file, value.span()))
            }
            Err(message) => {
                let message = format!("`{key}` {message}");
                self.found.push((value.span(), message, None));
                None
            }
        }
    }

    /// As [`Section::take`], for a list: `parse` gets each of its strings.
    pub(super) fn take_list<T>(
        &mut self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
        setting: &mut Vec<T>,
    ) {
        self.taken.push(key);
        let Some(value) = self.table.get(key) else {
            return;
        };
        let Some(array) = value.get_ref().as_array() else {
            let message = format!("`{key}` is a list of strings, such as [\"one\", \"two\"]");
            self.found.push((value.span(), message, None));
            return;
        };
        setting.clear();
        for item in array {
            let parsed = match item.get_ref().as_str() {
                Some(text) => parse(text),
                None => Err("is not a string".to_owned()),
            };
            match parsed {
                Ok(parsed) => setting.push(parsed),
                Err(message) => {
                    let message = format!("an entry of `{key}` {message}");
                    self.found.push((item.span(), message, None));
                }
            }
        }
    }

    /// Hands each table of a section of named tables to `read`.
    pub(super) fn tables(&mut self, mut read: impl FnMut(&str, &mut Section<'a, '_>)) {
        self.named_tables = true;
        for (key, value) in self.table {
            let name: &str = key.get_ref();
            let title = format!("{}.\"{name}\"]", self.title.trim_end_matches(']'));
            let Some(table) = value.get_ref().as_table() else {
                let message = format!("`{name}` stands outside of a section {title}");
                self.found.push((key.span(), message, None));
                continue;
            };
            if let Err(error) = crate::name::Name::parse(name, Some(crate::name::Level::Archive)) {
                self.found.push((key.span(), error.to_string(), None));
                continue;
            }
            let mut section = Section::new(self.file, title, table, self.found);
            read(name, &mut section);
            section.finish();
        }
    }

    /// Reports the keys that nobody took.
    pub(super) fn finish(self) {
        if self.named_tables {
            return;
        }
        for (key, value) in self.table {
            let name: &str = key.get_ref();
            if self.taken.contains(&name) {
                continue;
            }
            let (message, mut help) = unknown("key", name, &self.title, &self.taken);
            if value.get_ref().is_table() && self.title.contains(".\"") {
                help = Some("an archive's name with dots is written in quotes".to_owned());
            }
            self.found.push((key.span(), message, help));
        }
    }
}

/// The message and the help for a name that is none of `known`.
pub(super) fn unknown(
    what: &str,
    name: &str,
    place: &str,
    known: &[&str],
) -> (String, Option<String>) {
    let place = if place.is_empty() {
        String::new()
    } else {
        format!(" in {place}")
    };
    let message = format!("there is no {what} `{name}`{place}");
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3));
    let help = match nearest {
        Some((_, known)) => format!("did you mean `{known}`?"),
        None => format!("the {what}s are {}", known.join(", ")),
    };
    (message, Some(help))
}
