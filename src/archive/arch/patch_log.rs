//! Patch logs: headers in the form of a mail's, an empty line, free text.

use std::io::{self, BufRead, Read as _};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::files::Files;
use crate::archive::{ChangedFile, Description, text};

/// Longer patch logs are refused: nothing that a person reads is longer.
pub(super) const LONGEST: u64 = 64 << 20;

/// More of the text below the headers is not told.
const LONGEST_BODY: usize = 1 << 20;

/// All that a patch log tells.
#[derive(Debug, Default)]
pub(super) struct PatchLog {
    pub(super) description: Description,
    /// The text below the headers.
    pub(super) body: String,
    pub(super) files: Vec<ChangedFile>,
    /// It continues another version, and changes nothing.
    pub(super) is_continuation: bool,
}

/// Reads the author, the date and the summary from the headers of a patch log.
///
/// Headers with nothing in them count as missing.
pub(super) fn describe(mut log: impl BufRead) -> io::Result<Description> {
    let mut described = Described::default();
    read_headers(&mut log, &mut |key, value| described.keep(key, value))?;
    Ok(described.finish())
}

/// Reads all of a patch log.
pub(super) fn read(mut log: impl BufRead) -> io::Result<PatchLog> {
    let mut described = Described::default();
    let mut files = Files::default();
    let mut is_continuation = false;
    read_headers(&mut log, &mut |key, value| {
        is_continuation |= key == "continuation-of";
        files.keep(key, value);
        described.keep(key, value);
    })?;
    let mut body = Vec::new();
    // With one byte more than is kept, whether it is cut within a character can be told.
    log.take(LONGEST_BODY as u64 + 1).read_to_end(&mut body)?;
    text::cut(&mut body, LONGEST_BODY);
    Ok(PatchLog {
        description: described.finish(),
        body: text::without_blank_edges(&text::decode(&body, None)).to_owned(),
        files: files.finish(),
        is_continuation,
    })
}

/// Hands each header to `keep`, its name in small letters and its value in one line, and leaves the
/// log below the empty line.
fn read_headers(log: &mut impl BufRead, keep: &mut dyn FnMut(&str, &[u8])) -> io::Result<()> {
    let mut header: Option<(String, Vec<u8>)> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        log.read_until(b'\n', &mut line)?;
        let text = line.trim_ascii_end();
        if !text.is_empty() && (line.starts_with(b" ") || line.starts_with(b"\t")) {
            if let Some((_, value)) = &mut header {
                value.push(b' ');
                value.extend_from_slice(text.trim_ascii_start());
            }
            continue;
        }
        if let Some((key, value)) = header.take() {
            keep(&key, value.trim_ascii());
        }
        if text.is_empty() {
            return Ok(());
        }
        let colon = text.iter().position(|&byte| byte == b':');
        header = colon.map(|colon| {
            let key = String::from_utf8_lossy(&text[..colon]).to_ascii_lowercase();
            (key, text[colon + 1..].to_owned())
        });
    }
}

/// A description as it is read.
#[derive(Default)]
struct Described {
    description: Description,
    /// The date in the form that is read where there is no better one.
    date: Option<String>,
}

impl Described {
    /// Puts a header where it belongs; the first of a kind wins.
    fn keep(&mut self, key: &str, value: &[u8]) {
        let slot = match key {
            "creator" => &mut self.description.author,
            "standard-date" => &mut self.description.date,
            "summary" => &mut self.description.summary,
            "date" => &mut self.date,
            _ => return,
        };
        if slot.is_none() && !value.is_empty() {
            *slot = Some(text::decode(value, None));
        }
    }

    fn finish(self) -> Description {
        let date = self.description.date;
        Description {
            date: date.map(|date| rfc3339(&date)).or(self.date),
            ..self.description
        }
    }
}

/// `2026-11-20 20:00:38 GMT` as RFC 3339; anything else as it stands.
fn rfc3339(date: &str) -> String {
    date.strip_suffix(" GMT")
        .or_else(|| date.strip_suffix(" UTC"))
        .and_then(|date| DateTime::strptime("%Y-%m-%d %H:%M:%S", date).ok())
        .and_then(|date| date.to_zoned(TimeZone::UTC).ok())
        .map_or_else(|| date.to_owned(), |date| date.timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(log: &[u8]) -> Description {
        describe(log).unwrap()
    }

    #[test]
    fn headers_are_read_up_to_the_first_empty_line() {
        let log = b"Revision: c--b--1.0--patch-1\nArchive: a@b\nCreator: Jo <jo@x.org>\n\
            Date: Fri Nov 20 20:00:38 UTC 2026\nStandard-date: 2026-11-20 20:00:38 GMT\n\
            New-files: a b\n    c d\nSummary: a \"line\"\nKeywords: \n\nSummary: no header\n";
        assert_eq!(
            described(log),
            Description {
                author: Some("Jo <jo@x.org>".to_owned()),
                date: Some("2026-11-20T20:00:38Z".to_owned()),
                summary: Some("a \"line\"".to_owned()),
                id: None,
            }
        );
    }

    #[test]
    fn a_log_tells_its_body_and_what_it_is_of() {
        let log = b"Summary: s\nNew-files: b a\n\n\n  one\nSummary: no header\n\nf\xfcr\n\n";
        let read_log = read(&log[..]).unwrap();
        assert_eq!(read_log.body, "  one\nSummary: no header\n\nf\u{fc}r");
        let paths: Vec<_> = read_log.files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths, ["a", "b"]);
        assert!(!read_log.is_continuation);
        let tag = read(&b"Continuation-of: a@b/c--1--base-0\n\n(automatically)\n"[..]).unwrap();
        assert!(tag.is_continuation && tag.files.is_empty());
        assert_eq!(read(&b""[..]).unwrap().body, "");
    }

    #[test]
    fn continued_headers_become_one_line() {
        let log = b"Summary: one\n    two\n\tthree\nCreator: Jo\n   New-files: x\n";
        let description = described(log);
        assert_eq!(description.summary.as_deref(), Some("one two three"));
        assert_eq!(description.author.as_deref(), Some("Jo New-files: x"));
    }

    #[test]
    fn what_is_empty_is_missing_and_what_is_odd_is_kept() {
        let log = b"Summary: \nCreator: J\xf6\nStandard-date: yesterday\n";
        let description = described(log);
        assert_eq!(description.summary, None);
        assert_eq!(description.author.as_deref(), Some("Jö"));
        assert_eq!(description.date.as_deref(), Some("yesterday"));
        assert_eq!(
            described(b"Date: long ago\n").date.as_deref(),
            Some("long ago")
        );
        assert_eq!(described(b""), Description::default());
        assert_eq!(described(b"no header at all"), Description::default());
    }
}
