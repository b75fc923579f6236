//! Whether an entry may still be being written.
//!
//! The change time shows every write, whatever times a copy brings along; where a file system has no
//! such time, the modification time does.

use std::ffi::CStr;
use std::path::Path;

use rustix::fs::{AtFlags, StatxFlags};
use walkdir::WalkDir;

use crate::archive::tree::Directory;
use crate::archive::{Access, Stat};
use crate::clock::{Nanos, SECOND, nanos};

/// Times further ahead of the clock than this tell nothing: one of the clocks is wrong, and what
/// bears such a time is not to wait for years.
const AHEAD: Nanos = 24 * 60 * 60 * SECOND;

/// How old an entry must be, and what the time is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settle {
    now: Nanos,
    wait: Nanos,
}

impl Settle {
    pub(super) fn new(access: &Access<'_>) -> Self {
        Self {
            now: access.clock.now(),
            wait: nanos(access.options.settle),
        }
    }

    /// Whether what was last changed at these times may be being written.
    pub(super) fn is_young(self, stat: &Stat) -> bool {
        // A copy may bring a modification time that is ahead; the change time is the system's own.
        self.is_recent(stat.ctime) || (stat.mtime <= self.now && self.is_recent(stat.mtime))
    }

    /// Whether something below the directory at `path` may be being written.
    ///
    /// What cannot be read is judged by what can: whoever uploads it holds up nothing else. The walk
    /// shows no more than times, so it goes by paths.
    pub(super) fn holds_young(self, path: &Path) -> bool {
        WalkDir::new(path)
            .follow_root_links(false)
            .min_depth(1)
            .into_iter()
            .any(|entry| match entry.and_then(|entry| entry.metadata()) {
                Ok(metadata) => self.is_young(&Stat::from(&metadata)),
                // It was there just now.
                Err(error) => error
                    .io_error()
                    .is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound),
            })
    }

    /// Whether the entry came into being just now, where the file system says when it did: what a
    /// directory holds comes and goes, and makes it no younger.
    pub(super) fn is_newborn(self, directory: &Directory, name: &CStr) -> bool {
        rustix::fs::statx(
            directory.fd(),
            name,
            AtFlags::SYMLINK_NOFOLLOW,
            StatxFlags::BTIME,
        )
        .is_ok_and(|stat| {
            stat.stx_mask & StatxFlags::BTIME.bits() != 0
                && self.is_recent(
                    stat.stx_btime
                        .tv_sec
                        .saturating_mul(SECOND)
                        .saturating_add(stat.stx_btime.tv_nsec.into()),
                )
        })
    }

    fn is_recent(self, at: Nanos) -> bool {
        let age = self.now.saturating_sub(at);
        self.wait > 0 && -AHEAD < age && age < self.wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_young_while_one_of_its_times_is() {
        let now = 1_000_000 * SECOND;
        let is_young = |wait: Nanos, mtime: Nanos, ctime: Nanos| {
            let settle = Settle {
                now,
                wait: wait * SECOND,
            };
            settle.is_young(&Stat {
                dev: 1,
                ino: 1,
                mtime: now - mtime * SECOND,
                ctime: now - ctime * SECOND,
            })
        };
        let year = 365 * 24 * 3600;
        for (wait, mtime, ctime, expected) in [
            (5, 5, 5, false),
            (5, 4, 5, true),
            // A copy brought an old time, or one that is ahead.
            (5, year, 4, true),
            (5, -year, 4, true),
            (5, -60, 5, false),
            // The clocks of a file server and of its client differ, or one was set.
            (5, -60, -60, true),
            (5, -year, -year, false),
            (0, 0, 0, false),
            (0, 0, -60, false),
            (year, 5, year - 1, true),
        ] {
            assert_eq!(
                is_young(wait, mtime, ctime),
                expected,
                "{wait} {mtime} {ctime}"
            );
        }
    }
}
