//! One repository elsewhere: `git:URL`.
//!
//! A look is one `git ls-remote`: the refs and what they name. Only when those differ from what the
//! copy here holds is anything fetched, and from then on everything is read from the copy.
//!
//! What is listed are the refs of the copy, since only their commits are here. A push may come
//! between the look and the fetch: then the copy is newer than the look, and the look is not trusted.
//! Otherwise a repository that returned to what it was at the look would seem unchanged, though what
//! was listed is what it was between.

mod advertised;
mod failure;
mod leftovers;
mod mirror;
mod url;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use self::mirror::Mirror;
use self::url::Url;
use super::desk::Desk;
use super::history;
use super::refs::Refs;
use super::repository::Repository;
use crate::archive::{
    Access, Answer, Archive, ArchiveError, Description, Details, History, Listing, Look, Question,
    Wanted,
};
use crate::clock::Nanos;
use crate::name::{Level, Name};

/// What the archive of a repository is called while nobody has named it.
const UNNAMED: &str = "git";

/// One repository elsewhere.
pub struct GitRemote<'a> {
    access: Access<'a>,
    url: Url,
    category: Name,
    /// What the copy of it is called.
    copy: String,
    mirror: OnceLock<Mirror<'a>>,
    desk: Arc<Desk>,
    /// What the repository said, once it was asked.
    said: Mutex<Option<Arc<Said>>>,
    /// The copy, once it was brought up to date.
    current: Mutex<Option<Arc<Current<'a>>>>,
}

/// What is found of some revisions; `None` for each that is gone.
type Found<T> = Result<Vec<Option<T>>, ArchiveError>;

/// What the repository says of itself.
struct Said {
    refs: Refs,
    head: Option<Vec<u8>>,
}

/// The copy, as far as it could be brought up to date.
struct Current<'a> {
    repository: Repository<'a>,
    /// It is what the repository said.
    is_settled: bool,
}

impl<'a> GitRemote<'a> {
    /// The repository at `url`, which is the one category of the archive `name`. Asks nobody yet.
    pub fn open(name: &str, url: &str, access: Access<'a>) -> Result<Self, ArchiveError> {
        let url = Url::new(url);
        let archive = if name.is_empty() { UNNAMED } else { name };
        let category = Name::parse(archive, Some(Level::Archive))
            .and_then(|archive| archive.child(&url.part()))
            .map_err(|_| ArchiveError::UnknownKind(url.shown()))?;
        let copy = archive.to_owned();
        Ok(Self {
            access,
            url,
            category,
            copy,
            mirror: OnceLock::new(),
            desk: Arc::default(),
            said: Mutex::new(None),
            current: Mutex::new(None),
        })
    }

    /// The repository at `url` as one category of an archive that has others.
    pub(in crate::archive) fn open_as(
        category: Name,
        url: &str,
        access: Access<'a>,
        desk: &Arc<Desk>,
    ) -> Self {
        Self {
            access,
            url: Url::new(url),
            // No name holds a `#`, so this is no other's.
            copy: category.as_str().replace('/', "#"),
            category,
            mirror: OnceLock::new(),
            desk: Arc::clone(desk),
            said: Mutex::new(None),
            current: Mutex::new(None),
        }
    }

    fn mirror(&self) -> Result<&Mirror<'a>, ArchiveError> {
        if let Some(mirror) = self.mirror.get() {
            return Ok(mirror);
        }
        let mirror = Mirror::new(&self.access, &self.copy)?;
        Ok(self.mirror.get_or_init(|| mirror))
    }

    /// What the repository says of itself; asked once.
    fn said(&self) -> Result<Arc<Said>, ArchiveError> {
        let mut said = lock(&self.said);
        if let Some(said) = &*said {
            return Ok(Arc::clone(said));
        }
        let fresh = Arc::new(self.mirror()?.ask(&self.url)?);
        *said = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The copy, which is brought up to date once.
    fn current(&self) -> Result<Arc<Current<'a>>, ArchiveError> {
        let mut current = lock(&self.current);
        if let Some(current) = &*current {
            return Ok(Arc::clone(current));
        }
        let said = self.said()?;
        let mirror = self.mirror()?;
        let kept = if mirror.exists() {
            Refs::read(&mirror.git()).ok()
        } else {
            None
        };
        let kept = kept.filter(|kept| advertised::agree(kept, &said.refs));
        let refs = if let Some(kept) = kept {
            kept
        } else {
            let fetched = mirror.refresh(&self.url, &said);
            fetched.map_err(|error| failure::of_this_one(error, "git fetch", &self.url))?;
            Refs::read(&mirror.git())?
        };
        let fresh = Arc::new(Current {
            is_settled: advertised::agree(&refs, &said.refs),
            repository: Repository::with_refs(mirror.git(), refs, &self.desk),
        });
        *current = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    /// The look at the refs. Where it is news, the copy is brought up to date, which tells whether the
    /// look can be trusted.
    fn look_at_refs(&self, last: Option<&Look>) -> Result<Look, ArchiveError> {
        let look = advertised::look(&self.said()?.refs);
        let is_news = last != Some(&look) && self.access.cache.is_some();
        Ok(match look {
            Look::Note { bytes, .. } if is_news && !self.current()?.is_settled => Look::Note {
                newest: Nanos::MAX,
                bytes,
            },
            look => look,
        })
    }

    /// What `work` reads from the copy. Where it cannot be read, it is made anew.
    fn read<T>(
        &self,
        work: &dyn Fn(&Current<'_>) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let done = match work(&*self.current()?) {
            Err(error @ ArchiveError::Program { .. }) if self.mend(&error)? => {
                work(&*self.current()?)
            }
            done => done,
        };
        // That it takes long here says nothing of the host.
        done.map_err(|error| failure::of_this_one(error, "git", &self.url))
    }

    /// Makes the copy anew, since `error` may come from its being damaged. False where that is no way
    /// out.
    fn mend(&self, error: &ArchiveError) -> Result<bool, ArchiveError> {
        let said = self.said()?;
        if !self.mirror()?.replace(&self.url, &said, error) {
            return Ok(false);
        }
        lock(&self.current).take();
        self.desk.clear();
        Ok(true)
    }

    /// What `work` reads from the copy as it is, without asking anybody; `None` where that does not do.
    fn read_kept<T>(
        &self,
        work: &dyn Fn(&Repository<'_>) -> Result<Option<T>, ArchiveError>,
    ) -> Result<Option<T>, ArchiveError> {
        let mirror = self.mirror()?;
        if !mirror.exists() {
            return Ok(None);
        }
        let kept = Repository::with_refs(mirror.git(), Refs::default(), &self.desk);
        Ok(work(&kept).unwrap_or_default())
    }

    /// What `work` reads of revisions; from the copy as it is, where it has them all.
    fn read_all<T>(&self, work: &dyn Fn(&Repository<'_>) -> Found<T>) -> Found<T> {
        let found = self.read_kept(&|repository| {
            let found = work(repository)?;
            Ok(Some(found).filter(|found| found.iter().all(Option::is_some)))
        })?;
        match found {
            Some(found) => Ok(found),
            None => self.read(&|current| work(&current.repository)),
        }
    }

    fn is_ours(&self, subject: &Name) -> bool {
        subject.archive() == self.category.archive()
            && subject.category() == self.category.category()
    }
}

impl Archive for GitRemote<'_> {
    fn looks_at_categories(&self) -> bool {
        true
    }

    fn look(&self, subject: &Name, last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        match subject.level() {
            // The URL names the category, and a URL does not change.
            Level::Archive => Ok(Some(Look::Note {
                newest: Nanos::MIN,
                bytes: self.category.part().as_bytes().into(),
            })),
            _ if !self.is_ours(subject) => Err(ArchiveError::NoSuchSubject(subject.clone())),
            Level::Category => self.look_at_refs(last).map(Some),
            _ => Ok(Some(Look::Covered)),
        }
    }

    fn list(
        &self,
        subject: &Name,
        _last: Option<&Look>,
        _known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        if subject.level() == Level::Archive {
            return Ok(Listing {
                parts: vec![self.category.part().to_owned()],
                ..Listing::default()
            });
        }
        if !self.is_ours(subject) {
            return Err(ArchiveError::NoSuchSubject(subject.clone()));
        }
        if self.access.cache.is_none() && subject.level() != Level::Version {
            // Nothing is kept: no need to fetch everything for the names of a few refs.
            let refs = self.said()?.refs.clone();
            return Repository::with_refs(self.mirror()?.git(), refs, &self.desk).list(subject);
        }
        self.read(&|current| {
            let mut listing = current.repository.list(subject)?;
            listing.held_back |= !current.is_settled;
            Ok(listing)
        })
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        self.read_all(&|repository| repository.describe(revisions))
    }

    fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        self.read_all(&|repository| repository.tell(revisions, wanted))
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        match self.read_kept(&|repository| repository.log(revision).map(Some))? {
            Some(found) => Ok(found),
            None => self.read(&|current| current.repository.log(revision)),
        }
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }
}

impl History for GitRemote<'_> {
    fn news(
        &self,
        category: &Name,
        questions: &[Question<'_>],
    ) -> Result<Vec<Answer>, ArchiveError> {
        if !self.is_ours(category) {
            return Err(ArchiveError::NoSuchSubject(category.clone()));
        }
        let mode = self.access.options.revisions;
        let ask = |current: &Current<'_>| {
            let repository = &current.repository;
            history::news(repository.git(), &*repository.refs()?, mode, questions)
        };
        let answers = self.read(&ask)?;
        let mut of_versions = answers.iter().flat_map(|answer| &answer.versions);
        let missing = of_versions.find_map(|news| news.as_ref().err());
        match missing {
            // A repository does not advertise what it does not have.
            Some(error @ ArchiveError::MissingObject { .. }) if self.mend(error)? => {
                self.read(&ask)
            }
            _ => Ok(answers),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
