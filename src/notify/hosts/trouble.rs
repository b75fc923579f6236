//! What is said of a host that fails, and when it is tried again.

use std::path::Path;

use super::super::report::Problem;
use super::super::words::plural;
use crate::clock::{Nanos, SECOND, rfc3339};
use crate::store::HostTrouble;

/// The shortest and the longest time between two tries.
const SOONEST: Nanos = 60 * SECOND;
const LATEST: Nanos = 60 * 60 * SECOND;

/// How many of its archives are named.
const NAMED: usize = 3;

/// When a host that fails is tried again.
pub(super) fn next_try(trouble: &HostTrouble) -> Nanos {
    let lasted = trouble.tried_at.saturating_sub(trouble.since);
    trouble
        .tried_at
        .saturating_add(lasted.clamp(SOONEST, LATEST))
}

pub(super) fn problem(dir: &Path, trouble: &HostTrouble, archives: &[&str]) -> Problem {
    let host = &trouble.name;
    let named: Vec<&str> = archives.iter().take(NAMED).copied().collect();
    let more = match archives.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Problem {
        key: format!("host/{host}"),
        title: format!("cannot read from {host}: {}", trouble.said),
        details: vec![
            format!(
                "{} on it: {}{more}",
                plural(archives.len(), "archive"),
                named.join(", ")
            ),
            format!(
                "It is tried again after {}, or at once with: larch notify {} --archive {}",
                rfc3339(next_try(trouble)),
                dir.display(),
                named.first().copied().unwrap_or_default()
            ),
        ],
        warning: false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn trouble(since: Nanos, tried_at: Nanos) -> HostTrouble {
        HostTrouble {
            name: "h".to_owned(),
            since: since * SECOND,
            tried_at: tried_at * SECOND,
            said: "no".to_owned(),
        }
    }

    #[test]
    fn tries_come_the_more_seldom_the_longer_it_lasts() {
        for (tried_at, next) in [
            (0, 60),
            (60, 120),
            (120, 240),
            (3600, 7200),
            (90_000, 93_600),
        ] {
            assert_eq!(next_try(&trouble(0, tried_at)), next * SECOND, "{tried_at}");
        }
    }
}
