//! What actions do not know yet of a repository's refs.
//!
//! A commit is new to an action if it is not reached from what the action was told in the repository.
//! All is computed from one moment's refs, by three processes at most where nothing is out of the
//! ordinary: which of the objects are there, the new commits, and whether a tip that no ref names any
//! more is reached from another. Where no ref moved there is none.

mod ask;
mod changed;
mod every;
mod graph;
mod keep;
mod oid;
mod plan;
mod position;
mod settle;
mod shared;
mod untold;
mod version;

use std::collections::HashMap;

use super::program::Git;
use super::refs::Refs;
use crate::archive::{Answer, ArchiveError, Question, Revisions};
use ask::Objects;
use plan::Plan;

/// Answers the questions; those that are equal share one answer.
pub(super) fn news(
    git: &Git<'_>,
    refs: &Refs,
    mode: Revisions,
    questions: &[Question<'_>],
) -> Result<Vec<Answer>, ArchiveError> {
    let by_name = refs
        .iter()
        .map(|each| ((each.branch.as_str(), each.version.as_str()), each));
    let by_name: HashMap<_, _> = by_name.collect();
    let mut plans: Vec<Plan<'_>> = Vec::new();
    let mut places = Vec::with_capacity(questions.len());
    for question in questions {
        let place = plans.iter().position(|plan| plan.answers(question));
        places.push(place.unwrap_or(plans.len()));
        if place.is_none() {
            plans.push(Plan::new(question, &by_name, mode));
        }
    }
    // Where nobody knows the repository yet, nobody asks how much of it is left out.
    let known = questions.iter().any(|question| {
        question.position.is_some() || question.versions.iter().any(|one| one.position.is_some())
    });
    let mut objects = Objects::default();
    objects.look_for(git, plans.iter().flat_map(Plan::wants))?;
    let lost: Vec<_> = plans
        .iter()
        .flat_map(|plan| plan.wants_of_lost(&objects))
        .collect();
    objects.look_for(git, lost)?;
    let settled = plans.iter().map(|plan| plan.settle(git, &objects, known));
    let settled: Vec<_> = settled.collect::<Result<_, _>>()?;
    Ok(places
        .into_iter()
        .map(|place| settled[place].answer(&plans[place], git))
        .collect())
}
