//! `[store]`: where the state is, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use toml::de::DeValue;

use super::section::Section;
use super::span;

/// `[store]`: where the state is, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The directory of the state; `+state` in the notification directory when not set. A relative
    /// path starts at the notification directory, and stands here as it is written.
    pub path: Option<PathBuf>,
    /// How long ended deliveries are kept.
    pub keep: Duration,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            path: None,
            keep: Duration::from_hours(90 * 24),
        }
    }
}

impl StoreSettings {
    pub(super) fn read(&mut self, section: &mut Section<'_, '_>) {
        section.take("path", directory, &mut self.path);
        section.take("keep", span::from_toml, &mut self.keep);
    }
}

fn directory(value: &DeValue<'_>) -> Result<Option<PathBuf>, String> {
    match value.as_str() {
        Some(path) if !path.is_empty() => Ok(Some(PathBuf::from(path))),
        _ => Err("is the path of a directory".to_owned()),
    }
}
