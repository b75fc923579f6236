//! Pushes, collections and packing beside polls.

use std::sync::RwLock;
use std::thread;

use super::{RULES, poll_beside};
use crate::git::judge::{Case, judge};
use crate::git::pushers::Pusher;
use crate::git::repo::Repo;
use crate::git::server::Server;
use crate::support::{Sandbox, rounds, say};

/// Two people push to each of two repositories, which are collected, packed and repacked in between.
/// One of them keeps its refs in tables.
#[test]
fn what_is_pushed_rewritten_and_collected_is_told_once() {
    let sandbox = Sandbox::new();
    let server = Server::new(&sandbox);
    sandbox.write("n/=rules.archives", RULES);
    let repos: Vec<Repo> = ["a", "b"].iter().map(|name| server.repo(name)).collect();
    repos[1].git(&["refs", "migrate", "--ref-format=reftable"]);
    // A collection may take what a push has just brought: that is git's race, and not ours.
    let locks = [RwLock::new(()), RwLock::new(())];
    let mut pushers: Vec<Pusher> = (0..4)
        .map(|number| {
            let own = sandbox.path(format!("work/own{number}.git"));
            Pusher::new(
                &own,
                &repos[number % 2],
                &format!("p{number}"),
                number as u64 + 1,
            )
        })
        .collect();
    let acts = rounds(25);
    let polls = poll_beside(&sandbox, || {
        thread::scope(|scope| {
            for (number, pusher) in pushers.iter_mut().enumerate() {
                let (repo, lock) = (&repos[number % 2], &locks[number % 2]);
                scope.spawn(move || {
                    for _ in 0..acts {
                        let pushing = lock.read().unwrap();
                        let upkeep = pusher.act();
                        drop(pushing);
                        if let Some(upkeep) = upkeep {
                            let _alone = lock.write().unwrap();
                            upkeep.run(repo);
                        }
                    }
                });
            }
        });
    });
    let cases: Vec<Case<'_>> = (0..2)
        .map(|number| Case {
            category: ["a", "b"][number].to_owned(),
            repo: &repos[number],
            made: [number, number + 2]
                .iter()
                .flat_map(|pusher| pushers[*pusher].commits())
                .collect(),
        })
        .collect();
    let told = judge(&sandbox, &cases, &["r", "s"]);
    let made: usize = cases.iter().map(|case| case.made.len()).sum();
    say(&format!("{polls} polls, {made} commits made, {told} told"));
    assert_eq!(sandbox.attempts().len(), sandbox.record().len());
}
