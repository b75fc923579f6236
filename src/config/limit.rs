//! How much of the past a rule is owed.

use std::borrow::Cow;
use std::fmt;

use toml::de::DeValue;

use super::file::File;
use super::kind::{Kind, Written, Wrong};

/// How much of what was there already a rule is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Everything.
    All,
    /// Nothing.
    None,
    /// The newest N revisions of each version, and nothing of the levels above.
    Newest(u32),
}

impl Kind for Limit {
    type Value = Self;

    fn name() -> Cow<'static, str> {
        "limit".into()
    }

    fn words() -> Cow<'static, str> {
        "\"all\", \"none\", or how many of the newest revisions".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<Self, Vec<Wrong>> {
        let limit = match written.get_ref() {
            DeValue::String(text) => match text.as_ref() {
                "all" => Some(Self::All),
                "none" => Some(Self::None),
                _ => None,
            },
            DeValue::Integer(number) => match number.to_string().parse() {
                Ok(0) => Some(Self::None),
                Ok(newest) => Some(Self::Newest(newest)),
                Err(_) => None,
            },
            _ => None,
        };
        limit.ok_or_else(Self::wrong)
    }

    fn show(value: &Self) -> Option<toml::Value> {
        Some(match value {
            Self::Newest(newest) => i64::from(*newest).into(),
            Self::All | Self::None => value.to_string().into(),
        })
    }
}

/// As the settings write it, without quotes: `all`, `none` or the number.
impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Newest(newest) => write!(f, "{newest}"),
        }
    }
}
