//! A directory of repositories, the archive `srv`, that the notification directory `n` watches.

use std::path::PathBuf;

use super::repo::Repo;
use crate::support::{Run, Sandbox};

pub(super) struct Server<'a> {
    pub(super) sandbox: &'a Sandbox,
    root: PathBuf,
}

impl<'a> Server<'a> {
    /// Registers an empty one; nothing watches it yet.
    #[track_caller]
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        let root = sandbox.path("srv");
        std::fs::create_dir(&root).unwrap();
        let location = format!("git:{}", root.display());
        sandbox.write("home/.arch-params/=locations/srv", location);
        Self { sandbox, root }
    }

    /// As [`Server::new`], and one line follows all of it: `c`, `b`, `v` and `r` are told.
    #[track_caller]
    pub(super) fn followed(sandbox: &'a Sandbox) -> Self {
        sandbox.write(
            "n/=rules.archives",
            "srv record:c record:b record:v record:r\n",
        );
        Self::new(sandbox)
    }

    pub(super) fn path(&self, repository: &str) -> PathBuf {
        self.root.join(format!("{repository}.git"))
    }

    /// Makes a repository.
    pub(super) fn repo(&self, name: &str) -> Repo {
        Repo::new(self.path(name))
    }

    /// Replaces the settings.
    pub(super) fn settings(&self, settings: &str) {
        self.sandbox.write("n/=config.toml", settings);
    }

    /// A poll, which must go well and say nothing: the revisions that it told, as `THUNK NAME`.
    #[track_caller]
    pub(super) fn polled(&self) -> Vec<String> {
        self.sandbox.poll().ok();
        self.revisions()
    }

    /// A poll, which must go well, say nothing and tell these, in whatever order.
    #[track_caller]
    pub(super) fn expect(&self, mut expected: Vec<String>) {
        let mut polled = self.polled();
        polled.sort();
        expected.sort();
        assert_eq!(polled, expected);
    }

    /// The revisions that were told since the last call.
    #[track_caller]
    pub(super) fn revisions(&self) -> Vec<String> {
        let told = self.sandbox.take_record().into_iter();
        told.filter(|told| told.level == "revision")
            .flat_map(|told| told.pairs().collect::<Vec<_>>())
            .collect()
    }

    /// Runs `larch VERB n ARGUMENTS…`.
    pub(super) fn larch(&self, verb: &str, arguments: &[&str]) -> Run {
        self.sandbox.larch([verb, "n"].iter().chain(arguments))
    }
}

impl Repo {
    /// Adds commits to a branch, and gives their ids.
    #[track_caller]
    pub(super) fn push(&self, branch: &str, messages: &[&str]) -> Vec<String> {
        let name = format!("refs/heads/{branch}");
        let tip = self.git(&["for-each-ref", "--format=%(objectname)", &name]);
        let ids = self.commits(messages, Some(tip.as_str()).filter(|tip| !tip.is_empty()));
        self.set(&name, ids.last().unwrap());
        ids
    }
}

/// Revisions of a version, as they are told to `record:THUNK`.
pub(super) fn told(thunk: &str, version: &str, ids: &[String]) -> Vec<String> {
    ids.iter()
        .map(|id| format!("{thunk} srv/{version}--{id}"))
        .collect()
}
