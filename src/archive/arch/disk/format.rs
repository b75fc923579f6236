//! An archive's layout, and how to know it again without reading.

use std::fmt;
use std::io::Read as _;

use crate::archive::arch::layout::{FILE, Layout};
use crate::archive::tree::Tree;
use crate::archive::{ArchiveError, Stat};

/// A layout, and the fingerprint of the file that told it. Its text is the hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) layout: Layout,
    file: Stat,
}

impl Format {
    /// Finds the format of an archive; with a `hint` that is still true by one look.
    pub(super) fn find(tree: &Tree, hint: Option<&str>) -> Result<Self, ArchiveError> {
        let unknown = |found: String| ArchiveError::UnknownFormat {
            path: tree.path(FILE),
            found,
        };
        let missing = || unknown("there is no such file; is its file system mounted?".to_owned());
        let file = tree.look_at_file(FILE)?.ok_or_else(missing)?;
        if let Some(hinted) = hint.and_then(Self::parse)
            && hinted.file == file
        {
            return Ok(hinted);
        }
        let mut text = Vec::new();
        tree.open_file(FILE)?
            .ok_or_else(missing)?
            .take(200)
            .read_to_end(&mut text)
            .map_err(|source| tree.unreadable(FILE, source))?;
        let layout = Layout::told_by(&text).map_err(unknown)?;
        Ok(Self { layout, file })
    }

    fn parse(hint: &str) -> Option<Self> {
        let mut words = hint.split(' ');
        let layout = Layout::parse(words.next()?)?;
        let file = Stat {
            dev: words.next()?.parse().ok()?,
            ino: words.next()?.parse().ok()?,
            mtime: words.next()?.parse().ok()?,
            ctime: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(Self { layout, file })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stat {
            dev,
            ino,
            mtime,
            ctime,
        } = self.file;
        write!(f, "{} {dev} {ino} {mtime} {ctime}", self.layout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_back_from_its_hint() {
        let format = Format {
            layout: Layout::Flat,
            file: Stat {
                dev: 1,
                ino: u64::MAX,
                mtime: -5,
                ctime: i64::MAX,
            },
        };
        assert_eq!(Format::parse(&format.to_string()), Some(format));
    }

    #[test]
    fn garbage_is_no_hint() {
        for hint in [
            "",
            "flat",
            "flat 1 2 3",
            "flat 1 2 3 4 5",
            "round 1 2 3 4",
            "flat -1 2 3 4",
        ] {
            assert_eq!(Format::parse(hint), None, "{hint}");
        }
    }
}
