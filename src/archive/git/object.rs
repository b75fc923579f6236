//! A commit or a tag as git stores it: headers, an empty line, the message.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::archive::{Description, Details, text};

/// An object, whole or its beginning.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) kind: Kind,
    pub(super) text: Vec<u8>,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Commit,
    Tag,
    Tree,
    Blob,
}

/// Who did something, and when.
pub(super) struct Signature {
    /// `NAME <ADDRESS>`.
    pub(super) who: String,
    /// RFC 3339, with the offset of the place.
    pub(super) date: Option<String>,
}

impl Kind {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "commit" => Self::Commit,
            "tag" => Self::Tag,
            "tree" => Self::Tree,
            "blob" => Self::Blob,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "commit",
            Self::Tag => "tag",
            Self::Tree => "tree",
            Self::Blob => "blob",
        })
    }
}

impl Object {
    /// The values of the headers of this name; only commits and tags have any.
    pub(super) fn headers(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.head()
            .split(|&byte| byte == b'\n')
            .filter_map(move |line| line.strip_prefix(name.as_bytes())?.strip_prefix(b" "))
    }

    /// The first header of this name, as text.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers(name).next().map(|value| self.decode(value))
    }

    /// The header of this name, where it says who and when.
    pub(super) fn signature(&self, name: &str) -> Option<Signature> {
        let value = self.headers(name).next()?;
        let end = value
            .iter()
            .rposition(|&byte| byte == b'>')
            .map(|at| at + 1);
        let (who, when) = value.split_at(end.unwrap_or(value.len()));
        Some(Signature {
            who: self.decode(who),
            date: str::from_utf8(when).ok().and_then(rfc3339),
        })
    }

    /// The message, as text.
    pub(super) fn message(&self) -> String {
        if !self.has_headers() {
            return String::new();
        }
        let start = self.text.len().min(self.head().len() + 2);
        self.decode(&self.text[start..])
    }

    pub(super) fn describe(&self, id: &str) -> Description {
        self.tell(id).description
    }

    /// All that the object itself tells.
    pub(super) fn tell(&self, id: &str) -> Details {
        let who = match self.kind {
            Kind::Tag => "tagger",
            _ => "author",
        };
        let signature = self.signature(who);
        let message = self.message();
        let message = message.trim_start();
        let (summary, below) = message.split_once('\n').unwrap_or((message, ""));
        let body = match self.kind {
            Kind::Tag => without_signature(below),
            _ => below,
        };
        Details {
            description: Description {
                date: signature.as_ref().and_then(|made| made.date.clone()),
                author: signature.map(|made| made.who).filter(|who| !who.is_empty()),
                summary: Some(summary.trim().to_owned()).filter(|line| !line.is_empty()),
                id: Some(id.to_owned()),
            },
            body: text::without_blank_edges(body).to_owned(),
            ..Details::default()
        }
    }

    fn has_headers(&self) -> bool {
        matches!(self.kind, Kind::Commit | Kind::Tag)
    }

    fn head(&self) -> &[u8] {
        if !self.has_headers() {
            return &[];
        }
        let end = self.text.windows(2).position(|pair| pair == b"\n\n");
        &self.text[..end.unwrap_or(self.text.len())]
    }

    fn decode(&self, bytes: &[u8]) -> String {
        let encoding = self.headers("encoding").next();
        text::decode(bytes, encoding.and_then(|label| str::from_utf8(label).ok()))
    }
}

/// A tag's message without the signature at its end, which is for programs.
fn without_signature(message: &str) -> &str {
    const BEGINNINGS: [&str; 4] = [
        "-----BEGIN PGP SIGNATURE-----",
        "-----BEGIN PGP MESSAGE-----",
        "-----BEGIN SSH SIGNATURE-----",
        "-----BEGIN SIGNED MESSAGE-----",
    ];
    let mut at = 0;
    for line in message.split_inclusive('\n') {
        if BEGINNINGS.contains(&line.trim_end()) {
            return &message[..at];
        }
        at += line.len();
    }
    message
}

/// ` SECONDS ±HHMM` as RFC 3339; in UTC where there is no such offset.
fn rfc3339(when: &str) -> Option<String> {
    let (seconds, zone) = when.trim().split_once(' ')?;
    let at = Timestamp::from_second(seconds.parse().ok()?).ok()?;
    Some(
        at.display_with_offset(offset(zone).unwrap_or(Offset::UTC))
            .to_string(),
    )
}

fn offset(zone: &str) -> Option<Offset> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(text: &[u8]) -> Object {
        Object {
            kind: Kind::Commit,
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_commit_tells_who_when_and_what() {
        let object = commit(
            b"tree 1\nparent 2\nparent 3\nauthor Jo <b> Bar <jo@x> 1700000000 -0230\n\
              committer C <c@x> 0 +0000\ngpgsig x\n author not a header\n\nsubject\n\nbody\n",
        );
        assert_eq!(
            object.describe("id"),
            Description {
                author: Some("Jo <b> Bar <jo@x>".to_owned()),
                date: Some("2023-11-14T19:43:20-02:30".to_owned()),
                summary: Some("subject".to_owned()),
                id: Some("id".to_owned()),
            }
        );
        assert_eq!(object.headers("parent").collect::<Vec<_>>(), [b"2", b"3"]);
        assert_eq!(object.message(), "subject\n\nbody\n");
    }

    #[test]
    fn the_body_is_what_stands_below_the_first_line() {
        let body = |kind, message: &str| {
            let text = format!("tree 1\n\n{message}").into_bytes();
            Object { kind, text }.tell("").body
        };
        for (message, expected) in [
            ("subject\n\n  body\n\nmore\n\n", "  body\n\nmore"),
            ("\n \nsubject\nbody", "body"),
            ("subject\r\n\r\nbody\0\r\n", "body\0"),
            ("subject", ""),
            ("", ""),
        ] {
            assert_eq!(body(Kind::Commit, message), expected, "{message:?}");
        }
        let signed =
            "v1\n\nnotes\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n";
        assert_eq!(body(Kind::Tag, signed), "notes");
        assert!(body(Kind::Commit, signed).contains("BEGIN"));
    }

    #[test]
    fn odd_dates_do_no_harm() {
        for (when, expected) in [
            (" 0 +0000", Some("1970-01-01T00:00:00+00:00")),
            (" -1 +0100", Some("1970-01-01T00:59:59+01:00")),
            (" 0 +9999", Some("1970-01-01T00:00:00+00:00")),
            (" 0 \u{fc}\u{fc}", Some("1970-01-01T00:00:00+00:00")),
            (" 99999999999999999999 +0000", None),
            (" x +0000", None),
            ("", None),
        ] {
            assert_eq!(rfc3339(when).as_deref(), expected, "{when}");
        }
    }

    #[test]
    fn bytes_become_text_as_the_object_says() {
        let summary = |text: &[u8]| commit(text).describe("").summary;
        assert_eq!(summary("tree 1\n\nfür".as_bytes()).as_deref(), Some("für"));
        assert_eq!(summary(b"tree 1\n\nf\xfcr").as_deref(), Some("für"));
        let said = b"tree 1\nencoding KOI8-R\n\n\xf0\xd2\xc9\xd7\xc5\xd4";
        assert_eq!(summary(said).as_deref(), Some("Привет"));
        let wrong = "tree 1\nencoding ISO-8859-1\n\nfür".as_bytes();
        assert_eq!(summary(wrong).as_deref(), Some("für"));
    }

    #[test]
    fn what_is_empty_is_missing() {
        for text in [
            &b""[..],
            b"tree 1",
            b"tree 1\n\n",
            b"tree 1\n\n \n\n",
            b"\n\n",
        ] {
            assert_eq!(
                commit(text).describe("x"),
                Description {
                    id: Some("x".to_owned()),
                    ..Description::default()
                }
            );
        }
        let blob = Object {
            kind: Kind::Blob,
            text: b"author x\n\nmessage".to_vec(),
        };
        assert_eq!(blob.describe("x").author, None);
        assert_eq!(blob.describe("x").summary, None);
    }
}
