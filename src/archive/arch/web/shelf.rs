//! The listings of an archive, each asked for once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::answer::Answer;
use super::client::{Request, Wish};
use super::crew::Crew;
use super::failure::Failure;
use super::listing::Names;
use super::seen::Seen;

/// tla replaces a `.listing` by removing the old one first. What is missing is asked for once more,
/// after this time.
const REPLACED: Duration = Duration::from_millis(200);

/// The listings of an archive by the places of their directories.
#[derive(Debug)]
pub(super) struct Shelf<'a> {
    pub(super) crew: Crew<'a>,
    listings: Mutex<HashMap<String, Result<Listed, Failure>>>,
}

/// A listing as the server has it now.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) seen: Seen,
    /// None where the server said no more than that it is as it was.
    names: Option<Arc<Names>>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(crew: Crew<'a>) -> Self {
        Self {
            crew,
            listings: Mutex::default(),
        }
    }

    /// Asks for the listings of all these places at once, where they have not been asked for; each
    /// with what was seen of it last.
    pub(super) fn expect(
        &self,
        places: impl Iterator<Item = (String, Option<Seen>)>,
    ) -> Result<(), Failure> {
        let mut wanted: HashMap<String, Option<Seen>> = places.collect();
        wanted.retain(|place, _| self.get(place).is_none());
        if wanted.is_empty() {
            return Ok(());
        }
        let missing = self.fetch(&Vec::from_iter(wanted))?;
        if !missing.is_empty() {
            thread::sleep(REPLACED);
            self.fetch(&missing)?;
        }
        Ok(())
    }

    /// What the server has of the listing of one place, given what was seen of it last.
    pub(super) fn listed(&self, place: &str, last: Option<Seen>) -> Result<Listed, Failure> {
        self.expect([(place.to_owned(), last)].into_iter())?;
        self.get(place).unwrap_or_else(|| Err(self.missing(place)))
    }

    /// The names in one place. A look that came before stays as it was.
    pub(super) fn names(&self, place: &str) -> Result<Arc<Names>, Failure> {
        let listed = self.listed(place, None)?;
        if let Some(names) = listed.names {
            return Ok(names);
        }
        self.put(place, None);
        self.listed(place, None)?
            .names
            .ok_or_else(|| self.missing(place))
    }

    /// The path of the listing of a place.
    pub(super) fn file(place: &str) -> String {
        match place {
            "" => ".listing".to_owned(),
            place => format!("{place}/.listing"),
        }
    }

    fn missing(&self, place: &str) -> Failure {
        Failure::Missing {
            url: self.crew.client.url(&Self::file(place)),
        }
    }

    fn get(&self, place: &str) -> Option<Result<Listed, Failure>> {
        let listings = self.listings.lock();
        let listings = listings.unwrap_or_else(PoisonError::into_inner);
        listings.get(place).cloned()
    }

    fn put(&self, place: &str, listed: Option<Result<Listed, Failure>>) {
        let listings = self.listings.lock();
        let mut listings = listings.unwrap_or_else(PoisonError::into_inner);
        match listed {
            Some(listed) => listings.insert(place.to_owned(), listed),
            None => listings.remove(place),
        };
    }

    /// Asks for listings, and returns those that are missing.
    fn fetch(
        &self,
        places: &[(String, Option<Seen>)],
    ) -> Result<Vec<(String, Option<Seen>)>, Failure> {
        let requests = places
            .iter()
            .map(|(place, last)| Request {
                file: Self::file(place),
                wish: last.clone().map_or(Wish::Whole, Wish::Changed),
            })
            .collect();
        let mut missing = Vec::new();
        self.crew.ask_all(requests, &mut |index, answer| {
            let (place, last) = &places[index];
            let listed = match (answer, last) {
                (Ok(Answer::Whole(bytes, seen)), _) => self.read(place, bytes, seen),
                (Ok(_), Some(last)) => Ok(Listed {
                    seen: last.clone(),
                    names: None,
                }),
                (Ok(_), None) => Err(self.missing(place)),
                (Err(failure), _) => Err(failure),
            };
            if matches!(listed, Err(Failure::Missing { .. })) {
                missing.push((place.clone(), None));
            }
            self.put(place, Some(listed));
        })?;
        Ok(missing)
    }

    fn read(&self, place: &str, bytes: Vec<u8>, seen: Seen) -> Result<Listed, Failure> {
        let url = self.crew.client.url(&Self::file(place));
        let names = Names::read(&url, bytes)?;
        if place.is_empty() && !names.is_root() {
            return Err(Failure::Refused {
                url,
                said: "this is not the listing of an archive's root".to_owned(),
            });
        }
        Ok(Listed {
            seen,
            names: Some(Arc::new(names)),
        })
    }
}
