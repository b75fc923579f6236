//! What a section is in a file: one table, a table for each name, or a list of tables.

use std::collections::BTreeMap;

use toml::de::DeTable;

use super::kind::Written;
use super::nearest::unknown;
use super::reader::{Part, Reader};
use super::section::{Facts, Named, Section};

/// A section as the settings hold it.
pub(super) trait Shape {
    /// Takes over what a file has under the section's name.
    fn read(&mut self, reader: &mut Reader<'_, '_>, written: &Written<'_>);

    /// Every table of it.
    fn tables(&self) -> Vec<Table>;

    /// What it is about, line by line.
    fn about(&self) -> &'static [&'static str];

    /// A table for a manual, with the defaults.
    fn example(&self) -> Table;
}

/// One table of a section.
pub(super) struct Table {
    /// Which one.
    pub(super) part: Part,
    /// Its keys, and what each of them has, with secrets masked; `None` if that is nothing.
    pub(super) keys: Vec<(Facts, Option<toml::Value>)>,
}

impl Table {
    fn new<S: Section>(part: Part, section: &S) -> Self {
        let keys = S::KEYS.iter();
        Self {
            part,
            keys: keys.map(|key| (key.facts, (key.show)(section))).collect(),
        }
    }
}

impl<S: Section> Shape for S {
    fn read(&mut self, reader: &mut Reader<'_, '_>, written: &Written<'_>) {
        let section = reader.section;
        match written.get_ref().as_table() {
            Some(table) => read_keys(reader, &Part::Whole, table, self),
            None => reader.report(
                reader.at.clone(),
                format!("`{section}` is a section, not a key"),
                Some(format!("write the line `[{section}]` and its keys below")),
            ),
        }
    }

    fn tables(&self) -> Vec<Table> {
        vec![Table::new(Part::Whole, self)]
    }

    fn about(&self) -> &'static [&'static str] {
        S::ABOUT
    }

    fn example(&self) -> Table {
        Table::new(Part::Whole, &S::default())
    }
}

impl<S: Named> Shape for BTreeMap<String, S> {
    fn read(&mut self, reader: &mut Reader<'_, '_>, written: &Written<'_>) {
        let section = reader.section;
        let Some(tables) = written.get_ref().as_table() else {
            let example = Part::Named(S::EXAMPLE.to_owned()).title(section);
            return reader.report(
                reader.at.clone(),
                format!("`{section}` is a section, not a key"),
                Some(format!(
                    "write a line such as `{example}` and its keys below"
                )),
            );
        };
        for (key, value) in tables {
            let name: &str = key.get_ref();
            let part = Part::Named(name.to_owned());
            reader.at = key.span();
            let Some(table) = value.get_ref().as_table() else {
                let message = format!(
                    "`{name}` stands outside of a section {}",
                    part.title(section)
                );
                reader.report(key.span(), message, None);
                continue;
            };
            if let Err(message) = S::check(name) {
                reader.report(key.span(), message, None);
                continue;
            }
            let settings = self.entry(name.to_owned()).or_default();
            read_keys(reader, &part, table, settings);
        }
    }

    fn tables(&self) -> Vec<Table> {
        self.iter()
            .map(|(name, section)| Table::new(Part::Named(name.clone()), section))
            .collect()
    }

    fn about(&self) -> &'static [&'static str] {
        S::ABOUT
    }

    fn example(&self) -> Table {
        Table::new(Part::Named(S::EXAMPLE.to_owned()), &S::default())
    }
}

impl<S: Section> Shape for Vec<S> {
    fn read(&mut self, reader: &mut Reader<'_, '_>, written: &Written<'_>) {
        let section = reader.section;
        let tables = written.get_ref().as_array().and_then(|tables| {
            let tables = tables
                .iter()
                .map(|one| Some((one, one.get_ref().as_table()?)));
            tables.collect::<Option<Vec<_>>>()
        });
        let Some(tables) = tables else {
            return reader.report(
                reader.at.clone(),
                format!("`{section}` is a list of sections"),
                Some(format!(
                    "write a line `[[{section}]]` for each, and its keys below"
                )),
            );
        };
        for (written, table) in tables {
            let mut one = S::default();
            reader.at = written.span();
            read_keys(reader, &Part::Nth(self.len()), table, &mut one);
            self.push(one);
        }
    }

    fn tables(&self) -> Vec<Table> {
        self.iter()
            .enumerate()
            .map(|(number, section)| Table::new(Part::Nth(number), section))
            .collect()
    }

    fn about(&self) -> &'static [&'static str] {
        S::ABOUT
    }

    fn example(&self) -> Table {
        Table::new(Part::Nth(0), &S::default())
    }
}

fn read_keys<S: Section>(
    reader: &mut Reader<'_, '_>,
    part: &Part,
    table: &DeTable<'_>,
    settings: &mut S,
) {
    reader.found_table(part);
    for (name, value) in table {
        let known = S::KEYS.iter().find(|key| key.facts.name == name.get_ref());
        let Some(key) = known else {
            let names: Vec<&str> = S::KEYS.iter().map(|key| key.facts.name).collect();
            let place = format!(" in {}", part.title(reader.section));
            let (message, mut help) = unknown("key", name.get_ref(), &place, &names);
            if value.get_ref().is_table() && matches!(part, Part::Named(_)) {
                help = Some("a name with dots is written in quotes".to_owned());
            }
            reader.report(name.span(), message, help);
            continue;
        };
        match (key.read)(settings, value, reader.file) {
            Ok(()) => reader.found_key(part, key.facts.name, value.span()),
            Err(wrongs) => reader.wrong(key.facts.name, value.span(), wrongs),
        }
    }
}
