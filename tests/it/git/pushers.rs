//! People who push to the repositories of a [`super::server::Server`], and all that they made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::repo::{Import, Repo};
use crate::support::Dice;

/// One who pushes to a repository, from one of their own that loses nothing. The names of the refs
/// begin with theirs, so that nobody is rejected.
pub(super) struct Pusher {
    name: String,
    dice: Dice,
    own: Repo,
    served: String,
    /// The branches that were pushed, with their lines of commits.
    branches: BTreeMap<String, Vec<String>>,
    tags: Vec<String>,
    made: usize,
}

/// What is to be done to a repository beside pushing.
pub(super) enum Upkeep {
    Collect,
    Pack,
    Repack,
}

impl Pusher {
    pub(super) fn new(own: &Path, served: &Repo, name: &str, seed: u64) -> Self {
        Self {
            name: name.to_owned(),
            dice: Dice::new(seed),
            own: Repo::new(own.to_owned()),
            served: served.path.display().to_string(),
            branches: BTreeMap::new(),
            tags: Vec::new(),
            made: 0,
        }
    }

    /// Does one thing; what else is to be done to the repository is returned.
    pub(super) fn act(&mut self) -> Option<Upkeep> {
        match self.dice.below(12) {
            0..5 => self.extend(),
            5 => self.rewrite(),
            6 => self.delete(),
            7 => self.merge(),
            8 | 9 => self.tag(),
            10 => return Some(Upkeep::Collect),
            _ if self.dice.below(2) == 0 => return Some(Upkeep::Pack),
            _ => return Some(Upkeep::Repack),
        }
        None
    }

    /// Adds commits to a branch, maybe a new one, which may begin at another.
    fn extend(&mut self) {
        let branch = format!("{}/{}", self.name, self.dice.below(4));
        let mut line = match self.branches.get(&branch) {
            Some(line) => line.clone(),
            None => self.any_branch().unwrap_or_default(),
        };
        let count = 1 + self.dice.below(4);
        self.grow(&mut line, count, None);
        self.send(branch, line);
    }

    /// Takes back some commits of a branch, and makes others.
    fn rewrite(&mut self) {
        let Some(mut line) = self.any_branch() else {
            return;
        };
        let branch = self.branch_of(&line);
        line.truncate(line.len().saturating_sub(1 + self.dice.below(5)));
        if line.is_empty() || self.dice.below(3) > 0 {
            self.grow(&mut line, 2, None);
        }
        self.send(branch, line);
    }

    fn delete(&mut self) {
        if let Some(line) = self.any_branch() {
            let branch = self.branch_of(&line);
            self.push(&format!(":refs/heads/{branch}"));
            self.branches.remove(&branch);
        }
    }

    fn merge(&mut self) {
        let (Some(mut into), Some(from)) = (self.any_branch(), self.any_branch()) else {
            return;
        };
        let branch = self.branch_of(&into);
        self.grow(&mut into, 1, from.last().map(String::as_str));
        self.send(branch, into);
    }

    /// Makes a tag or deletes one.
    fn tag(&mut self) {
        if self.tags.len() > 3 {
            let tag = self.tags.remove(0);
            self.push(&format!(":refs/tags/{tag}"));
            return;
        }
        let Some(mut line) = self.any_branch() else {
            return;
        };
        // A tag may be all that reaches a commit.
        if self.dice.below(3) == 0 {
            self.grow(&mut line, 1, None);
        }
        self.made += 1;
        let tag = format!("{}-{}", self.name, self.made);
        let commit = line.last().unwrap();
        let id = if self.dice.below(2) == 0 {
            commit.clone()
        } else {
            let mut import = Import::default();
            import.tag(&tag, commit, "signed");
            self.own.import(&import).remove(0)
        };
        self.push(&format!("{id}:refs/tags/{tag}"));
        self.tags.push(tag);
    }

    fn any_branch(&mut self) -> Option<Vec<String>> {
        let lines: Vec<_> = self.branches.values().cloned().collect();
        self.dice.pick(&lines).cloned()
    }

    /// The branch whose line this is.
    fn branch_of(&self, line: &[String]) -> String {
        let mut branches = self.branches.iter();
        branches.find(|(_, each)| *each == line).unwrap().0.clone()
    }

    fn grow(&mut self, line: &mut Vec<String>, count: usize, other: Option<&str>) {
        let mut import = Import::default();
        let mut parent = line.last().cloned();
        for _ in 0..count {
            self.made += 1;
            let message = format!("{} {}", self.name, self.made);
            let parents: Vec<&str> = parent.as_deref().into_iter().chain(other).collect();
            parent = Some(import.commit(&message, &parents));
        }
        // Each commit stays in the own repository, so that all can be asked about in the end.
        import.set(&format!("refs/kept/{}", self.made), &parent.unwrap());
        line.extend(self.own.import(&import));
    }

    fn send(&mut self, branch: String, line: Vec<String>) {
        self.push(&format!("{}:refs/heads/{branch}", line.last().unwrap()));
        self.branches.insert(branch, line);
    }

    fn push(&self, refspec: &str) {
        self.own
            .git(&["push", "--force", "-q", &self.served, refspec]);
    }

    /// All commits that were ever made, each with its parents.
    pub(super) fn commits(&self) -> BTreeMap<String, Vec<String>> {
        parents(&self.own, &["--all"])
    }
}

impl Upkeep {
    pub(super) fn run(&self, repo: &Repo) {
        match self {
            Self::Collect => repo.git(&["gc", "-q", "--prune=now"]),
            Self::Pack => repo.git(&["pack-refs", "--all", "--prune"]),
            Self::Repack => repo.git(&["repack", "-a", "-d", "-q"]),
        };
    }
}

/// The commits that these reach, each with its parents.
pub(super) fn parents(repo: &Repo, from: &[&str]) -> BTreeMap<String, Vec<String>> {
    let listed = repo.git(&[&["rev-list", "--parents"], from].concat());
    let ids = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    listed
        .lines()
        .map(|line| {
            let mut ids = ids(line);
            (ids.remove(0), ids)
        })
        .collect()
}

/// The objects that tags name, with the tags' names.
pub(super) fn tags(repo: &Repo) -> BTreeSet<(String, String)> {
    let listed = repo.git(&[
        "for-each-ref",
        "--format=%(refname:strip=2) %(objectname)",
        "refs/tags",
    ]);
    listed
        .lines()
        .map(|line| {
            let (name, id) = line.split_once(' ').unwrap();
            (name.to_owned(), id.to_owned())
        })
        .collect()
}
