//! Globs of names.

use std::borrow::Cow;

use super::{Kind, Written, Wrong};
use crate::config::Glob;
use crate::config::file::File;

impl Kind for Glob {
    type Value = Self;

    fn name() -> Cow<'static, str> {
        "glob".into()
    }

    fn words() -> Cow<'static, str> {
        "a glob of names, such as \"*/hello--**\"".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<Self, Vec<Wrong>> {
        let text = written.get_ref().as_str().ok_or_else(Self::wrong)?;
        Self::parse(text).map_err(|error| vec![Wrong::new(error.to_string())])
    }

    fn show(value: &Self) -> Option<toml::Value> {
        Some(value.as_str().into())
    }
}
