//! [`GitTree`]: all repositories below one directory as an archive.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::desk::Desk;
use super::discovery::Discovered;
use super::history;
use super::kind::Kind;
use super::note;
use super::place::{self, Guess, Place};
use super::ref_store;
use super::repository::Repository;
use super::root::Root;
use crate::archive::{
    Access, Answer, Archive, ArchiveError, Description, Details, History, Listing, Look, Question,
    Wanted,
};
use crate::name::{Level, Name};

/// How often a repository whose refs move is read again before it counts as unreadable.
const RENEWALS: usize = 3;

/// Every repository below a directory, or the one that the directory is.
///
/// It shows one moment: repositories are searched once, and the refs of each are read once.
pub struct GitTree<'a> {
    access: Access<'a>,
    root: Root,
    discovered: OnceLock<Discovered>,
    repositories: Mutex<HashMap<String, Arc<Repository<'a>>>>,
    desk: Arc<Desk>,
    /// The first look at each category that had changed: a later one could be newer than the refs
    /// that were read.
    looks: Mutex<HashMap<String, Look>>,
}

impl<'a> GitTree<'a> {
    /// Opens the directory `path`; nothing is read yet.
    pub fn open(path: &Path, access: Access<'a>) -> Result<Self, ArchiveError> {
        Ok(Self {
            access,
            root: Root::open(path)?,
            discovered: OnceLock::new(),
            repositories: Mutex::default(),
            desk: Arc::default(),
            looks: Mutex::default(),
        })
    }

    /// The repository that `subject` is, or stands in.
    fn repository(&self, subject: &Name) -> Result<Arc<Repository<'a>>, ArchiveError> {
        let part = subject.category().unwrap_or_default();
        let known = || {
            self.repositories
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(repository) = known().get(part) {
            return Ok(Arc::clone(repository));
        }
        let place = self.place(part)?.ok_or_else(|| self.missing(subject))?;
        let made = Repository::new(&self.access, &self.root.path(&place.dir), &self.desk);
        let mut known = known();
        let repository = known.entry(part.to_owned()).or_insert(Arc::new(made));
        Ok(Arc::clone(repository))
    }

    /// What `work` reads of the repository that `subject` is, or stands in.
    ///
    /// Refs may move while they are read from, and what they named be collected at once; what was told
    /// and no ref names may be collected; or the repository is removed. So it is read once more, by the
    /// refs of a later moment, where it fails; and again as long as its refs move, also where what was
    /// read `is_doubtful`.
    fn read<T>(
        &self,
        subject: &Name,
        is_doubtful: impl Fn(&T) -> bool,
        work: impl Fn(&Repository<'a>) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let repository = self.repository(subject)?;
        let mut read = work(&repository);
        for renewal in 0..RENEWALS {
            let has_failed = match &read {
                Ok(read) if is_doubtful(read) => false,
                Err(ArchiveError::Program { .. }) => true,
                _ => break,
            };
            self.check_presence(subject)?;
            read = match repository.renew() {
                Ok(false) if renewal > 0 || !has_failed => break,
                Ok(_) => work(&repository),
                Err(error) => Err(error),
            };
        }
        read
    }

    /// What `work` reads of each of `revisions`; nothing where their repository is gone.
    fn read_all<T>(
        &self,
        revisions: &[&Name],
        work: impl Fn(&Repository<'a>) -> Result<Vec<Option<T>>, ArchiveError>,
    ) -> Result<Vec<Option<T>>, ArchiveError> {
        let Some(first) = revisions.first() else {
            return Ok(Vec::new());
        };
        match self.read(first, |_| false, work) {
            Err(ArchiveError::NoSuchSubject(_)) => Ok(revisions.iter().map(|_| None).collect()),
            read => read,
        }
    }

    /// Fails if the repository that `subject` is, or stands in, was removed since it was found.
    fn check_presence(&self, subject: &Name) -> Result<(), ArchiveError> {
        let place = self.place(subject.category().unwrap_or_default())?;
        match place {
            Some(place) if Kind::of(&self.root, &place.dir)? != Kind::Plain => Ok(()),
            _ => Err(self.missing(subject)),
        }
    }

    fn place(&self, part: &str) -> Result<Option<Place>, ArchiveError> {
        if self.discovered.get().is_none() {
            match place::guess(&self.root, part, self.access.options.nested)? {
                Guess::Here(place) => return Ok(Some(place)),
                Guess::Nowhere => return Ok(None),
                Guess::Unsure => {}
            }
        }
        Ok(self.discovered()?.repositories.get(part).cloned())
    }

    fn discovered(&self) -> Result<&Discovered, ArchiveError> {
        if let Some(discovered) = self.discovered.get() {
            return Ok(discovered);
        }
        self.root.check_health()?;
        let discovered = Discovered::search(&self.root, self.access.options.nested)?;
        Ok(self.discovered.get_or_init(|| discovered))
    }

    /// The error for what is not where it should be: it is gone, unless the whole directory is.
    fn missing(&self, subject: &Name) -> ArchiveError {
        match self.root.check_health() {
            Ok(()) => ArchiveError::NoSuchSubject(subject.clone()),
            Err(error) => error,
        }
    }

    fn fresh_look(&self, subject: &Name) -> Result<Look, ArchiveError> {
        if subject.level() == Level::Archive {
            return Ok(self.discovered()?.look.clone());
        }
        let part = subject.category().unwrap_or_default();
        let looks = || self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(look) = looks().get(part) {
            return Ok(look.clone());
        }
        let look = match self.place(part)? {
            Some(place) => ref_store::look(&self.root, &place.git_dir)?,
            None => None,
        };
        let look = look.ok_or_else(|| self.missing(subject))?;
        Ok(looks().entry(part.to_owned()).or_insert(look).clone())
    }
}

impl Archive for GitTree<'_> {
    fn looks_at_categories(&self) -> bool {
        true
    }

    fn look(&self, subject: &Name, last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        if subject.level() > Level::Category {
            return Ok(Some(Look::Covered));
        }
        if let Some(last) = last.filter(|last| note::is_unchanged(&self.root, last)) {
            return Ok(Some(last.clone()));
        }
        self.fresh_look(subject).map(Some)
    }

    fn list(
        &self,
        subject: &Name,
        _last: Option<&Look>,
        _known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        if subject.level() > Level::Archive {
            return self.read(subject, |_| false, |repository| repository.list(subject));
        }
        Ok(Listing {
            parts: self.discovered()?.repositories.keys().cloned().collect(),
            ..Listing::default()
        })
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        self.read_all(revisions, |repository| repository.describe(revisions))
    }

    fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        self.read_all(revisions, |repository| repository.tell(revisions, wanted))
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        self.read(revision, |_| false, |repository| repository.log(revision))
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }
}

impl History for GitTree<'_> {
    fn news(
        &self,
        category: &Name,
        questions: &[Question<'_>],
    ) -> Result<Vec<Answer>, ArchiveError> {
        let mode = self.access.options.revisions;
        let lacks_objects = |answers: &Vec<Answer>| {
            let mut versions = answers.iter().flat_map(|answer| &answer.versions);
            versions.any(|news| matches!(news, Err(ArchiveError::MissingObject { .. })))
        };
        self.read(category, lacks_objects, |repository| {
            history::news(repository.git(), &*repository.refs()?, mode, questions)
        })
    }
}
