//! Plain values: words of one line, yes and no.

use std::borrow::Cow;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// A text of one line, such as a header has.
pub(in crate::config) enum Line {}

impl Kind for Line {
    type Value = String;

    fn name() -> Cow<'static, str> {
        "text".into()
    }

    fn words() -> Cow<'static, str> {
        "a text of one line".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<String, Vec<Wrong>> {
        match written.get_ref().as_str() {
            Some(text) if !text.is_empty() && !text.contains(char::is_control) => {
                Ok(text.to_owned())
            }
            _ => Err(Self::wrong()),
        }
    }

    fn show(value: &String) -> Option<toml::Value> {
        Some(value.clone().into())
    }
}

/// `true` or `false`.
pub(in crate::config) enum YesOrNo {}

impl Kind for YesOrNo {
    type Value = bool;

    fn name() -> Cow<'static, str> {
        "yes or no".into()
    }

    fn words() -> Cow<'static, str> {
        "true or false".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<bool, Vec<Wrong>> {
        written.get_ref().as_bool().ok_or_else(Self::wrong)
    }

    fn show(value: &bool) -> Option<toml::Value> {
        Some((*value).into())
    }
}

/// A tag of Apprise.
pub(in crate::config) enum Tag {}

impl Kind for Tag {
    type Value = String;

    fn name() -> Cow<'static, str> {
        "tag".into()
    }

    fn words() -> Cow<'static, str> {
        "a tag, which does not begin with `-`".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<String, Vec<Wrong>> {
        Line::read(written, file)
            .ok()
            .filter(|tag| !tag.starts_with('-'))
            .ok_or_else(Self::wrong)
    }

    fn show(value: &String) -> Option<toml::Value> {
        Line::show(value)
    }
}
