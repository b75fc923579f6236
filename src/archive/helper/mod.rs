//! Whatever a helper program lists: `larch-archive-NAME` for the location `NAME:ADDRESS`.
//!
//! The program is started for the first question, and asked over a pipe, one question at a time; the
//! page `docs/helpers.md` defines what is said. It is a stranger: whatever it does ends in an error
//! that names it, never in a listing that holds less than it said or more than it may.
//!
//! A helper may also list git repositories and leave it to larch to read them.

mod conversation;
mod delegates;
mod fault;
mod listing;
mod process;
mod program;
mod protocol;
mod questions;
mod tell;

use self::delegates::{Delegates, category_of};
use self::program::Program;
use super::{
    Access, Answer, Archive, ArchiveError, Description, Details, History, Listing, Look, Question,
    Wanted,
};
use crate::name::{Level, Name};

/// An archive that a program lists.
pub struct HelperArchive<'a> {
    program: Program<'a>,
    delegates: Delegates<'a>,
}

impl<'a> HelperArchive<'a> {
    /// Finds the program of the helper `name`; it is not started yet.
    pub fn open(
        archive: &str,
        name: &str,
        address: &str,
        access: Access<'a>,
    ) -> Result<Self, ArchiveError> {
        Ok(Self {
            program: Program::find(archive, name, address, access.clone())?,
            delegates: Delegates::new(access),
        })
    }

    /// Whether what is below categories is read elsewhere.
    fn delegates(&self) -> Result<bool, ArchiveError> {
        Ok(self.program.capabilities()?.delegates)
    }

    /// The category of a subject that is read elsewhere, if it is.
    fn delegated(&self, subject: &Name) -> Result<Option<Name>, ArchiveError> {
        if subject.level() == Level::Archive || !self.delegates()? {
            return Ok(None);
        }
        let category = category_of(subject);
        if !self.delegates.are_known()
            && let Some(archive) = category.parent()
        {
            self.list_by_program(&archive, None)?;
        }
        Ok(Some(category))
    }

    fn list_by_program(
        &self,
        subject: &Name,
        last: Option<&Look>,
    ) -> Result<Listing, ArchiveError> {
        let items = self.program.list(subject, last)?;
        if subject.level() == Level::Archive {
            self.delegates.learn(items.urls);
        }
        Ok(items.listing)
    }
}

impl Archive for HelperArchive<'_> {
    fn looks_at_categories(&self) -> bool {
        // A program that cannot be asked says so when something is listed.
        self.delegates().unwrap_or(false)
    }

    fn expect(&self, looks: &[(&Name, Option<&Look>)]) {
        let are_known = |name| matches!(self.delegated(name), Ok(Some(_)));
        if looks.first().is_some_and(|(name, _)| are_known(name)) {
            self.delegates.expect(looks);
        }
    }

    fn look(&self, subject: &Name, last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        match self.delegated(subject)? {
            Some(_) => self.delegates.look(subject, last),
            None => Ok(None),
        }
    }

    fn list(
        &self,
        subject: &Name,
        last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        match self.delegated(subject)? {
            Some(category) => self
                .delegates
                .ask(&category, &|git| git.list(subject, last, known)),
            None => self.list_by_program(subject, last),
        }
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        let Some(first) = revisions.first() else {
            return Ok(Vec::new());
        };
        match self.delegated(first)? {
            Some(category) => self
                .delegates
                .ask(&category, &|git| git.describe(revisions)),
            None => self.program.describe(revisions),
        }
    }

    fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let Some(first) = revisions.first() else {
            return Ok(Vec::new());
        };
        match self.delegated(first)? {
            Some(category) => self
                .delegates
                .ask(&category, &|git| git.tell(revisions, wanted)),
            None => self.program.tell(revisions, wanted),
        }
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        match self.delegated(revision)? {
            Some(category) => self.delegates.ask(&category, &|git| git.log(revision)),
            None => self.program.log(revision),
        }
    }

    fn history(&self) -> Option<&dyn History> {
        self.looks_at_categories().then_some(self)
    }
}

impl History for HelperArchive<'_> {
    fn news(
        &self,
        category: &Name,
        questions: &[Question<'_>],
    ) -> Result<Vec<Answer>, ArchiveError> {
        match self.delegated(category)? {
            Some(category) => self
                .delegates
                .ask(&category, &|git| git.news(&category, questions)),
            None => Err(ArchiveError::NoSuchSubject(category.clone())),
        }
    }
}
