//! The settings: `=config.toml` and its layers.
//!
//! [`Config::load`] reads every layer, merges them key by key and checks the whole; what comes out
//! needs no second look. What is wrong is reported all at once, each problem with its file, line
//! and column. One file per type of setting; each knows its keys, its values and its defaults.
//! The room does not know where the layers are, nor who asks.

mod archive;
mod count;
mod delivery;
mod error;
mod file;
mod glob;
mod limit;
mod revisions;
mod rules;
mod section;
mod size;
mod span;
mod store;

pub use archive::ArchiveSettings;
pub use delivery::Delivery;
pub use error::{ConfigError, Problem};
pub use glob::{Glob, GlobError};
pub use limit::Limit;
pub use rules::Rules;
pub use size::parse_size;
pub use span::{format_duration, parse_duration};
pub use store::StoreSettings;

use std::collections::BTreeMap;
use std::path::PathBuf;

use file::File;
use section::Section;

/// The name of the settings file of a notification directory.
pub const FILE_NAME: &str = "=config.toml";

/// All settings of a notification directory, resolved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// `[delivery]`.
    pub delivery: Delivery,
    /// `[rules]`.
    pub rules: Rules,
    /// `[archive."NAME"]`.
    pub archives: BTreeMap<String, ArchiveSettings>,
    /// `[store]`.
    pub store: StoreSettings,
}

impl Config {
    /// Reads the files of `layers`, the strongest first, over the defaults; missing ones are fine.
    ///
    /// A layer overrides key by key: what it does not set is as the weaker layers have it, within
    /// `[archive."NAME"]` too. Without any file this costs one failed open for each layer.
    /// A relative `[store] path` is left as it is written.
    pub fn load(layers: &[PathBuf]) -> Result<Self, ConfigError> {
        let mut config = Self::default();
        let mut problems = Vec::new();
        let mut files = Vec::new();
        for path in layers.iter().rev() {
            match File::read(path) {
                Ok(Some(file)) => files.push(file),
                Ok(None) => {}
                Err(problem) => problems.push(*problem),
            }
        }
        let mut retry = delivery::RetryPlace::default();
        for file in &files {
            file.sections(&mut problems, |name, section| {
                config.read(name, section, &mut retry)
            });
        }
        if problems.is_empty() {
            problems.extend(config.delivery.check(&retry));
        }
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(ConfigError { problems })
        }
    }

    /// Takes over what a section of one layer sets; `false` if no section is called `name`.
    fn read<'a>(
        &mut self,
        name: &str,
        section: &mut Section<'a, '_>,
        retry: &mut delivery::RetryPlace<'a>,
    ) -> bool {
        match name {
            "delivery" => self.delivery.read(section, retry),
            "rules" => self.rules.read(section),
            "store" => self.store.read(section),
            "archive" => section.tables(|archive, section| {
                let settings = self.archives.entry(archive.to_owned()).or_default();
                settings.read(section);
            }),
            _ => return false,
        }
        true
    }
}
