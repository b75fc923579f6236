//! Which of the two layouts an archive has, and how to know it again without reading.

use std::fmt;
use std::io::Read as _;

use super::tree::Tree;
use crate::archive::{ArchiveError, Fingerprint};

/// The file whose first line tells the format.
const FILE: &str = ".archive-version";

/// How versions are found below the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `CAT/CAT--BR/CAT--BR--V`.
    Nested,
    /// `CAT--BR--V`.
    Flat,
}

/// A layout, and the fingerprint of the file that told it. Its text is the hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) layout: Layout,
    file: Fingerprint,
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
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let layout = layout(line).ok_or_else(|| {
            unknown(match line.escape_ascii().to_string() {
                line if line.is_empty() => "its first line is empty".to_owned(),
                line => format!("its first line is `{line}`"),
            })
        })?;
        Ok(Self { layout, file })
    }

    fn parse(hint: &str) -> Option<Self> {
        let mut words = hint.split(' ');
        let layout = match words.next()? {
            "nested" => Layout::Nested,
            "flat" => Layout::Flat,
            _ => return None,
        };
        let file = Fingerprint {
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
        let layout = match self.layout {
            Layout::Nested => "nested",
            Layout::Flat => "flat",
        };
        let Fingerprint {
            dev,
            ino,
            mtime,
            ctime,
        } = self.file;
        write!(f, "{layout} {dev} {ino} {mtime} {ctime}")
    }
}

fn layout(line: &[u8]) -> Option<Layout> {
    match line {
        b"Hackerlab arch archive directory, format version 1."
        | b"Hackerlab arch archive directory, format version 2." => Some(Layout::Nested),
        b"Bazaar archive format 1 0" => Some(Layout::Flat),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_back_from_its_hint() {
        let format = Format {
            layout: Layout::Flat,
            file: Fingerprint {
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

    #[test]
    fn the_first_line_must_match_exactly() {
        assert_eq!(layout(b"Bazaar archive format 1 0"), Some(Layout::Flat));
        for line in [
            "",
            "Bazaar archive format 1 0\r",
            "Hackerlab arch archive directory, format version 3.",
            "Hackerlab arch archive directory, format version 2",
        ] {
            assert_eq!(layout(line.as_bytes()), None, "{line}");
        }
    }
}
