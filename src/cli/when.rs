//! Points in time: as people read them, and as they give them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::clock::{Nanos, SECOND, nanos};
use crate::config::parse_duration;

/// A time in the user's own zone, to the second: what [`parse`] reads.
pub(crate) fn local(at: Nanos) -> String {
    Timestamp::from_second(at.div_euclid(SECOND)).map_or_else(
        |_| at.to_string(),
        |at| {
            let zoned = at.to_zoned(TimeZone::system());
            zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
        },
    )
}

/// How long ago a time is, or how far ahead, in its largest unit.
pub(crate) fn distance(at: Nanos, now: Nanos) -> String {
    let seconds = now.saturating_sub(at) / SECOND;
    let (unit, size) = [("d", 86400), ("h", 3600), ("min", 60)]
        .into_iter()
        .find(|(_, size)| seconds.abs() >= *size)
        .unwrap_or(("s", 1));
    let count = seconds.abs() / size;
    match seconds {
        0 => "now".to_owned(),
        1.. => format!("{count} {unit} ago"),
        _ => format!("in {count} {unit}"),
    }
}

/// Reads a time: RFC 3339, a date, a date and a time in the user's own zone, or how long ago.
pub(crate) fn parse(text: &str, now: Nanos) -> Option<Nanos> {
    if let Some(ago) = parse_duration(text) {
        return Some(now.saturating_sub(nanos(ago)));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Nanos::try_from(at.as_nanosecond()).ok();
    }
    let civil = text
        .parse::<Date>()
        .ok()
        .filter(|_| text.len() == "2026-01-01".len())
        .map(|date| date.at(0, 0, 0, 0))
        .or_else(|| text.parse::<DateTime>().ok())?;
    let at = civil.to_zoned(TimeZone::system()).ok()?.timestamp();
    Nanos::try_from(at.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_in_every_form_that_people_give() {
        let now = parse("2026-11-20T12:00:00Z", 0).unwrap();
        assert_eq!(parse("2h", now), parse("2026-11-20T10:00:00Z", 0));
        assert_eq!(parse("2026-11-20T11:00:00+01:00", 0), parse("2h", now));
        assert_eq!(parse(&local(now), 0), Some(now));
        let day = parse("2026-11-20", 0).unwrap();
        assert_eq!(parse("2026-11-20 00:00", 0), Some(day));
        assert_eq!(parse("2026-11-20 00:00:01", 0), Some(day + SECOND));
        for nonsense in ["", "yesterday", "2026-13-01", "h", "-2h"] {
            assert_eq!(parse(nonsense, now), None, "{nonsense}");
        }
    }

    #[test]
    fn a_distance_is_told_in_its_largest_unit() {
        assert_eq!(distance(0, 59 * SECOND), "59 s ago");
        assert_eq!(distance(0, 7200 * SECOND), "2 h ago");
        assert_eq!(distance(90 * SECOND, 0), "in 1 min");
        assert_eq!(distance(5, 5), "now");
    }
}
