//! What a look consists of: places and what was there, so that the next look is to compare them.

use std::ffi::CStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::FileType;

use super::root::Root;
use crate::archive::{Look, Stat};
use crate::clock::Nanos;

/// An entry: what is compared, the four numbers of a [`Stat`], the path, a zero byte.
const PATH_STARTS_AT: usize = 1 + 4 * 8;

/// What is noted of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Mark {
    /// Which file it is, and its times.
    Times = b't',
    /// Which file it is.
    Identity = b'i',
    /// That it is not there.
    Absent = b'a',
    /// That no directory is there.
    NoDirectory = b'n',
}

/// Places and what was there.
#[derive(Debug)]
pub(super) struct Note {
    bytes: Vec<u8>,
    newest: Nanos,
}

impl Note {
    pub(super) fn new() -> Self {
        Self {
            bytes: Vec::new(),
            newest: Nanos::MIN,
        }
    }

    /// Notes which file is at `place`, and its times; or that there is none.
    pub(super) fn add(&mut self, place: &Path, found: Option<Stat>) {
        let Some(stat) = found else {
            return self.push(Mark::Absent, place, &NONE);
        };
        self.newest = self.newest.max(stat.mtime).max(stat.ctime);
        self.push(Mark::Times, place, &stat);
    }

    /// Notes which file is at `place`, whatever becomes of its contents.
    pub(super) fn add_identity(&mut self, place: &Path, stat: &Stat) {
        let identity = Stat {
            mtime: 0,
            ctime: 0,
            ..*stat
        };
        self.push(Mark::Identity, place, &identity);
    }

    /// Notes that no directory is at `place`.
    pub(super) fn add_no_directory(&mut self, place: &Path) {
        self.push(Mark::NoDirectory, place, &NONE);
    }

    fn push(&mut self, mark: Mark, place: &Path, stat: &Stat) {
        let Stat {
            dev,
            ino,
            mtime,
            ctime,
        } = stat;
        self.bytes.push(mark as u8);
        for number in [dev.to_le_bytes(), ino.to_le_bytes()] {
            self.bytes.extend_from_slice(&number);
        }
        for number in [mtime.to_le_bytes(), ctime.to_le_bytes()] {
            self.bytes.extend_from_slice(&number);
        }
        self.bytes.extend_from_slice(place.as_os_str().as_bytes());
        self.bytes.push(0);
    }

    pub(super) fn into_look(self) -> Look {
        Look::Note {
            newest: self.newest,
            bytes: self.bytes.into_boxed_slice(),
        }
    }
}

/// Whether every place that `last` notes is as it was. Only asks for what is noted, and opens nothing.
pub(super) fn is_unchanged(root: &Root, last: &Look) -> bool {
    let Look::Note { bytes, .. } = last else {
        return false;
    };
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let Some(after) = unchanged_entry(root, rest) else {
            return false;
        };
        rest = after;
    }
    !bytes.is_empty()
}

/// What follows the first entry, if that is as it was.
fn unchanged_entry<'n>(root: &Root, entry: &'n [u8]) -> Option<&'n [u8]> {
    let (head, rest) = entry.split_at_checked(PATH_STARTS_AT)?;
    let place = CStr::from_bytes_until_nul(rest).ok()?;
    let found = root.glance(place);
    let (&mark, numbers) = head.split_first()?;
    let is_same = |stat: &Stat, length: usize| {
        let now = [
            stat.dev.to_le_bytes(),
            stat.ino.to_le_bytes(),
            stat.mtime.to_le_bytes(),
            stat.ctime.to_le_bytes(),
        ];
        numbers[..length] == now.as_flattened()[..length]
    };
    let is_unchanged = match found {
        Some((_, stat)) if mark == Mark::Times as u8 => is_same(&stat, 32),
        Some((_, stat)) if mark == Mark::Identity as u8 => is_same(&stat, 16),
        None => mark == Mark::Absent as u8 || mark == Mark::NoDirectory as u8,
        Some((kind, _)) => mark == Mark::NoDirectory as u8 && kind != FileType::Directory,
    };
    is_unchanged.then(|| &rest[place.to_bytes_with_nul().len()..])
}

const NONE: Stat = Stat {
    dev: 0,
    ino: 0,
    mtime: 0,
    ctime: 0,
};

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_note_holds_until_one_of_its_places_changes() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let root = Root::open(dir.path()).unwrap();
        let note = || {
            let mut note = Note::new();
            for place in ["", "d", "absent"] {
                let place = Path::new(place);
                note.add(place, root.stat(place).unwrap().map(|found| found.1));
            }
            let (_, which) = root.stat(Path::new("w")).unwrap().unwrap();
            note.add_identity(Path::new("w"), &which);
            note.add_no_directory(Path::new("f"));
            note.into_look()
        };
        fs::create_dir(at("d")).unwrap();
        fs::create_dir(at("w")).unwrap();
        fs::File::create(at("f")).unwrap();
        let look = note();
        assert!(is_unchanged(&root, &look));
        fs::File::create(at("w/x")).unwrap();
        assert!(is_unchanged(&root, &look));
        fs::File::create(at("d/x")).unwrap();
        assert!(!is_unchanged(&root, &look));
        let look = note();
        assert!(is_unchanged(&root, &look));
        fs::File::create(at("absent")).unwrap();
        assert!(!is_unchanged(&root, &look));
    }

    #[test]
    fn what_is_no_note_never_holds() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        for bytes in [
            &b""[..],
            b"t",
            b"a0123456789012345678901234567890123",
            &[0; 64],
        ] {
            let look = Look::Note {
                newest: 0,
                bytes: bytes.into(),
            };
            assert!(!is_unchanged(&root, &look), "{bytes:?}");
        }
        assert!(!is_unchanged(&root, &Look::Covered));
    }
}
