//! The time of day, so that nothing else asks for it and tests can step it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A point in time: nanoseconds since 1970, as file systems keep it.
pub type Nanos = i64;

/// Nanoseconds in a second.
pub const SECOND: Nanos = 1_000_000_000;

/// Tells the time. Cheap to copy; every part of one run uses the same.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    offset: Nanos,
}

impl Clock {
    /// A clock that is `offset` nanoseconds ahead of the system's.
    pub fn ahead_by(offset: Nanos) -> Self {
        Self { offset }
    }

    /// Now. Saturates rather than fails for a system clock outside the years 1677 to 2262.
    pub fn now(self) -> Nanos {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
        let now = SystemTime::now();
        let nanos = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => nanos(after),
            Err(before) => -nanos(before.duration()),
        };
        nanos.saturating_add(self.offset)
    }
}

/// A duration in nanoseconds, saturated.
pub fn nanos(duration: Duration) -> Nanos {
    Nanos::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

/// A time as people and programs read it: RFC 3339 in UTC, to the second.
pub fn rfc3339(at: Nanos) -> String {
    jiff::Timestamp::from_second(at.div_euclid(SECOND))
        .map_or_else(|_| at.to_string(), |at| at.to_string())
}
