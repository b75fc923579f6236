//! Commits that each version tells for itself, whatever the others told.

use super::ask::{Objects, Range, common_ancestor};
use super::changed::Changed;
use super::graph::Graph;
use super::oid::Oid;
use super::position::Position;
use super::version::Due;
use crate::archive::ArchiveError;
use crate::archive::git::program::Git;

/// The most that is remembered of what one version told beside what its tip reaches.
const MOST: usize = 64;

/// Finds what each branch reaches, and did not reach when it was told.
pub(super) fn find(
    git: &Git<'_>,
    changed: &mut [&mut Changed<'_>],
    objects: &Objects,
    position: &Position,
    graph: &mut Graph,
) -> Result<(), ArchiveError> {
    let mut owing: Vec<(&mut Changed<'_>, Oid, Vec<Oid>)> = Vec::new();
    for one in changed.iter_mut() {
        if one.due == Due::Nothing {
            continue;
        }
        let Some(commit) = one.commit else { continue };
        let told = one.version.told().iter();
        let told =
            told.filter_map(|id| position.stand_in(&objects.commit(id).unwrap_or(*id), objects));
        let told = told.collect();
        owing.push((one, commit, told));
    }
    let mut starts: Vec<Oid> = owing
        .iter()
        .flat_map(|(_, _, told)| told)
        .copied()
        .collect();
    starts.sort_unstable();
    starts.dedup();
    let base = match &starts[..] {
        _ if owing.iter().any(|(_, _, told)| told.is_empty()) => None,
        [] => None,
        [one] => Some(*one),
        several => common_ancestor(git, several)?,
    };
    let tips = owing.iter().map(|(_, commit, _)| *commit);
    let mut range = Range::new(tips.chain(starts.iter().copied()), []);
    if let Some(base) = base {
        // The base itself stays, so that all that was told is in the graph.
        range = range.without_parents_of(base);
    }
    range.walk(git, graph)?;
    for (one, commit, told) in owing {
        let known = graph.reach(&told);
        let reached = graph.reach([&commit]);
        let numbered = graph.ids().iter().zip(known.iter().zip(&reached));
        let new = numbered.filter(|(_, (known, reached))| **reached && !**known);
        one.new = new.map(|(id, _)| *id).collect();
        let is_left = |id: &&Oid| !graph.is_in(&reached, id);
        let left = one.version.told().iter().filter(is_left);
        one.told.extend(left.take(MOST));
    }
    Ok(())
}
