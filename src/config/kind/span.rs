//! Lengths of time: `"30s"`, `"5m"`, `"1h"`, `"5d"`.

use std::borrow::Cow;
use std::time::Duration;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// Reads a length of time: a number and one of `s`, `m`, `h`, `d`. `None` for anything else, and
/// for what is longer than can be counted.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, seconds) = match text.split_at_checked(text.len().checked_sub(1)?)? {
        (number, "s") => (number, 1),
        (number, "m") => (number, 60),
        (number, "h") => (number, 60 * 60),
        (number, "d") => (number, 24 * 60 * 60),
        _ => return None,
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: u32 = number.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}

/// Writes a length of time as [`parse_duration`] reads it, in the largest unit that divides it;
/// less than a second is left out.
pub fn format_duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let (unit, size) = [("d", 24 * 60 * 60), ("h", 60 * 60), ("m", 60)]
        .into_iter()
        .find(|(_, size)| seconds > 0 && seconds.is_multiple_of(*size))
        .unwrap_or(("s", 1));
    format!("{}{unit}", seconds / size)
}

/// A length of time.
pub(in crate::config) enum Span {}

impl Kind for Span {
    type Value = Duration;

    fn name() -> Cow<'static, str> {
        "time".into()
    }

    fn words() -> Cow<'static, str> {
        "a length of time such as \"30s\", \"5m\", \"1h\" or \"5d\"".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<Duration, Vec<Wrong>> {
        let text = written.get_ref().as_str();
        text.and_then(parse_duration).ok_or_else(Self::wrong)
    }

    fn show(value: &Duration) -> Option<toml::Value> {
        Some(format_duration(*value).into())
    }
}

/// A length of time that is longer than nothing.
pub(in crate::config) enum Timeout {}

impl Kind for Timeout {
    type Value = Duration;

    fn name() -> Cow<'static, str> {
        "time above 0".into()
    }

    fn words() -> Cow<'static, str> {
        "a length of time such as \"30s\", \"5m\" or \"1h\", longer than nothing".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Duration, Vec<Wrong>> {
        Span::read(written, file)
            .ok()
            .filter(|time| !time.is_zero())
            .ok_or_else(Self::wrong)
    }

    fn show(value: &Duration) -> Option<toml::Value> {
        Span::show(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_unit_is_a_length_of_time() {
        for (text, seconds) in [
            ("0s", Some(0)),
            ("30s", Some(30)),
            ("5m", Some(300)),
            ("1h", Some(3600)),
            ("90d", Some(90 * 86400)),
            ("4294967295d", Some(4_294_967_295 * 86400)),
            ("", None),
            ("s", None),
            ("5", None),
            ("-5m", None),
            ("+5m", None),
            ("5 m", None),
            ("1h30m", None),
            ("5µ", None),
            ("99999999999d", None),
        ] {
            if let Some(seconds) = seconds {
                let time = Duration::from_secs(seconds);
                assert_eq!(parse_duration(&format_duration(time)), Some(time));
            }
            assert_eq!(
                parse_duration(text),
                seconds.map(Duration::from_secs),
                "{text}"
            );
        }
    }
}
