//! Answers one question, once it is known which objects are there.

use std::collections::HashSet;

use super::ask::Objects;
use super::changed::Changed;
use super::graph::Graph;
use super::oid::Oid;
use super::plan::Plan;
use super::position::{Position, encode_told};
use super::version::Due;
use super::{every, keep, shared, untold};
use crate::archive::git::program::Git;
use crate::archive::{Answer, ArchiveError, News, Revisions};

/// An answer that may be given several times.
pub(super) struct Settled {
    position: Option<Vec<u8>>,
    versions: Vec<Result<News, Failure>>,
    lost: bool,
}

/// Why one version has no news.
#[derive(Clone, Copy)]
enum Failure {
    /// It has no ref any more.
    Gone,
    /// Its ref names an object that is not there.
    Missing(Oid),
}

impl Settled {
    /// The answer to the plan's question.
    pub(super) fn answer(&self, plan: &Plan<'_>, git: &Git<'_>) -> Answer {
        let versions = self.versions.iter().zip(&plan.versions);
        let versions = versions.map(|(news, version)| match news {
            Ok(news) => Ok(news.clone()),
            Err(Failure::Gone) => Err(ArchiveError::NoSuchSubject(version.asked.name.clone())),
            Err(Failure::Missing(object)) => Err(ArchiveError::MissingObject {
                name: version.asked.name.clone(),
                object: object.to_string(),
                repository: git.dir().to_owned(),
            }),
        });
        Answer {
            position: self.position.clone(),
            versions: versions.collect(),
            lost: self.lost,
        }
    }
}

impl Plan<'_> {
    /// Finds the answer. `counts`: it is of interest how much is left out.
    pub(super) fn settle(
        &self,
        git: &Git<'_>,
        objects: &Objects,
        counts: bool,
    ) -> Result<Settled, ArchiveError> {
        if self.is_quiet() {
            return Ok(Settled {
                position: self.given(),
                versions: self.versions(&[], Vec::new(), |_| true),
                lost: false,
            });
        }
        let mut position = self.recall(objects);
        let lost = position.look(objects) || self.damaged;
        let known: Vec<Oid> = position.boundary(objects).collect();
        let mut changed = Changed::all(&self.versions, objects);
        let graphs = self.find(git, objects, &position, &known, &mut changed)?;
        changed.iter_mut().for_each(Changed::finish);
        if counts && let Some(first) = changed.iter().position(|one| one.due == Due::Nothing) {
            changed[first].skipped += shared::count_left_out(git, &changed, &known)?;
        }
        keep::update(git, self, objects, &changed, &graphs, &mut position)?;
        let untold = untold::find(git, self, objects)?;
        Ok(Settled {
            position: (!position.tips().is_empty() || self.given().is_some())
                .then(|| position.encode()),
            versions: self.versions(&changed, untold, |now| objects.has(now)),
            lost,
        })
    }

    /// The position, with what was told of the versions beside.
    fn recall(&self, objects: &Objects) -> Position {
        let mut position = self.position.clone();
        for version in &self.versions {
            for told in self.told_beside(version) {
                match objects.commit(&told) {
                    Some(commit) => position.add(commit, objects.marks(&told)),
                    None if objects.has(&told) || version.is_tag => {}
                    None => position.add(told, Vec::new()),
                }
            }
        }
        position
    }

    /// Finds the commits that the changed versions bring, and gives the graphs in which they stand.
    fn find(
        &self,
        git: &Git<'_>,
        objects: &Objects,
        position: &Position,
        known: &[Oid],
        changed: &mut [Changed<'_>],
    ) -> Result<Vec<Graph>, ArchiveError> {
        match self.mode {
            Revisions::New | Revisions::FirstParent => {
                let mut graph = Graph::new(self.mode == Revisions::FirstParent);
                let mut all: Vec<_> = changed.iter_mut().collect();
                shared::find(git, &mut all, known, &mut graph)?;
                Ok(vec![graph])
            }
            Revisions::Every => {
                let (mut tags, mut branches): (Vec<_>, Vec<_>) =
                    changed.iter_mut().partition(|one| one.version.is_tag);
                let commits = branches.iter().filter_map(|one| one.commit);
                let known: Vec<Oid> = known.iter().copied().chain(commits).collect();
                let (mut brought, mut reached) = (Graph::new(false), Graph::new(false));
                shared::find(git, &mut tags, &known, &mut brought)?;
                every::find(git, &mut branches, objects, position, &mut reached)?;
                Ok(vec![brought, reached])
            }
            Revisions::Tip => {
                for one in changed.iter_mut().filter(|one| !one.version.is_tag) {
                    one.new.extend(one.commit);
                }
                Ok(Vec::new())
            }
        }
    }

    /// The news of all versions: what is untold, and what the changed ones bring.
    fn versions(
        &self,
        changed: &[Changed<'_>],
        mut untold: Vec<Vec<Oid>>,
        has: impl Fn(&Oid) -> bool,
    ) -> Vec<Result<News, Failure>> {
        let told: HashSet<&Oid> = changed.iter().flat_map(|one| &one.new).collect();
        untold.resize(self.versions.len(), Vec::new());
        let mut changed_at = vec![None; self.versions.len()];
        for one in changed {
            changed_at[one.place] = Some(one);
        }
        let news = |((version, changed), mut untold): ((_, Option<&Changed<'_>>), Vec<Oid>)| {
            let version: &super::version::Version<'_> = version;
            let now = version.now.ok_or(Failure::Gone)?;
            let is_told = version.changed_to().is_none();
            if !is_told && !has(&now) {
                return Err(Failure::Missing(now));
            }
            untold.retain(|id| !told.contains(id));
            let new = untold
                .iter()
                .chain(changed.into_iter().flat_map(|one| &one.new));
            Ok(News {
                new: new.map(Oid::to_string).collect(),
                position: match (version.asked.position, changed) {
                    (Some(position), None) if is_told => position.to_vec(),
                    (_, None) => encode_told(&[now]),
                    (_, Some(one)) => encode_told(&one.told),
                },
                sure: changed.map_or(0, |one| self.sure(one)),
                skipped: changed.map_or(0, |one| one.skipped),
            })
        };
        let versions = self.versions.iter().zip(changed_at).zip(untold);
        versions.map(news).collect()
    }
    /// How many of the last of what a version tells it would tell whatever was lost: all where each
    /// version tells for itself, and else what is an item of its own.
    fn sure(&self, changed: &Changed<'_>) -> usize {
        match self.mode {
            Revisions::Every | Revisions::Tip => changed.new.len(),
            Revisions::New | Revisions::FirstParent => {
                usize::from(changed.is_own()).min(changed.new.len())
            }
        }
    }
}
