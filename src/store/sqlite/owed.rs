//! What a rule is owed of what was there when it met its subject.

use std::fmt;
use std::str::FromStr;

use super::super::ScanPolicy;
use crate::config::Limit;
use crate::name::Level;

/// A limit, and whether it holds because the line was added for a subject that was known already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) limit: Limit,
    pub(super) added: bool,
}

impl Owed {
    /// What a line is owed that larch adds for what appeared after its parent met its own subject.
    pub(super) const EVERYTHING: Self = Self {
        limit: Limit::All,
        added: false,
    };

    /// What a rule is owed that no other decided for.
    pub(super) fn decide(known: bool, policy: &ScanPolicy) -> Self {
        Self {
            limit: if known { policy.added } else { policy.first },
            added: known,
        }
    }

    /// The position that leaves owed what the limit lets through of the items up to `there`.
    pub(super) fn position(self, level: Level, there: i64) -> i64 {
        match self.limit {
            Limit::All => 0,
            Limit::Newest(count) if level == Level::Version => (there - i64::from(count)).max(0),
            Limit::None | Limit::Newest(_) => there,
        }
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.added {
            f.write_str("+")?;
        }
        match self.limit {
            Limit::All => f.write_str("all"),
            Limit::None => f.write_str("none"),
            Limit::Newest(count) => count.fmt(f),
        }
    }
}

impl FromStr for Owed {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (added, limit) = text
            .strip_prefix('+')
            .map_or((false, text), |limit| (true, limit));
        let limit = match limit {
            "all" => Limit::All,
            "none" => Limit::None,
            count => Limit::Newest(count.parse()?),
        };
        Ok(Self { limit, added })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_stored_as_it_is_read() {
        for limit in [Limit::All, Limit::None, Limit::Newest(0), Limit::Newest(7)] {
            for added in [false, true] {
                let owed = Owed { limit, added };
                assert_eq!(owed.to_string().parse(), Ok(owed));
            }
        }
    }

    #[test]
    fn the_newest_are_counted_in_versions_alone() {
        let owed = Owed {
            limit: Limit::Newest(3),
            added: false,
        };
        assert_eq!(owed.position(Level::Version, 10), 7);
        assert_eq!(owed.position(Level::Version, 2), 0);
        assert_eq!(owed.position(Level::Archive, 10), 10);
    }
}
