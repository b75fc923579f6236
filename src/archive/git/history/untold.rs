//! What counts as told, and was told to nobody after all.

use std::collections::HashSet;

use super::ask::{Objects, Range};
use super::graph::{Bringer, Graph, Owes};
use super::oid::Oid;
use super::plan::Plan;
use crate::archive::ArchiveError;
use crate::archive::git::program::Git;

/// Finds the untold commits that versions reach, and the tags that they are; for each version in the
/// order of the question, oldest first. A commit is told under the first version that reaches it.
pub(super) fn find(
    git: &Git<'_>,
    plan: &Plan<'_>,
    objects: &Objects,
) -> Result<Vec<Vec<Oid>>, ArchiveError> {
    let mut found = vec![Vec::new(); plan.versions.len()];
    if plan.untold.is_empty() {
        return Ok(found);
    }
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by_key(|place| plan.versions[*place].turn());
    let tips = order.into_iter().filter_map(|place| {
        let now = plan.versions[place].now?;
        Some((place, objects.commit(&now)?))
    });
    let (places, bringers): (Vec<usize>, Vec<Bringer>) = tips
        .map(|(place, tip)| {
            let owes = Owes::Whole;
            (place, Bringer { tip, owes })
        })
        .unzip();
    let commits = plan
        .untold
        .iter()
        .filter(|id| objects.commit(id) == Some(**id));
    let commits: Vec<Oid> = commits.copied().collect();
    for (place, share) in places.into_iter().zip(share(git, &commits, &bringers)?) {
        found[place] = share;
    }
    for (version, found) in plan.versions.iter().zip(&mut found) {
        let tag = version.now.filter(|now| objects.commit(now) != Some(*now));
        found.extend(tag.filter(|tag| plan.untold.contains(tag)));
    }
    Ok(found)
}

/// Gives each commit that a version reaches to the first that does.
fn share(
    git: &Git<'_>,
    commits: &[Oid],
    bringers: &[Bringer],
) -> Result<Vec<Vec<Oid>>, ArchiveError> {
    let tips = || bringers.iter().map(|bringer| bringer.tip);
    let mut unreached = Graph::new(false);
    Range::new(commits.iter().copied(), tips()).walk(git, &mut unreached)?;
    let owed = commits.iter().filter(|id| !unreached.has(id));
    let owed: HashSet<Oid> = owed.copied().collect();
    if owed.is_empty() {
        return Ok(vec![Vec::new(); bringers.len()]);
    }
    let mut alone = Graph::new(false);
    Range::new(owed.iter().copied(), []).parents(git, &mut alone)?;
    let mut graph = Graph::new(false);
    Range::new(tips(), alone.outside()).walk(git, &mut graph)?;
    if owed.iter().any(|id| !graph.has(id)) {
        // What was told stands between them: only the whole history shows them all.
        graph = Graph::new(false);
        Range::new(tips(), []).walk(git, &mut graph)?;
    }
    let mut shares = graph.share(bringers);
    for share in &mut shares {
        share.retain(|id| owed.contains(id));
    }
    Ok(shares)
}
