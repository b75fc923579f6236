//! All that can be told of a revision: what its log says, and what its changeset holds.

use std::io::Read;

use super::changeset;
use super::patch_log::PatchLog;
use crate::archive::{ArchiveError, Details, Wanted};
use crate::name::Name;

/// The first revision of a version: it was imported whole, or continues another version.
const FIRST: &str = "base-0";

/// Puts together what is `wanted` of a revision with this log. `open` opens a file of the revision's
/// directory; `None` where there is no such file.
///
/// The lines of files are counted where the diff is wanted, since only then the changeset is read.
/// One that is damaged is left out: the revision is worth telling all the same.
pub(super) fn details<R: Read>(
    log: PatchLog,
    revision: &Name,
    wanted: Wanted,
    open: impl FnOnce(String) -> Result<Option<R>, ArchiveError>,
) -> Result<Details, ArchiveError> {
    let mut details = Details {
        description: log.description,
        body: log.body,
        ..Details::default()
    };
    let mut files = log.files;
    if let Some(limit) = wanted.diff
        && revision.part() != FIRST
        && !log.is_continuation
        && let Some(packed) = open(format!("{}.patches.tar.gz", revision.package()))?
        && let Ok(changeset) = changeset::read(packed, limit)
    {
        for file in &mut files {
            file.lines = changeset.lines.get(&file.path).copied();
        }
        details.diff = Some(changeset.diff);
    }
    details.files = (wanted.files || wanted.diff.is_some()).then_some(files);
    Ok(details)
}
