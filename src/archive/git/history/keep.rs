//! What is remembered as told once a question is answered.

use std::collections::HashSet;

use super::ask::{Objects, Range};
use super::changed::Changed;
use super::graph::Graph;
use super::oid::Oid;
use super::plan::Plan;
use super::position::Position;
use super::version::{Due, Version};
use crate::archive::ArchiveError;
use crate::archive::git::program::Git;

/// Adds what the changed versions name, and forgets what other tips reach. The tips of branches stay
/// as long as they are asked for: their marks are of use when a branch is rewritten.
///
/// A tip that was seen as a parent is reached. A tip that no branch names since this moment may be
/// reached from another that was told long ago, which one more walk tells. A tip that was not reached
/// then can become so only as the parent of something new.
pub(super) fn update(
    git: &Git<'_>,
    plan: &Plan<'_>,
    objects: &Objects,
    changed: &[Changed<'_>],
    graphs: &[Graph],
    position: &mut Position,
) -> Result<(), ArchiveError> {
    let is_reached = |id: &Oid| graphs.iter().any(|graph| graph.is_reached(id));
    let mut doubtful: HashSet<Oid> = HashSet::new();
    for one in changed {
        let Some(commit) = one.commit else { continue };
        let is_new = graphs.iter().any(|graph| graph.has(&commit));
        if !one.version.is_tag {
            position.add(commit, objects.marks(&one.told[0]));
        } else if one.due == Due::Nothing {
            position.add(commit, Vec::new());
        } else if is_new && !is_reached(&commit) {
            position.add(commit, objects.marks(&one.told[0]));
        } else if graphs.is_empty() && !position.contains(&commit) {
            position.add(commit, objects.marks(&one.told[0]));
            doubtful.insert(commit);
        }
    }
    let branches = || plan.versions.iter().filter(|version| !version.is_tag);
    let mut asked: HashSet<Oid> = branches().filter_map(|version| version.now).collect();
    asked.extend(
        changed
            .iter()
            .filter(|one| !one.version.is_tag)
            .filter_map(|one| one.commit),
    );
    let left = branches().filter(|version| version.now.is_none() || version.changed_to().is_some());
    doubtful.extend(left.flat_map(Version::told).copied());
    position.forget(|id| !asked.contains(id) && is_reached(id));

    let present = position.present();
    let (doubtful, sure): (HashSet<Oid>, HashSet<Oid>) = present
        .into_iter()
        .partition(|id| doubtful.contains(id) && !asked.contains(id));
    let mut alone = Graph::new(false);
    Range::new(doubtful.iter().copied(), sure).walk(git, &mut alone)?;
    position.forget(|id| doubtful.contains(id) && (!alone.has(id) || alone.is_reached(id)));
    Ok(())
}
