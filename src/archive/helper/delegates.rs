//! The repositories that a helper sends us to, each read as `git:URL` under the name that it gives.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::archive::git::{Desk, GitRemote};
use crate::archive::{Access, Archive as _, ArchiveError, Location, Look};
use crate::name::{Level, Name};

type Looked = Result<Option<Look>, ArchiveError>;

/// The repositories of one archive, by category.
pub(super) struct Delegates<'a> {
    access: Access<'a>,
    /// The URL of each category; `None` until the helper has listed them.
    urls: Mutex<Option<HashMap<String, String>>>,
    opened: Mutex<HashMap<Name, Arc<GitRemote<'a>>>>,
    desk: Arc<Desk>,
    /// Looks that were taken before they were asked for.
    looks: Mutex<HashMap<Name, Looked>>,
    /// The hosts that failed, with what they said: nothing more on them is asked for.
    failed: Mutex<HashMap<String, String>>,
}

impl<'a> Delegates<'a> {
    pub(super) fn new(access: Access<'a>) -> Self {
        Self {
            access,
            urls: Mutex::default(),
            opened: Mutex::default(),
            desk: Arc::default(),
            looks: Mutex::default(),
            failed: Mutex::default(),
        }
    }

    /// Whether the helper has listed them.
    pub(super) fn are_known(&self) -> bool {
        lock(&self.urls).is_some()
    }

    /// Takes note of what the helper listed.
    pub(super) fn learn(&self, urls: HashMap<String, String>) {
        *lock(&self.urls) = Some(urls);
    }

    /// Looks at categories, several at once.
    pub(super) fn expect(&self, looks: &[(&Name, Option<&Look>)]) {
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some((category, last)) = looks.get(next.fetch_add(1, Ordering::Relaxed)) {
                let looked = self.ask(category, &|repository| repository.look(category, *last));
                lock(&self.looks).insert((*category).clone(), looked);
            }
        };
        let workers = self.access.options.jobs.clamp(1, looks.len().max(1));
        thread::scope(|scope| {
            for _ in 1..workers {
                scope.spawn(work);
            }
            work();
        });
    }

    /// One look at a category, or at what is below it.
    pub(super) fn look(&self, subject: &Name, last: Option<&Look>) -> Looked {
        if let Some(looked) = lock(&self.looks).remove(subject) {
            return looked;
        }
        self.ask(&category_of(subject), &|repository| {
            repository.look(subject, last)
        })
    }

    /// Asks the repository of a category, unless its host has failed.
    pub(super) fn ask<T>(
        &self,
        category: &Name,
        question: &dyn Fn(&GitRemote<'a>) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let urls = lock(&self.urls);
        let url = urls.as_ref().and_then(|urls| urls.get(category.part()));
        let Some(url) = url.cloned() else {
            return Err(ArchiveError::NoSuchSubject(category.clone()));
        };
        drop(urls);
        let location = Location::GitRemote(url.clone());
        let host = location.host().unwrap_or_default().to_owned();
        if let Some(said) = lock(&self.failed).get(&host) {
            let said = said.clone();
            return Err(ArchiveError::Host { host, said });
        }
        let answer = question(&self.repository(category, &url));
        if let Err(ArchiveError::Host { said, .. }) = &answer {
            lock(&self.failed).insert(host, said.clone());
        }
        answer
    }

    fn repository(&self, category: &Name, url: &str) -> Arc<GitRemote<'a>> {
        let mut opened = lock(&self.opened);
        let repository = opened.entry(category.clone()).or_insert_with(|| {
            let access = self.access.clone();
            Arc::new(GitRemote::open_as(
                category.clone(),
                url,
                access,
                &self.desk,
            ))
        });
        Arc::clone(repository)
    }
}

/// The category that a name is, or stands in.
pub(super) fn category_of(name: &Name) -> Name {
    name.at_level(Level::Category)
        .unwrap_or_else(|| name.clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
