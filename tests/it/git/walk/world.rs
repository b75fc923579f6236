//! A repository and what the test knows of it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::change;
use crate::git::repo::Repo;
use crate::support::Dice;

/// Commits, by number.
pub(super) type Commits = HashSet<usize>;

/// What a ref names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) commit: usize,
    /// The id of the tag object, if it is one.
    pub(super) tag: Option<String>,
}

/// What the repository is, as the test made it.
pub(super) struct World {
    pub(super) repo: Repo,
    /// The parents of each commit ever made.
    pub(super) parents: Vec<Vec<usize>>,
    pub(super) ids: Vec<String>,
    pub(super) numbers: HashMap<String, usize>,
    /// Which commits the repository holds, reached or not.
    pub(super) held: Commits,
    /// By version, as `heads--main`.
    pub(super) refs: BTreeMap<String, Target>,
    pub(super) head: String,
    pub(super) tags_made: usize,
}

impl World {
    /// A repository without anything in it.
    pub(super) fn new(repo: Repo) -> Self {
        Self {
            repo,
            parents: Vec::new(),
            ids: Vec::new(),
            numbers: HashMap::new(),
            held: Commits::new(),
            refs: BTreeMap::new(),
            head: "heads--main".to_owned(),
            tags_made: 0,
        }
    }

    /// What a version's ref itself names.
    pub(super) fn own_id(&self, version: &str) -> &String {
        let target = &self.refs[version];
        target.tag.as_ref().unwrap_or(&self.ids[target.commit])
    }

    /// What these commits reach, themselves included.
    pub(super) fn reach(&self, from: impl IntoIterator<Item = usize>) -> Commits {
        let mut reached = Commits::new();
        let mut waiting: Vec<usize> = from.into_iter().collect();
        while let Some(commit) = waiting.pop() {
            if reached.insert(commit) {
                waiting.extend(&self.parents[commit]);
            }
        }
        reached
    }

    /// What a commit reaches along first parents.
    pub(super) fn first_parents(&self, from: usize) -> Commits {
        std::iter::successors(Some(from), |commit| self.parents[*commit].first().copied()).collect()
    }

    /// How git calls a version's ref.
    pub(super) fn git_name(version: &str) -> String {
        format!("refs/{}", version.replace("--", "/"))
    }

    pub(super) fn branches(&self) -> Vec<String> {
        self.refs
            .keys()
            .filter(|name| name.starts_with("heads"))
            .cloned()
            .collect()
    }

    /// Does a few things at random.
    pub(super) fn change(&mut self, dice: &mut Dice) {
        change::make(self, dice);
        match dice.below(12) {
            0 | 1 => {
                self.repo.collect();
                let tips: Vec<usize> = self.refs.values().map(|target| target.commit).collect();
                self.held = self.reach(tips);
            }
            2 => drop(self.repo.git(&["repack", "-q", "-d"])),
            3 => drop(self.repo.git(&["pack-refs", "--all"])),
            4 => {
                if let Some(branch) = dice.pick(&self.branches()) {
                    self.head.clone_from(branch);
                    self.repo.set_head(&branch["heads--".len()..]);
                }
            }
            _ => {}
        }
    }
}
