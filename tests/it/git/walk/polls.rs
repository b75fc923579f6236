//! The same histories through the program: rules come and go, and what each action was told is counted.

use std::collections::HashSet;

use super::world::{Commits, World};
use crate::git::server::Server;
use crate::support::Dice;
use crate::support::{Sandbox, rounds};

/// How many histories there are in an everyday run.
const HISTORIES: usize = 2;

const POLLS: usize = 8;

/// What one action was told.
#[derive(Default)]
struct Heard {
    commits: Commits,
    tags: HashSet<(String, String)>,
}

impl Heard {
    fn add(&mut self, world: &World, version: &str, id: &str, place: &str) {
        let number = world.numbers.get(id).copied();
        let is_own = version.starts_with("tags") && world.own_id(version) == id;
        let is_first = if is_own {
            self.tags.insert((version.to_owned(), id.to_owned()))
        } else {
            !self.commits.contains(&number.unwrap())
        };
        assert!(is_first, "{place}: {version} told {id} twice");
        self.commits.extend(number);
    }

    /// All that these versions reach must have been told.
    fn check(&self, world: &World, watched: &[String], place: &str) {
        let tips = watched.iter().map(|version| world.refs[version].commit);
        let reached = world.reach(tips);
        let missing: Vec<_> = reached.difference(&self.commits).collect();
        assert!(
            missing.is_empty(),
            "{place}: not told: {missing:?} of {watched:?}"
        );
        for tag in watched.iter().filter(|version| version.starts_with("tags")) {
            let told = (tag.clone(), world.own_id(tag).clone());
            assert!(self.tags.contains(&told), "{place}: not told: {told:?}");
        }
    }
}

/// Removes and adds lines of the action `some`, and leaves all others; the versions that it watches.
fn change_rules(sandbox: &Sandbox, world: &World, dice: &mut Dice) -> Vec<String> {
    const FILE: &str = "n/=rules.versions";
    let rules = sandbox.read(FILE);
    let (own, others): (Vec<&str>, Vec<&str>) = rules
        .lines()
        .partition(|line| line.ends_with("record:some"));
    let mut text: String = others.iter().flat_map(|line| [*line, "\n"]).collect();
    let mut watched = Vec::new();
    for version in world.refs.keys() {
        let line = format!("srv/a--{version} record:some");
        let odds = if own.contains(&line.as_str()) { 5 } else { 2 };
        if dice.below(odds) > 0 {
            text.push_str(&line);
            text.push('\n');
            watched.push(version.clone());
        }
    }
    sandbox.write(FILE, text);
    watched
}

fn walk(seed: u64) {
    let sandbox = Sandbox::new();
    let server = Server::new(&sandbox);
    sandbox.write(
        "n/=rules.archives",
        "srv record:all record:all record:all record:all\n",
    );
    server.settings("[rules]\nadded = \"all\"\n");
    let mut dice = Dice::new(seed);
    let mut world = World::new(server.repo("a"));
    let mut all = Heard::default();
    let mut some = Heard::default();
    for poll in 0..POLLS {
        world.change(&mut dice);
        let watched = change_rules(&sandbox, &world, &mut dice);
        let place = format!("history {seed}, poll {poll}");
        // A commit may be told by a branch, and be a tag of its own beside that: branches first.
        let mut polled = server.polled();
        polled.sort_by_key(|told| told.contains("--tags--"));
        for told in polled {
            let (thunk, name) = told.split_once(" srv/a--").unwrap();
            let (version, id) = name.rsplit_once("--").unwrap();
            let heard = if thunk == "all" { &mut all } else { &mut some };
            heard.add(&world, version, id, &format!("{place}, {thunk}"));
        }
        let refs: Vec<String> = world.refs.keys().cloned().collect();
        all.check(&world, &refs, &format!("{place}, all"));
        some.check(&world, &watched, &format!("{place}, some"));
    }
}

#[test]
fn each_commit_is_told_once_by_polls_whatever_happens_to_refs_and_rules() {
    for seed in 1..=rounds(HISTORIES) {
        walk(seed as u64);
    }
}
