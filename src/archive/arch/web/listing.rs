//! The text of a `.listing` file: one name per line.

use super::failure::Failure;
use crate::archive::arch::layout;

/// No file system has longer names.
const LONGEST_NAME: usize = 255;

/// The names in a directory.
#[derive(Debug)]
pub(super) struct Names(String);

impl Names {
    /// Reads a `.listing`. Its lines end with CRLF or LF, the last one may have no end.
    ///
    /// What cannot be one is refused, so that the page with which some servers answer for what they
    /// do not have is not taken for an empty directory.
    pub(super) fn read(url: &str, bytes: Vec<u8>) -> Result<Self, Failure> {
        let refused = |said: &str| Failure::Refused {
            url: url.to_owned(),
            said: said.to_owned(),
        };
        if bytes.trim_ascii_start().starts_with(b"<") {
            return Err(refused("the server's answer is a page, and no listing"));
        }
        // Names that are not UTF-8 are no items, and the rest is still a listing.
        let names = Self(match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        });
        let is_name = |name: &str| {
            name.chars().count() <= LONGEST_NAME
                && !name.contains(|each: char| each == '/' || each.is_control())
        };
        if names.iter().all(is_name) {
            Ok(names)
        } else {
            Err(refused("the server's answer is no listing of names"))
        }
    }

    /// Whether these can be the names in an archive's root.
    pub(super) fn is_root(&self) -> bool {
        self.iter().any(|name| name == layout::FILE)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bytes: &[u8]) -> Option<Vec<String>> {
        let names = Names::read("http://h/.listing", bytes.to_vec()).ok()?;
        Some(names.iter().map(str::to_owned).collect())
    }

    #[test]
    fn lines_may_end_in_any_way() {
        for text in ["a\r\nb\r\n", "a\nb\n", "a\r\nb", "a\nb"] {
            assert_eq!(
                names(text.as_bytes()),
                Some(vec!["a".to_owned(), "b".to_owned()])
            );
        }
        assert_eq!(names(b""), Some(vec![]));
        assert_eq!(names(b"\xff\r\nb\r\n").map(|names| names.len()), Some(2));
    }

    #[test]
    fn what_is_no_listing_is_refused() {
        for text in [
            b"<html>" as &[u8],
            b"\n <!DOCTYPE html>",
            b"a\0b",
            b"a/b\r\n",
            b"a\tb\n",
            &[b'a'; 256],
        ] {
            assert_eq!(names(text), None, "{}", text.escape_ascii());
        }
    }
}
