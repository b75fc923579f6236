//! What is remembered of a file, to ask a server whether it has changed.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::fmt::rfc2822;
use ring::digest::{SHA256, digest};
use ureq::http::{HeaderMap, header};

use crate::archive::Look;
use crate::clock::Nanos;

/// A file that had not been written for this long when it was served is not written again with the
/// same time: servers tell times in whole seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// As many bytes of a digest are kept.
const DIGEST: usize = 16;

/// What is remembered of a file: a digest, and what the server can tell a change by.
///
/// Validators are kept only where they are sure to change with the file. A time counts once it is
/// old by the server's own clock, so that ours does not matter; and since some servers make their
/// entity tags of times, a tag waits for the time too. Without validators the file is fetched
/// whole and its digest compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    digest: String,
    tag: Option<String>,
    modified: Option<String>,
}

impl Seen {
    /// Takes note of a file that came with these headers.
    pub(super) fn new(headers: &HeaderMap, bytes: &[u8]) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let modified = text(header::LAST_MODIFIED);
        let tag = text(header::ETAG).filter(|tag| is_tag(tag));
        let (tag, modified) = match modified {
            Some(modified) if is_settled(modified, text(header::DATE)) => (tag, Some(modified)),
            Some(_) => (None, None),
            None => (tag.filter(|tag| !tag.starts_with("W/")), None),
        };
        let digest = digest(&SHA256, bytes);
        Self {
            digest: BASE64_STANDARD.encode(&digest.as_ref()[..DIGEST]),
            tag: tag.map(str::to_owned),
            modified: modified.map(str::to_owned),
        }
    }

    /// Reads the text that a hint or a look holds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let (digest, tag, modified) = (words.next()?, words.next()?, words.next()?);
        let there = |text: &str| (text != "-").then(|| text.to_owned());
        Some(Self {
            digest: digest.to_owned(),
            tag: there(tag),
            modified: there(modified),
        })
    }

    /// Reads a look that [`Seen::look`] made.
    pub(super) fn in_look(look: &Look) -> Option<Self> {
        match look {
            Look::Note { bytes, .. } => Self::parse(str::from_utf8(bytes).ok()?),
            _ => None,
        }
    }

    /// A look that can be trusted at once: it misses no change.
    pub(super) fn look(&self) -> Look {
        Look::Note {
            newest: Nanos::MIN,
            bytes: self.to_string().into_bytes().into(),
        }
    }

    /// The headers that make a request conditional; none where only the digest tells.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (header::HeaderName, &str)> {
        let tag = self.tag.as_deref().map(|tag| (header::IF_NONE_MATCH, tag));
        let modified = self.modified.as_deref();
        tag.into_iter()
            .chain(modified.map(|modified| (header::IF_MODIFIED_SINCE, modified)))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (tag, modified) = (self.tag.as_deref(), self.modified.as_deref());
        let digest = &self.digest;
        write!(
            f,
            "{digest} {} {}",
            tag.unwrap_or("-"),
            modified.unwrap_or("-")
        )
    }
}

fn is_tag(text: &str) -> bool {
    text.ends_with('"') && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the server's clock, at `date`, was well past `modified`.
fn is_settled(modified: &str, date: Option<&str>) -> bool {
    let time = |text| rfc2822::parse(text).ok().map(|zoned| zoned.timestamp());
    let (Some(modified), Some(date)) = (time(modified), date.and_then(time)) else {
        return false;
    };
    date.duration_since(modified) >= SETTLED.try_into().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Fri, 20 Nov 2026 20:00:00 GMT";
    const TWO_LATER: &str = "Fri, 20 Nov 2026 20:00:02 GMT";
    const ONE_LATER: &str = "Fri, 20 Nov 2026 20:00:01 GMT";

    fn seen(headers: &[(header::HeaderName, &str)]) -> Seen {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        Seen::new(&headers, b"hello\r\n")
    }

    #[test]
    fn only_validators_that_change_with_the_file_are_kept() {
        use header::{DATE, ETAG, LAST_MODIFIED};
        for (headers, tag, modified) in [
            (vec![], None, None),
            (vec![(LAST_MODIFIED, OLD)], None, None),
            (vec![(LAST_MODIFIED, OLD), (DATE, OLD)], None, None),
            (vec![(LAST_MODIFIED, OLD), (DATE, ONE_LATER)], None, None),
            (
                vec![(LAST_MODIFIED, OLD), (DATE, TWO_LATER)],
                None,
                Some(OLD),
            ),
            // The file is newer than the server's clock.
            (vec![(LAST_MODIFIED, TWO_LATER), (DATE, OLD)], None, None),
            (vec![(LAST_MODIFIED, "yesterday"), (DATE, OLD)], None, None),
            (vec![(ETAG, "\"x\"")], Some("\"x\""), None),
            (vec![(ETAG, "W/\"x\"")], None, None),
            (vec![(ETAG, "\"a b\"")], None, None),
            (
                vec![(ETAG, "\"x\""), (LAST_MODIFIED, OLD), (DATE, ONE_LATER)],
                None,
                None,
            ),
            (
                vec![(ETAG, "W/\"x\""), (LAST_MODIFIED, OLD), (DATE, TWO_LATER)],
                Some("W/\"x\""),
                Some(OLD),
            ),
        ] {
            let seen = seen(&headers);
            let kept = (seen.tag.as_deref(), seen.modified.as_deref());
            assert_eq!(kept, (tag, modified), "{headers:?}");
            assert_eq!(Seen::parse(&seen.to_string()), Some(seen.clone()));
            assert_eq!(Seen::in_look(&seen.look()), Some(seen));
        }
    }

    #[test]
    fn another_text_is_another_look() {
        let headers = HeaderMap::new();
        let look = |text: &[u8]| Seen::new(&headers, text).look();
        assert_eq!(look(b"a\r\n"), look(b"a\r\n"));
        assert_ne!(look(b"a\r\n"), look(b"b\r\n"));
    }
}
