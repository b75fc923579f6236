//! Every setting, and where it comes from.

use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::layers::{self, SECTIONS};
use super::reader::{Part, bare_or_quoted};

/// One table of the settings, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedTable {
    /// The section that it belongs to.
    pub section: &'static str,
    /// Its name, where a section has many.
    pub name: Option<String>,
    /// Its number from 1, where a section is a list.
    pub number: Option<usize>,
    /// The line that stands above its keys in a file.
    pub title: String,
    /// All keys of the section.
    pub keys: Vec<ResolvedKey>,
}

/// One key of the settings, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedKey {
    /// Its name.
    pub name: &'static str,
    /// What it has, with secrets masked; `None` if that is nothing.
    pub value: Option<toml::Value>,
    /// What is done where no file sets it, if its default does not say it.
    pub absent: Option<&'static str>,
    /// The file that sets it, and the line there, from 1; `None` for the default.
    pub place: Option<(PathBuf, usize)>,
}

impl ResolvedKey {
    /// The key and its value as a file has them; `None` if it has no value.
    pub fn line(&self) -> Option<String> {
        let value = self.value.as_ref()?;
        Some(format!("{} = {value}", bare_or_quoted(self.name)))
    }
}

/// As [`Config::load`](super::Config::load), but returns every key of every table by itself, in the
/// order of the manual. A section of which there may be many, and is none, is left out.
pub fn resolve(dir: &Path, layers: &[PathBuf]) -> Result<Vec<ResolvedTable>, ConfigError> {
    let (files, problems) = layers::read(dir, layers);
    let (config, places) = layers::resolve(&files, problems)?;
    let mut resolved = Vec::new();
    for section in SECTIONS {
        for table in (section.of)(&config).tables() {
            let keys = table.keys.into_iter().map(|(facts, value)| {
                let place = places.get(section.name, &table.part, Some(facts.name));
                ResolvedKey {
                    name: facts.name,
                    value: value.filter(|_| place.is_some() || facts.absent.is_none()),
                    absent: facts.absent,
                    place: place.map(|place| {
                        (
                            place.file.path().to_owned(),
                            place.file.line(place.span.start),
                        )
                    }),
                }
            });
            let keys = keys.collect();
            let title = table.part.title(section.name);
            let (name, number) = match table.part {
                Part::Whole => (None, None),
                Part::Named(name) => (Some(name), None),
                Part::Nth(number) => (None, Some(number + 1)),
            };
            resolved.push(ResolvedTable {
                section: section.name,
                name,
                number,
                title,
                keys,
            });
        }
    }
    Ok(resolved)
}
