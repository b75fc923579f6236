//! GNU Arch archives on web servers, as tla publishes them with `make-archive --listing`.
//!
//! A web server lists no directories in a form that programs can rely on, so such an archive has a
//! file `.listing` in each. It is asked for on condition that it has changed, and what comes is kept
//! as long as the archive is open: its look and its listing are one request. In the flat layout the
//! root's alone tells all categories, branches and versions.
//!
//! tla removes a `.listing` before it puts the new one in its place. One that is missing is asked for
//! once more, and is then an error, never an empty directory: a subject has gone only when the
//! listing above it does not name it any more. A `.listing` tells names alone, so that what has the
//! name of an item is one.

mod address;
mod answer;
mod client;
mod crew;
mod failure;
mod format;
mod listing;
mod logs;
mod seen;
mod shelf;

use std::io::Cursor;
use std::sync::{Arc, OnceLock};

use self::address::Address;
use self::answer::Answer;
use self::client::{Client, Request, Wish};
use self::crew::Crew;
use self::failure::Failure;
use self::format::Format;
use self::seen::Seen;
use self::shelf::Shelf;
use super::flat::FlatRoot;
use super::layout::Layout;
use super::patch_log::{self, PatchLog};
use super::{official_name, place, told};
use crate::archive::{Access, Archive, ArchiveError, Description, Details, Listing, Look, Wanted};
use crate::name::{Level, Name};

/// A GNU Arch archive on a web server.
///
/// It shows one moment: each directory is looked at once. A new look needs a new `WebArchive`.
#[derive(Debug)]
pub struct WebArchive<'a> {
    format: Format,
    shelf: Shelf<'a>,
    flat_root: OnceLock<FlatRoot>,
}

impl<'a> WebArchive<'a> {
    /// Opens the archive at an `http://` or `https://` location, which may hold `USER:PASSWORD@`.
    ///
    /// The format is read; a `hint` that [`Archive::hint`] gave makes that a conditional request. At
    /// most `jobs` requests are under way at once, each for `timeout` at the longest, and all are let
    /// go of when `stop` turns true.
    pub fn open(
        location: &str,
        hint: Option<&str>,
        access: Access<'a>,
    ) -> Result<Self, ArchiveError> {
        let Access { options, stop, .. } = access;
        let crew = Crew {
            client: Arc::new(Client::new(Address::parse(location)?, &options)),
            jobs: options.jobs,
            stop,
        };
        Ok(Self {
            format: Format::find(&crew, hint)?,
            shelf: Shelf::new(crew),
            flat_root: OnceLock::new(),
        })
    }

    /// The place of the subject's listing; none for a name that GNU Arch cannot hold.
    fn place(&self, subject: &Name) -> Result<String, ArchiveError> {
        place::of(subject, self.format.layout)
            .ok_or_else(|| ArchiveError::NoSuchSubject(subject.clone()))
    }

    /// The parts of all that a subject's directory names, complete or not.
    fn parts(&self, subject: &Name) -> Result<Vec<String>, ArchiveError> {
        let place = self.place(subject)?;
        if self.format.layout == Layout::Flat && subject.level() < Level::Version {
            return self
                .flat_root(subject, &place)?
                .parts(subject)
                .ok_or_else(|| ArchiveError::NoSuchSubject(subject.clone()));
        }
        let names = self
            .shelf
            .names(&place)
            .map_err(|failure| self.unlisted(subject, failure))?;
        let parts = names.iter().filter_map(|name| place::part(subject, name));
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        place::sort(subject, &mut parts);
        Ok(parts)
    }

    fn flat_root(&self, subject: &Name, root: &str) -> Result<&FlatRoot, ArchiveError> {
        if let Some(listed) = self.flat_root.get() {
            return Ok(listed);
        }
        let names = self
            .shelf
            .names(root)
            .map_err(|failure| self.unlisted(subject, failure))?;
        Ok(self.flat_root.get_or_init(|| FlatRoot::new(names.iter())))
    }

    /// The error for a subject whose listing could not be had: if it is missing, what the listing
    /// above says decides.
    fn unlisted(&self, subject: &Name, failure: Failure) -> ArchiveError {
        let Failure::Missing { url } = failure else {
            return failure.into();
        };
        let is_root = place::of(subject, self.format.layout).is_some_and(|place| place.is_empty());
        let Some(parent) = subject.parent().filter(|_| !is_root) else {
            return ArchiveError::Fetch {
                url,
                said: "the server has no such file, by which alone an archive can be read from there; \
                       `tla make-archive --listing` makes archives that have it, and `tla archive-fixup` mends them"
                    .to_owned(),
            };
        };
        match self.parts(&parent) {
            Ok(parts) if parts.iter().any(|part| part == subject.part()) => ArchiveError::Fetch {
                url,
                said: "the server has no such file, and the listing above names the directory; \
                           `tla archive-fixup` mends an archive's listings"
                    .to_owned(),
            },
            Ok(_) | Err(ArchiveError::NoSuchSubject(_)) => {
                ArchiveError::NoSuchSubject(subject.clone())
            }
            Err(error) => error,
        }
    }

    /// The path of a revision's log; none for a name that GNU Arch cannot hold.
    fn log_of(&self, revision: &Name) -> Result<String, ArchiveError> {
        let place = self.place(revision)?;
        match revision.level() {
            Level::Revision => Ok(format!("{place}/log")),
            _ => Err(ArchiveError::NoSuchSubject(revision.clone())),
        }
    }

    /// What `read` makes of the logs of revisions; `None` for what is not there.
    fn read_logs<T>(
        &self,
        revisions: &[&Name],
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<Option<T>>, ArchiveError> {
        // A name that GNU Arch cannot hold is of nothing that is there.
        let (places, files): (Vec<usize>, Vec<String>) = revisions
            .iter()
            .enumerate()
            .filter_map(|(place, revision)| Some((place, self.log_of(revision).ok()?)))
            .unzip();
        let mut found: Vec<Option<T>> = revisions.iter().map(|_| None).collect();
        let logs = logs::read(&self.shelf.crew, files, read)?;
        for (place, log) in places.into_iter().zip(logs) {
            found[place] = log;
        }
        Ok(found)
    }

    fn ask(&self, file: String) -> Result<Option<Vec<u8>>, ArchiveError> {
        let wish = Wish::Whole;
        match self.shelf.crew.ask(Request { file, wish }) {
            Ok(Answer::Whole(bytes, _)) => Ok(Some(bytes)),
            Ok(_) | Err(Failure::Missing { .. }) => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    }
}

impl Archive for WebArchive<'_> {
    fn hint(&self) -> Option<String> {
        Some(self.format.to_string())
    }

    fn expect(&self, looks: &[(&Name, Option<&Look>)]) {
        let places = looks.iter().filter_map(|(subject, last)| {
            let place = place::of(subject, self.format.layout)?;
            Some((place, last.and_then(Seen::in_look)))
        });
        // Told to stop, the looks say so themselves.
        self.shelf.expect(places).ok();
    }

    fn look(&self, subject: &Name, last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        let place = self.place(subject)?;
        match self.shelf.listed(&place, last.and_then(Seen::in_look)) {
            Ok(listed) => Ok(Some(listed.seen.look())),
            Err(failure) => Err(self.unlisted(subject, failure)),
        }
    }

    fn list(
        &self,
        subject: &Name,
        _last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        let mut parts = self.parts(subject)?;
        let mut held_back = false;
        if subject.level() == Level::Version {
            let place = self.place(subject)?;
            let (mut complete, new): (Vec<String>, Vec<String>) =
                parts.into_iter().partition(|part| known(part));
            let files = new.iter().map(|part| format!("{place}/{part}/log"));
            let have_logs = logs::have_content(&self.shelf.crew, files.collect())?;
            held_back = have_logs.contains(&false);
            let new = new.into_iter().zip(have_logs);
            complete.extend(new.filter_map(|(part, has_log)| has_log.then_some(part)));
            place::sort(subject, &mut complete);
            parts = complete;
        }
        Ok(Listing {
            parts,
            held_back,
            ..Listing::default()
        })
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        self.read_logs(revisions, |log| patch_log::describe(log).ok())
    }

    fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let logs = self.read_logs(revisions, |log| patch_log::read(log).ok())?;
        let tell = |(log, revision): (Option<PatchLog>, &&Name)| {
            let Some(log) = log else { return Ok(None) };
            told::details(log, revision, wanted, |file| {
                let file = format!("{}/{file}", self.place(revision)?);
                let bytes = match self.ask(file) {
                    // It is too long, or forbidden.
                    Err(ArchiveError::Fetch { .. }) => None,
                    bytes => bytes?,
                };
                Ok(bytes.map(Cursor::new))
            })
            .map(Some)
        };
        logs.into_iter().zip(revisions).map(tell).collect()
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        self.ask(self.log_of(revision)?)?
            .ok_or_else(|| ArchiveError::NoSuchSubject(revision.clone()))
    }

    fn official_name(&self) -> Result<Option<String>, ArchiveError> {
        let text = self.ask(official_name::FILE.to_owned())?;
        Ok(text.and_then(|text| official_name::told_by(&text)))
    }
}
