//! When a server asks to be tried again.

use std::time::Duration;

use jiff::fmt::rfc2822;

use crate::clock::{Nanos, SECOND};

/// How long after `now` the header `Retry-After` allows another try: it tells seconds, or a date.
pub(super) fn retry_after(header: &str, now: Nanos) -> Option<Duration> {
    let header = header.trim();
    let seconds = if let Ok(seconds) = header.parse() {
        seconds
    } else {
        let then = rfc2822::parse(header).ok()?.timestamp().as_second();
        let wait = then.saturating_sub(now.div_euclid(SECOND));
        u64::try_from(wait).unwrap_or_default()
    };
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_understood() {
        let now = 784_111_777 * SECOND;
        for (header, expected) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let expected = expected.map(Duration::from_secs);
            assert_eq!(retry_after(header, now), expected, "{header}");
        }
    }
}
