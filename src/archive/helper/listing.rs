//! The items of one subject, as they come in.

use std::collections::HashMap;

use ring::digest::{SHA256, digest};

use super::conversation::Capabilities;
use super::fault::Fault;
use super::protocol::Answer;
use crate::archive::{Listing, Location, Look};
use crate::clock::Nanos;
use crate::name::{Level, encode};

/// Nobody follows more items of one subject.
const MOST_ITEMS: usize = 1_000_000;

/// What looks begin with that note a position, and those that note a digest of what was listed.
const POSITION: u8 = b'p';
const DIGEST: u8 = b'd';

/// The items that an answer named so far.
#[derive(Debug)]
pub(super) struct Items {
    can: Capabilities,
    /// The items are read elsewhere.
    delegated: bool,
    pub(super) listing: Listing,
    /// The URL where each item is read.
    pub(super) urls: HashMap<String, String>,
}

impl Items {
    /// No items yet, of a subject of `level`.
    pub(super) fn new(level: Level, can: Capabilities) -> Self {
        Self {
            can,
            delegated: can.delegates && level == Level::Archive,
            listing: Listing::default(),
            urls: HashMap::new(),
        }
    }

    /// Takes a line of an answer; `false` if it names no item.
    pub(super) fn take(&mut self, answer: Answer) -> Result<bool, Fault> {
        let Some(bytes) = Answer::bytes(answer.item, answer.item_base64.as_deref()) else {
            return Ok(false);
        };
        if answer.location.is_some() != self.delegated {
            return Ok(false);
        }
        if bytes.is_empty() {
            return Err(Fault::Wrong("it listed an item without a name".to_owned()));
        }
        if self.listing.parts.len() == MOST_ITEMS {
            let problem = format!("it listed more than {MOST_ITEMS} items");
            return Err(Fault::Wrong(problem));
        }
        let part = encode(&bytes);
        if let Some(location) = answer.location {
            let url = self.url(&location).ok_or_else(|| {
                let problem = format!("it listed `{part}` at {location:?}, which may not be read");
                Fault::Wrong(problem)
            })?;
            self.urls.insert(part.clone(), url);
        }
        self.listing.parts.push(part);
        Ok(true)
    }

    /// The URL of a repository that a helper may send us to. What it lists comes from strangers, who
    /// might name what is private to this machine.
    fn url(&self, location: &str) -> Option<String> {
        let location = Location::parse(location).ok()?;
        let is_local = location.host().is_none();
        match location {
            Location::GitRemote(url) if !is_local || self.can.delegates_local => Some(url),
            _ => None,
        }
    }

    /// Completes the listing with an answer's last line; `asked_since`: a position was given.
    ///
    /// A whole listing without a position that is what it was at the look `last` brings nothing.
    pub(super) fn end(
        &mut self,
        end: Answer,
        asked_since: bool,
        last: Option<&Look>,
    ) -> Result<(), Fault> {
        let mut sorted: Vec<&str> = self.listing.parts.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
        if let Some((twice, _)) = pairs.find(|(one, next)| one == next) {
            return Err(Fault::Wrong(format!("it listed `{twice}` twice")));
        }
        if end.since && !asked_since {
            let problem = "it listed what came since, and was asked for everything";
            return Err(Fault::Wrong(problem.to_owned()));
        }
        self.listing.held_back = end.held_back;
        self.listing.since = end.since;
        match end.position.filter(|_| self.can.since) {
            Some(position) => self.listing.look = Some(note(POSITION, position.as_bytes())),
            None if end.since => self.listing.look = last.cloned(),
            None => {
                let digest = digest(&SHA256, self.listing.parts.join("\n").as_bytes());
                self.listing.look = Some(note(DIGEST, digest.as_ref()));
                if self.listing.look.as_ref() == last {
                    self.listing.parts.clear();
                    self.listing.since = true;
                }
            }
        }
        Ok(())
    }
}

/// What a look notes: a mark, and what stands behind it.
fn note(mark: u8, bytes: &[u8]) -> Look {
    Look::Note {
        newest: Nanos::MIN,
        bytes: [&[mark], bytes].concat().into(),
    }
}

/// The position that a look notes, if it does.
pub(super) fn position_of(look: &Look) -> Option<&str> {
    match look {
        Look::Note { bytes, .. } => str::from_utf8(bytes.strip_prefix(&[POSITION])?).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSITIONS: Capabilities = Capabilities {
        since: true,
        describe: false,
        tell: false,
        log: false,
        delegates: false,
        delegates_local: false,
    };

    fn items(names: &[&str], can: Capabilities) -> Items {
        let mut items = Items::new(Level::Archive, can);
        for name in names {
            let answer = Answer {
                item: Some((*name).to_owned()),
                ..Answer::default()
            };
            assert!(items.take(answer).unwrap());
        }
        items
    }

    fn end(position: Option<&str>, since: bool) -> Answer {
        Answer {
            end: true,
            position: position.map(str::to_owned),
            since,
            ..Answer::default()
        }
    }

    fn listing(names: &[&str], last: Option<&Look>, end: Answer) -> Listing {
        let mut items = items(names, POSITIONS);
        items.end(end, last.is_some(), last).unwrap();
        items.listing
    }

    #[test]
    fn items_keep_their_order_and_are_encoded() {
        let listing = listing(&["b c", "a--b"], None, end(None, false));
        assert_eq!(listing.parts, ["b%20c", "a%2D%2Db"]);
        assert!(!listing.since);
    }

    #[test]
    fn a_position_counts_where_the_helper_gives_positions() {
        let look = listing(&[], None, end(Some("r1"), false)).look.unwrap();
        assert_eq!(position_of(&look), Some("r1"));
        let mut items = items(&[], Capabilities::default());
        items.end(end(Some("r1"), false), false, None).unwrap();
        assert_eq!(position_of(&items.listing.look.unwrap()), None);
    }

    #[test]
    fn a_listing_that_is_what_it_was_brings_nothing() {
        let first = listing(&["a", "b"], None, end(None, false)).look;
        let same = listing(&["a", "b"], first.as_ref(), end(None, false));
        assert!(same.since && same.parts.is_empty() && same.look == first);
        for names in [&["a"][..], &["b", "a"], &["a", "b", "c"], &[]] {
            let other = listing(names, first.as_ref(), end(None, false));
            assert!(!other.since && other.parts == names && other.look != first);
        }
        let nothing = listing(&[], first.as_ref(), end(None, true));
        assert!(nothing.since && nothing.look == first);
    }

    #[test]
    fn what_is_no_listing_is_refused() {
        let of = |names: &[&str], since| items(names, POSITIONS).end(end(None, since), false, None);
        assert!(of(&["a", "b", "a"], false).is_err());
        assert!(of(&["a"], true).is_err());
        let unnamed = Answer {
            item: Some(String::new()),
            ..Answer::default()
        };
        assert!(items(&[], POSITIONS).take(unnamed).is_err());
        assert!(!items(&[], POSITIONS).take(Answer::default()).unwrap());
    }

    #[test]
    fn a_helper_sends_nobody_to_what_is_private() {
        let taken = |location: Option<&str>, delegates_local| {
            let can = Capabilities {
                delegates: true,
                delegates_local,
                ..POSITIONS
            };
            let answer = Answer {
                item: Some("x".to_owned()),
                location: location.map(str::to_owned),
                ..Answer::default()
            };
            Items::new(Level::Archive, can).take(answer)
        };
        for good in ["git:https://h/x", "git:jo@h:x.git", "git:ssh://h/x"] {
            assert!(taken(Some(good), false).unwrap(), "{good}");
        }
        assert!(taken(Some("git:file:///x"), true).unwrap());
        assert!(taken(Some("git:file:///x"), false).is_err());
        for bad in [
            "git:/x",
            "git:ext::sh",
            "git:-x",
            "/x",
            "https://h/x",
            "repos:x",
            "dir:/x",
        ] {
            assert!(taken(Some(bad), true).is_err(), "{bad}");
        }
        assert!(!taken(None, true).unwrap());
    }
}
