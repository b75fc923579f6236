//! What one look at a rules file shows, so that it is opened only after a change.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use crate::clock::{Nanos, SECOND};

/// How long a file or directory must have been left alone before the look of it is trusted: file
/// systems keep times in ticks, and two changes may share one.
pub(in super::super) const SETTLED: Nanos = 2 * SECOND;

/// What a look at a file shows; equal marks mean an equal file.
pub(super) fn mark(look: &io::Result<Metadata>) -> String {
    match look {
        Ok(file) => format!(
            "{}:{}:{}:{}.{:09}:{}.{:09}",
            file.dev(),
            file.ino(),
            file.size(),
            file.mtime(),
            file.mtime_nsec(),
            file.ctime(),
            file.ctime_nsec()
        ),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Whether a file was left alone long enough for its mark to be trusted.
pub(super) fn is_settled(look: &io::Result<Metadata>, now: Nanos) -> bool {
    let is_old = |seconds: i64, nanos: i64| {
        seconds.saturating_mul(SECOND).saturating_add(nanos) <= now.saturating_sub(SETTLED)
    };
    look.as_ref().map_or(true, |file| {
        is_old(file.mtime(), file.mtime_nsec()) && is_old(file.ctime(), file.ctime_nsec())
    })
}
