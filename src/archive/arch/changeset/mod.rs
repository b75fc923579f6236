//! The diff that a changeset holds: a `tar` archive, packed by `gzip`, of patches, of files that are
//! new and of files that were removed.
//!
//! It is read once and never put on a disk, so that whatever paths and links it names lead nowhere;
//! and only so much of it is read and held that one that was made to do harm does none.

mod changed;
mod content;

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use tar::{Archive, Entry, EntryType, PaxExtensions};

use self::changed::Changed;
use self::content::Content;
use super::files::is_bookkeeping;
use crate::archive::{Diff, text};

/// More of a changeset is not unpacked.
const MOST_UNPACKED: u64 = 256 << 20;

/// More files are not told.
const MOST_FILES: usize = 100_000;

/// As much is held of what comes first in the archive, beyond the limit of the diff, so that the diff
/// begins with what comes first by name.
const HELD: u64 = 16 << 20;

/// Longer paths are those of nobody.
const LONGEST_PATH: u64 = 64 << 10;

/// What a changeset tells.
#[derive(Debug, Default)]
pub(super) struct Changeset {
    /// The diff, files by name.
    pub(super) diff: Diff,
    /// How many lines were added and removed, by path after the change.
    pub(super) lines: HashMap<String, (u64, u64)>,
}

/// Reads a changeset. Its diff is cut at `limit` bytes.
pub(super) fn read(packed: impl Read, limit: u64) -> io::Result<Changeset> {
    read_within(MOST_UNPACKED, packed, limit)
}

/// The same, of which at most so much is unpacked.
fn read_within(most: u64, packed: impl Read, limit: u64) -> io::Result<Changeset> {
    let unpacked = MultiGzDecoder::new(packed).take(most);
    let mut files = Files {
        room: limit.saturating_add(HELD),
        ..Files::default()
    };
    let mut tar = Archive::new(unpacked);
    let read = files.read(&mut tar);
    let is_cut = match read {
        Ok(is_whole) => !is_whole,
        // It ends where we end it.
        Err(_) if tar.into_inner().limit() == 0 => true,
        Err(error) => return Err(error),
    };
    Ok(files.finish(limit, is_cut))
}

/// The changed files as they are read.
#[derive(Default)]
struct Files {
    by_path: BTreeMap<Vec<u8>, Changed>,
    /// How much more may be held.
    room: u64,
}

impl Files {
    /// Reads all entries; false where there are too many.
    fn read(&mut self, tar: &mut Archive<impl Read>) -> io::Result<bool> {
        let mut long_path = None;
        // As they stand: what the library makes of long paths it holds, however long they are.
        for entry in tar.entries()?.raw(true) {
            let mut entry = entry?;
            match entry.header().entry_type() {
                EntryType::GNULongName => long_path = Some(read_long_path(&mut entry)?),
                EntryType::XHeader => long_path = read_pax_path(&mut entry)?.or(long_path),
                EntryType::GNULongLink | EntryType::XGlobalHeader => {}
                kind => {
                    let path = long_path.take();
                    let path = path.unwrap_or_else(|| entry.path_bytes().into_owned());
                    self.take(&path, kind, &mut entry)?;
                }
            }
            if self.by_path.len() > MOST_FILES {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes an entry, `VERSION--LEVEL.patches/PLACE/PATH`.
    fn take(
        &mut self,
        path: &[u8],
        kind: EntryType,
        entry: &mut Entry<'_, impl Read>,
    ) -> io::Result<()> {
        let mut steps = path.splitn(3, |&byte| byte == b'/').skip(1);
        let (Some(place), Some(path)) = (steps.next(), steps.next()) else {
            return Ok(());
        };
        let is_link = kind.is_symlink();
        if is_bookkeeping(path) || !(is_link || kind.is_file() || kind.is_contiguous()) {
            return Ok(());
        }
        let content = if is_link {
            let target = entry.link_name_bytes().unwrap_or_default();
            Content::link(&target)
        } else {
            Content::read(entry, &mut self.room)?
        };
        match place {
            b"new-files-archive" => self.changed(path).new.content = Some(content),
            b"removed-files-archive" => self.changed(path).old.content = Some(content),
            b"patches" => {
                let is_end = |end: &&[u8]| path.ends_with(end);
                if let Some(end) = changed::ENDS.into_iter().find(is_end) {
                    let path = &path[..path.len() - end.len()];
                    self.changed(path).take(end, content);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn changed(&mut self, path: &[u8]) -> &mut Changed {
        self.by_path.entry(path.to_owned()).or_default()
    }

    fn finish(self, limit: u64, mut is_cut: bool) -> Changeset {
        let mut lines = HashMap::new();
        let mut diff = Vec::new();
        for (path, changed) in self.by_path {
            if diff.len() as u64 <= limit {
                is_cut |= changed.is_cut();
                changed.write(&path, &mut diff);
            }
            lines.extend(
                changed
                    .lines()
                    .map(|lines| (text::decode(&path, None), lines)),
            );
        }
        Changeset {
            diff: Diff::within(limit, diff, is_cut),
            lines,
        }
    }
}

fn read_long_path(entry: &mut Entry<'_, impl Read>) -> io::Result<Vec<u8>> {
    let mut path = Vec::new();
    entry.take(LONGEST_PATH).read_to_end(&mut path)?;
    let end = path.iter().position(|&byte| byte == 0);
    path.truncate(end.unwrap_or(path.len()));
    Ok(path)
}

fn read_pax_path(entry: &mut Entry<'_, impl Read>) -> io::Result<Option<Vec<u8>>> {
    let mut records = Vec::new();
    entry.take(LONGEST_PATH).read_to_end(&mut records)?;
    let records = PaxExtensions::new(&records).filter_map(Result::ok);
    let mut paths = records.filter(|record| record.key_bytes() == b"path");
    Ok(paths.next().map(|record| record.value_bytes().to_owned()))
}

#[cfg(test)]
mod tests;
