//! Commits that versions share: each is told once, under the first version that brings it.

use std::collections::HashSet;

use super::ask::Range;
use super::changed::Changed;
use super::graph::{Bringer, Graph, Owes};
use super::oid::Oid;
use super::version::Due;
use crate::archive::ArchiveError;
use crate::archive::git::program::Git;

/// Finds what each version brings that is not reached from the `known` commits. The versions come in
/// the order in which they bring commits.
///
/// What a version is owed nothing of is taken as known, except by versions that were followed before:
/// those lose nothing by it.
pub(super) fn find(
    git: &Git<'_>,
    changed: &mut [&mut Changed<'_>],
    known: &[Oid],
    graph: &mut Graph,
) -> Result<(), ArchiveError> {
    let told: HashSet<&Oid> = known.iter().collect();
    let of = |due: &dyn Fn(Due) -> bool| -> Vec<Oid> {
        let changed = changed.iter().filter(|one| due(one.due));
        let commits = changed.filter_map(|one| one.commit);
        commits.filter(|commit| !told.contains(commit)).collect()
    };
    let moved = of(&|due| due == Due::Moved);
    let met = of(&|due| matches!(due, Due::Whole | Due::Newest(_)));
    let silent = of(&|due| due == Due::Nothing);
    let known = known.iter().copied();
    if moved.is_empty() || silent.is_empty() {
        let from = moved.into_iter().chain(met);
        Range::new(from, known.chain(silent)).walk(git, graph)?;
    } else {
        Range::new(moved.clone(), known.clone()).walk(git, graph)?;
        Range::new(met, known.chain(silent).chain(moved)).walk(git, graph)?;
    }
    let owing = || changed.iter().filter(|one| one.due != Due::Nothing);
    let bringers: Vec<Bringer> = owing()
        .filter_map(|one| {
            Some(Bringer {
                tip: one.commit?,
                owes: match one.due {
                    Due::Moved => Owes::Moves,
                    Due::Newest(_) => Owes::Part,
                    Due::Whole | Due::Nothing => Owes::Whole,
                },
            })
        })
        .collect();
    let mut shares = graph.share(&bringers).into_iter();
    for one in changed.iter_mut() {
        if one.due != Due::Nothing && one.commit.is_some() {
            one.new = shares.next().unwrap_or_default();
        }
    }
    Ok(())
}

/// How many commits are left out, since the versions that reach them are owed nothing.
pub(super) fn count_left_out(
    git: &Git<'_>,
    changed: &[Changed<'_>],
    known: &[Oid],
) -> Result<usize, ArchiveError> {
    let of = |silent: bool| {
        let changed = changed
            .iter()
            .filter(move |one| (one.due == Due::Nothing) == silent);
        changed.filter_map(|one| one.commit)
    };
    let left_out = of(true).filter(|commit| !known.contains(commit));
    Range::new(left_out, known.iter().copied().chain(of(false))).count(git)
}
