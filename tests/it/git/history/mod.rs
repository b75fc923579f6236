//! What is new in a repository, whatever became of its refs.

mod broken;
mod first;
mod modes;
mod rewritten;
mod shared;

use larch::archive::Revisions;

use super::follower::{Follower, Heard};
use super::repo::Repo;
use crate::support::Sandbox;

/// A repository, and an action that follows it.
struct Followed {
    repo: Repo,
    follower: Follower,
    _sandbox: Sandbox,
}

impl Followed {
    /// An empty repository, and an action that watches these versions.
    fn new(watched: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        Self {
            repo: Repo::new(sandbox.path("work/r.git")),
            follower: Follower::new(watched),
            _sandbox: sandbox,
        }
    }

    /// Makes a branch's commits, one upon another, upon `parent`, and gives their ids.
    fn push(&self, branch: &str, messages: &[&str], parent: Option<&String>) -> Vec<String> {
        let ids = self.repo.commits(messages, parent.map(String::as_str));
        self.repo
            .set(&format!("refs/heads/{branch}"), ids.last().unwrap());
        ids
    }

    #[track_caller]
    fn poll(&mut self) -> Heard {
        let heard = self.poll_as(Revisions::New);
        assert!(heard.failed.is_empty(), "{heard:?}");
        heard
    }

    #[track_caller]
    fn poll_as(&mut self, mode: Revisions) -> Heard {
        self.follower.poll(&self.repo.path, mode)
    }

    /// The next poll tells nothing, and is sure of it.
    #[track_caller]
    fn expect_silence(&mut self) {
        let heard = self.poll();
        assert!(heard.news.is_empty() && !heard.lost, "{heard:?}");
    }
}

/// What a version told.
fn news(version: &str, ids: &[&String]) -> (String, Vec<String>) {
    (
        version.to_owned(),
        ids.iter().map(|id| (*id).clone()).collect(),
    )
}
