//! Which of the two layouts an archive has.

use std::fmt;

/// The file whose first line tells the format.
pub(super) const FILE: &str = ".archive-version";

/// How versions are found below the root. Its text is part of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// `CAT/CAT--BR/CAT--BR--V`.
    Nested,
    /// `CAT--BR--V`.
    Flat,
}

impl Layout {
    /// The layout that the text of [`FILE`] tells; otherwise what is wrong with the text.
    pub(super) fn told_by(text: &[u8]) -> Result<Self, String> {
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        match line {
            b"Hackerlab arch archive directory, format version 1."
            | b"Hackerlab arch archive directory, format version 2." => Ok(Self::Nested),
            b"Bazaar archive format 1 0" => Ok(Self::Flat),
            b"" => Err("its first line is empty".to_owned()),
            line => {
                let shown = &line[..line.len().min(LONGEST_SHOWN)];
                Err(format!("its first line is `{}`", shown.escape_ascii()))
            }
        }
    }

    /// Reads the text of a layout.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "nested" => Some(Self::Nested),
            "flat" => Some(Self::Flat),
            _ => None,
        }
    }
}

/// As many bytes of a first line are shown that tells no layout.
const LONGEST_SHOWN: usize = 200;

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nested => "nested",
            Self::Flat => "flat",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_must_match_exactly() {
        assert_eq!(
            Layout::told_by(b"Bazaar archive format 1 0"),
            Ok(Layout::Flat)
        );
        assert_eq!(
            Layout::told_by(b"Bazaar archive format 1 0\nmore"),
            Ok(Layout::Flat)
        );
        for line in [
            "",
            "Bazaar archive format 1 0\r",
            "Hackerlab arch archive directory, format version 3.",
            "Hackerlab arch archive directory, format version 2",
        ] {
            assert!(Layout::told_by(line.as_bytes()).is_err(), "{line}");
        }
    }
}
