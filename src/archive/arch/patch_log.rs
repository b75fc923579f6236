//! Patch logs: headers in the form of a mail's, an empty line, free text.

use std::io::{self, BufRead};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::archive::Description;

/// Longer patch logs are refused: nothing that a person reads is longer.
pub(super) const LONGEST: u64 = 64 << 20;

/// Reads the author, the date and the summary from the headers of a patch log.
///
/// Bytes that are not UTF-8 are replaced. Headers with nothing in them count as missing.
pub(super) fn describe(mut log: impl BufRead) -> io::Result<Description> {
    let mut description = Description::default();
    let mut date = None;
    let mut header: Option<(String, String)> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        log.read_until(b'\n', &mut line)?;
        let text = line.trim_ascii_end();
        if text.is_empty() {
            break;
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if let Some((_, value)) = &mut header {
                value.push(' ');
                value.push_str(String::from_utf8_lossy(text).trim());
            }
            continue;
        }
        keep(header.take(), &mut description, &mut date);
        let text = String::from_utf8_lossy(text);
        if let Some((key, value)) = text.split_once(':') {
            header = is_wanted(key).then(|| (key.to_owned(), value.trim().to_owned()));
        }
    }
    keep(header, &mut description, &mut date);
    description.date = description.date.map(|date| rfc3339(&date)).or(date);
    Ok(description)
}

fn is_wanted(key: &str) -> bool {
    ["Creator", "Standard-date", "Date", "Summary"]
        .iter()
        .any(|wanted| key.eq_ignore_ascii_case(wanted))
}

/// Puts a header where it belongs; the first of a kind wins.
fn keep(
    header: Option<(String, String)>,
    description: &mut Description,
    date: &mut Option<String>,
) {
    let Some((key, value)) = header else { return };
    let slot = match key.to_ascii_lowercase().as_str() {
        "creator" => &mut description.author,
        "standard-date" => &mut description.date,
        "summary" => &mut description.summary,
        _ => date,
    };
    if slot.is_none() && !value.is_empty() {
        *slot = Some(value);
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
        assert_eq!(description.author.as_deref(), Some("J\u{fffd}"));
        assert_eq!(description.date.as_deref(), Some("yesterday"));
        assert_eq!(
            described(b"Date: long ago\n").date.as_deref(),
            Some("long ago")
        );
        assert_eq!(described(b""), Description::default());
        assert_eq!(described(b"no header at all"), Description::default());
    }
}
