//! One question, read, and what must be known to answer it.

use std::collections::HashMap;

use super::ask::{About, Objects};
use super::oid::Oid;
use super::position::{DISTANCES, Position};
use super::version::{Due, Version};
use crate::archive::git::refs::Ref;
use crate::archive::{Question, Revisions};

/// One question, read.
pub(super) struct Plan<'a> {
    question: &'a Question<'a>,
    pub(super) mode: Revisions,
    pub(super) versions: Vec<Version<'a>>,
    /// What was told, as it was remembered.
    pub(super) position: Position,
    pub(super) untold: Vec<Oid>,
    /// Something of what was told cannot be read.
    pub(super) damaged: bool,
}

impl<'a> Plan<'a> {
    pub(super) fn new(
        question: &'a Question<'a>,
        refs: &HashMap<(&str, &str), &Ref>,
        mode: Revisions,
    ) -> Self {
        let versions = question.versions.iter().map(|asked| {
            let parts = asked.name.branch().zip(asked.name.version());
            Version::new(asked, parts.and_then(|parts| refs.get(&parts)).copied())
        });
        let versions: Vec<_> = versions.collect();
        let position = question.position.map(Position::decode);
        let untold = question.untold.iter();
        Self {
            question,
            mode,
            damaged: position == Some(None) || versions.iter().any(|version| version.damaged),
            versions,
            position: position.flatten().unwrap_or_default(),
            untold: untold
                .filter_map(|part| Oid::from_hex(part.as_bytes()))
                .collect(),
        }
    }

    /// Whether this question's answer is that one's too.
    pub(super) fn answers(&self, question: &Question<'_>) -> bool {
        let own = self.question;
        own.position == question.position
            && own.untold == question.untold
            && own.versions.len() == question.versions.len()
            && own
                .versions
                .iter()
                .zip(&question.versions)
                .all(|(one, other)| {
                    one.name == other.name
                        && one.position == other.position
                        && one.first == other.first
                })
    }

    /// The position in the category as the question gave it.
    pub(super) fn given(&self) -> Option<Vec<u8>> {
        self.question.position.map(<[u8]>::to_vec)
    }

    /// Whether the refs alone tell that there is nothing new.
    pub(super) fn is_quiet(&self) -> bool {
        let shared = matches!(self.mode, Revisions::New | Revisions::FirstParent);
        let is_told = |version: &Version<'_>| {
            let told = version.told().first();
            let is_known = |id: &Oid| self.position.contains(id);
            version.changed_to().is_none_or(|now| {
                shared && !version.is_tag && is_known(&now) && told.is_none_or(is_known)
            })
        };
        !self.damaged && self.untold.is_empty() && self.versions.iter().all(is_told)
    }

    /// What must be known of the repository's objects.
    pub(super) fn wants(&self) -> Vec<(Oid, About)> {
        let mut wants = Vec::new();
        if self.is_quiet() {
            return wants;
        }
        for tip in self.position.tips() {
            wants.push((tip.id, About::Itself));
            if tip.missing > 0 {
                wants.extend(tip.marks.iter().map(|mark| (*mark, About::Itself)));
            }
        }
        for version in &self.versions {
            if let Some(now) = version.changed_to() {
                wants.extend([(now, About::Itself), (now, About::Commit)]);
                if !(version.is_tag && version.due() == Due::Nothing) {
                    wants.extend(marks_of(now));
                }
            } else if let Some(now) = version.now
                && !self.untold.is_empty()
            {
                wants.push((now, About::Commit));
            }
            for told in self.told_beside(version) {
                wants.extend([(told, About::Itself), (told, About::Commit)]);
                wants.extend(marks_of(told));
            }
        }
        for untold in &self.untold {
            wants.push((*untold, About::Commit));
        }
        wants
    }

    /// What must be known beside, now that it is known which tips are lost.
    pub(super) fn wants_of_lost(&self, objects: &Objects) -> Vec<(Oid, About)> {
        if self.is_quiet() {
            return Vec::new();
        }
        let tips = self.position.tips().iter();
        let lost = tips.filter(|tip| tip.missing == 0 && !objects.has(&tip.id));
        lost.flat_map(|tip| tip.marks.iter().map(|mark| (*mark, About::Itself)))
            .collect()
    }

    /// What was told of a version and is not in the position: another action's position may have been
    /// taken over with it. A tag's objects are in the position as their commits.
    pub(super) fn told_beside(&self, version: &Version<'_>) -> impl Iterator<Item = Oid> {
        let counts = !version.is_tag || self.question.position.is_none();
        let told = version.told().iter().copied();
        told.filter(move |id| counts && !self.position.contains(id))
    }
}

fn marks_of(id: Oid) -> impl Iterator<Item = (Oid, About)> {
    DISTANCES
        .iter()
        .map(move |distance| (id, About::Ancestor(*distance)))
}
