//! Numbers of things of which there is at least one.

use std::borrow::Cow;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// A number of things of which there is at least one.
pub(in crate::config) enum Count {}

impl Kind for Count {
    type Value = usize;

    fn name() -> Cow<'static, str> {
        "number".into()
    }

    fn words() -> Cow<'static, str> {
        "a number, at least 1".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<usize, Vec<Wrong>> {
        let number = written.get_ref().as_integer();
        number
            .and_then(|number| number.to_string().parse().ok())
            .filter(|number| *number >= 1)
            .ok_or_else(Self::wrong)
    }

    fn show(value: &usize) -> Option<toml::Value> {
        i64::try_from(*value).ok().map(toml::Value::Integer)
    }
}
