//! Sizes in bytes: `65536`, `"64KiB"`, `"2MB"`.

use std::borrow::Cow;

use toml::de::DeValue;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// Reads a number of bytes: a number and one of `B`, `kB`, `KB`, `MB`, `GB` (powers of 1000) or
/// `KiB`, `MiB`, `GiB` (powers of 1024), or nothing. `None` for anything else, and for what is
/// larger than can be counted.
pub fn parse_size(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit {
        "" | "B" => 1,
        "kB" | "KB" => 1000,
        "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Writes a number of bytes as [`parse_size`] reads it, in the largest unit that divides it.
fn format_size(bytes: u64) -> String {
    [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
        .into_iter()
        .find(|(_, size)| bytes > 0 && bytes.is_multiple_of(*size))
        .map_or_else(
            || bytes.to_string(),
            |(unit, size)| format!("{}{unit}", bytes / size),
        )
}

/// A number of bytes.
pub(in crate::config) enum Size {}

impl Kind for Size {
    type Value = u64;

    fn name() -> Cow<'static, str> {
        "size".into()
    }

    fn words() -> Cow<'static, str> {
        "a number of bytes, or a size such as \"64KiB\" or \"2MB\"".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<u64, Vec<Wrong>> {
        let size = match written.get_ref() {
            DeValue::String(text) => parse_size(text),
            DeValue::Integer(number) => parse_size(&number.to_string()),
            _ => None,
        };
        size.ok_or_else(Self::wrong)
    }

    fn show(value: &u64) -> Option<toml::Value> {
        let text = format_size(*value);
        Some(
            text.parse::<i64>()
                .map_or_else(|_| text.into(), toml::Value::Integer),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_or_without_a_unit_is_a_size() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("65536", Some(65536)),
            ("64KiB", Some(65536)),
            ("1MiB", Some(1 << 20)),
            ("2MB", Some(2_000_000)),
            ("7B", Some(7)),
            ("", None),
            ("MiB", None),
            ("1 MiB", None),
            ("-1", None),
            ("1mib", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(parse_size(text), bytes, "{text}");
            if let Some(bytes) = bytes {
                assert_eq!(parse_size(&format_size(bytes)), Some(bytes));
            }
        }
    }
}
