//! Numbers of things of which there is at least one.

use toml::de::DeValue;

pub(super) fn from_toml(value: &DeValue<'_>) -> Result<usize, String> {
    value
        .as_integer()
        .and_then(|number| number.to_string().parse().ok())
        .filter(|number| *number >= 1)
        .ok_or_else(|| "is a number, at least 1".to_owned())
}
