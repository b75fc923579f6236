//! When a failed delivery is tried again, and when it is given up.

use crate::clock::{Nanos, nanos};
use crate::config::Delivery;

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is tried again at this time or later.
    At(Nanos),
    /// It is given up.
    Never,
}

/// Decides by the delivery's age since its first attempt: it waits as long as it is old, within the
/// limits of the settings, give or take a tenth by `seed`, so that what failed together does not
/// come back together. The same arguments give the same answer. (Postfix's queue manager waits so.)
pub(super) fn after_failure(
    first_attempt_at: Nanos,
    now: Nanos,
    seed: &str,
    settings: &Delivery,
) -> Next {
    let age = now.saturating_sub(first_attempt_at).max(0);
    if age >= nanos(settings.give_up_after) {
        return Next::Never;
    }
    let wait = age.clamp(nanos(settings.retry_min), nanos(settings.retry_max));
    let spread = i64::from(
        seed.bytes()
            .fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)),
    );
    let jitter = wait / 10 * (spread - 128) / 128;
    // Never before the shortest wait.
    Next::At(now.saturating_add((wait + jitter).max(nanos(settings.retry_min))))
}

/// The latest time at which something that failed until `now` may be due.
pub(super) fn latest(now: Nanos, settings: &Delivery) -> Nanos {
    let longest = nanos(settings.retry_max).max(nanos(settings.retry_min));
    now.saturating_add(longest).saturating_add(longest / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SECOND;
    use crate::config::Config;

    const HOUR: Nanos = 3600 * SECOND;

    #[test]
    fn the_wait_grows_with_the_age_and_stays_within_the_limits() {
        let settings = Config::default().delivery;
        let wait = |age| match after_failure(0, age, "seed", &settings) {
            Next::At(at) => at - age,
            Next::Never => -1,
        };
        assert_eq!(wait(0), 60 * SECOND);
        assert!((HOUR * 9 / 10..=HOUR * 11 / 10).contains(&wait(HOUR)));
        assert!((HOUR * 36 / 10..=HOUR * 44 / 10).contains(&wait(48 * HOUR)));
        assert_eq!(wait(120 * HOUR), -1);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_give_up() {
        let settings = Config::default().delivery;
        assert_eq!(after_failure(HOUR, 0, "", &settings), Next::At(60 * SECOND));
    }
}
