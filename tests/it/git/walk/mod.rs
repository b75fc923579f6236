//! Random histories: whatever is done to a repository between polls, each action is told each commit
//! that its watched refs reach once.

mod change;
mod model;
mod polls;
mod world;

use std::time::Instant;

use larch::archive::Revisions;

use super::follower::{Follower, poll_all};
use super::repo::Repo;
use crate::support::{Dice, Sandbox, rounds, say};
use model::Model;
use world::World;

/// How many histories there are in an everyday run.
const HISTORIES: usize = 12;

const POLLS: usize = 10;

const ACTIONS: usize = 3;

/// Half of the histories are read as most people read them.
const MODES: [Revisions; 6] = [
    Revisions::New,
    Revisions::New,
    Revisions::New,
    Revisions::FirstParent,
    Revisions::Every,
    Revisions::Tip,
];

#[test]
fn each_commit_is_told_once_whatever_happens_to_the_refs() {
    let histories = rounds(HISTORIES);
    let begun = Instant::now();
    let mut told = 0;
    for seed in 1..=histories {
        told += walk(seed as u64);
    }
    let took = begun.elapsed();
    say(&format!(
        "{histories} histories, {told} revisions told, {took:?}"
    ));
}

/// Goes through one history; how much was told.
fn walk(seed: u64) -> usize {
    let sandbox = Sandbox::new();
    let mut dice = Dice::new(seed);
    let mut world = World::new(Repo::new(sandbox.path("work/r.git")));
    let mode = *dice.pick(&MODES).unwrap();
    let mut models: Vec<Model> = (0..ACTIONS).map(|_| Model::new(mode)).collect();
    let mut told = 0;
    for poll in 0..POLLS {
        world.change(&mut dice);
        for model in &mut models {
            model.prepare(&world, &mut dice);
        }
        let mut followers: Vec<&mut Follower> =
            models.iter_mut().map(|model| &mut model.follower).collect();
        let heard = poll_all(&world.repo.path, mode, &mut followers).unwrap();
        for (number, (model, heard)) in models.iter_mut().zip(&heard).enumerate() {
            let place = format!("history {seed}, poll {poll}, action {number}, {mode:?}");
            model.check(&world, heard, &place);
            model.give_up(heard, &mut dice);
            told += heard.all().len();
        }
    }
    told
}
