//! One repository, read by running git: what a category holds.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::commit::Commit;
use super::desk::Desk;
use super::log;
use super::object::{Kind, Object};
use super::objects::{self, LONGEST};
use super::program::Git;
use super::refs::Refs;
use crate::archive::{Access, ArchiveError, Description, Details, Listing, Wanted};
use crate::name::{Level, Name};

/// How much of an object's text is read to describe it: the headers and the first line of the
/// message, unless somebody wants to waste memory.
const DESCRIBED: usize = 64 << 10;

/// How much of it is read to tell all of it.
const TOLD: usize = 1 << 20;

/// A repository at one moment: its refs are read once.
pub(super) struct Repository<'a> {
    git: Git<'a>,
    desk: Arc<Desk>,
    refs: Mutex<Option<Arc<Refs>>>,
}

impl<'a> Repository<'a> {
    /// The repository in `dir`: a bare one, a `.git` directory, or the top of a work tree.
    pub(super) fn new(access: &Access<'a>, dir: &Path, desk: &Arc<Desk>) -> Self {
        Self {
            git: Git::new(access, dir),
            desk: Arc::clone(desk),
            refs: Mutex::new(None),
        }
    }

    /// The same, where its refs are known already.
    pub(super) fn with_refs(git: Git<'a>, refs: Refs, desk: &Arc<Desk>) -> Self {
        Self {
            git,
            desk: Arc::clone(desk),
            refs: Mutex::new(Some(Arc::new(refs))),
        }
    }

    /// Runs git in it.
    pub(super) fn git(&self) -> &Git<'a> {
        &self.git
    }

    /// Its refs; those who ask at once wait for one process.
    pub(super) fn refs(&self) -> Result<Arc<Refs>, ArchiveError> {
        let mut refs = self.refs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(refs) = &*refs {
            return Ok(Arc::clone(refs));
        }
        let read = Arc::new(Refs::read(&self.git)?);
        *refs = Some(Arc::clone(&read));
        Ok(read)
    }

    /// Reads its refs again, and returns whether they are others than before.
    pub(super) fn renew(&self) -> Result<bool, ArchiveError> {
        let read = Arc::new(Refs::read(&self.git)?);
        let mut refs = self.refs.lock().unwrap_or_else(PoisonError::into_inner);
        let are_others = refs.as_ref() != Some(&read);
        *refs = Some(read);
        Ok(are_others)
    }

    /// Lists the category that this is, one of its branches, or one of its versions.
    pub(super) fn list(&self, subject: &Name) -> Result<Listing, ArchiveError> {
        let refs = self.refs()?;
        let missing = || ArchiveError::NoSuchSubject(subject.clone());
        match subject.level() {
            Level::Category => {
                let (parts, unasked) = refs.branches();
                Ok(Listing {
                    parts,
                    unasked,
                    ..Listing::default()
                })
            }
            Level::Branch => {
                let parts = refs.versions(subject.part());
                if parts.is_empty() {
                    return Err(missing());
                }
                Ok(Listing {
                    parts,
                    ..Listing::default()
                })
            }
            Level::Version => {
                let found = refs.of_version(subject).ok_or_else(missing)?;
                let parts = if found.is_tag() {
                    vec![found.id.clone()]
                } else {
                    self.ancestry(&found.id)?
                };
                Ok(Listing {
                    parts,
                    ..Listing::default()
                })
            }
            Level::Archive | Level::Revision => Err(missing()),
        }
    }

    /// The commits that `id` reaches, itself among them, each after its parents.
    fn ancestry(&self, id: &str) -> Result<Vec<String>, ArchiveError> {
        let args = ["rev-list", "--topo-order", "--reverse", id, "--"];
        let listed = self.git.output(&args, b"")?;
        let text = String::from_utf8_lossy(&listed);
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// What is known of revisions; `None` for what is gone.
    pub(super) fn describe(
        &self,
        revisions: &[&Name],
    ) -> Result<Vec<Option<Description>>, ArchiveError> {
        self.objects(revisions, DESCRIBED, |id, object| object.describe(id))
    }

    /// All that can be told of revisions; `None` for what is gone.
    pub(super) fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let mut told = self.objects(revisions, TOLD, |id, object| {
            let commit = (object.kind == Kind::Commit).then(|| Commit::new(id, &object));
            (object.tell(id), commit)
        })?;
        if wanted.files || wanted.diff.is_some() {
            for (details, commit) in told.iter_mut().flatten() {
                if let Some(commit) = commit {
                    let changes = commit.changes(&self.desk, &self.git, wanted.diff)?;
                    (details.files, details.diff) = changes;
                }
            }
        }
        let details = told
            .into_iter()
            .map(|each| each.map(|(details, _)| details));
        Ok(details.collect())
    }

    /// The text that `cat-archive-log` prints for a commit or a tag.
    pub(super) fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        let read = self.objects(&[revision], LONGEST, |id, object| {
            log::text(&self.git, id, &object)
        })?;
        let missing = || Err(ArchiveError::NoSuchSubject(revision.clone()));
        read.into_iter().flatten().next().unwrap_or_else(missing)
    }

    /// What `make` makes of the objects that revisions are; `None` for what is gone.
    fn objects<T>(
        &self,
        revisions: &[&Name],
        keep: usize,
        make: impl Fn(&str, Object) -> T,
    ) -> Result<Vec<Option<T>>, ArchiveError> {
        let ids: Vec<Option<&str>> = revisions.iter().map(|name| objects::id(name)).collect();
        let asked: Vec<&str> = ids.iter().copied().flatten().collect();
        let mut found = objects::read(&self.desk, &self.git, &asked, keep, make)?.into_iter();
        let found = ids.into_iter().map(|id| id.and_then(|_| found.next()?));
        Ok(found.collect())
    }
}
