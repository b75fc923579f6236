//! What an action must be told, by the plainest means.

use std::collections::{HashMap, HashSet};

use larch::archive::Revisions;
use larch::config::Limit;

use super::world::{Commits, Target, World};
use crate::git::follower::{Follower, Heard};
use crate::support::Dice;

/// What one action was told and must be told.
pub(super) struct Model {
    pub(super) follower: Follower,
    mode: Revisions,
    /// What counts as told.
    known: Commits,
    /// What counts as told by each version.
    own: HashMap<String, Commits>,
    /// What each version named when it was last asked for.
    names: HashMap<String, Target>,
    /// The objects that tags named, by version.
    tags: HashSet<(String, String)>,
    /// What was told and came to nothing.
    untold: Vec<String>,
}

/// What a version owes.
#[derive(Default)]
struct Owed {
    ids: HashSet<String>,
    /// How many of them, if not all.
    at_most: Option<usize>,
    /// What was told before, and came to nothing.
    again: HashSet<String>,
}

impl Model {
    pub(super) fn new(mode: Revisions) -> Self {
        Self {
            follower: Follower::new(&[]),
            mode,
            known: Commits::new(),
            own: HashMap::new(),
            names: HashMap::new(),
            tags: HashSet::new(),
            untold: Vec::new(),
        }
    }

    /// Rules are written, removed, and written again.
    pub(super) fn prepare(&mut self, world: &World, dice: &mut Dice) {
        let watched = &mut self.follower.watched;
        let shares = matches!(self.mode, Revisions::New | Revisions::FirstParent);
        watched.retain(|version| world.refs.contains_key(version) && dice.below(12) > 0);
        for version in world.refs.keys() {
            if !watched.contains(version) && dice.below(4) > 0 {
                let first = match dice.below(6) {
                    0 => Limit::None,
                    1 if shares => Limit::Newest(2),
                    _ => Limit::All,
                };
                self.follower.first.insert(version.clone(), first);
                watched.push(version.clone());
            }
        }
    }

    /// Compares what was told with what had to be told.
    pub(super) fn check(&mut self, world: &World, heard: &Heard, place: &str) {
        assert!(heard.failed.is_empty(), "{place}: {heard:?}");
        let mut owed = self.owed(world);
        if heard.lost {
            // What was given up may come back among what seems new, in another version.
            let told = heard.all();
            for (version, owed) in &mut owed {
                let here = heard.news.iter().find(|(heard, _)| heard == version);
                let is_here = |id: &String| here.is_some_and(|(_, news)| news.contains(id));
                owed.again
                    .retain(|id| is_here(id) || !told.contains(&id.as_str()));
            }
        }
        let nothing = Owed::default();
        for (version, news) in &heard.news {
            let place = format!("{place}, {version}");
            check_order(world, news, &place);
            self.compare(
                world,
                owed.get(version).unwrap_or(&nothing),
                news,
                heard.lost,
                &place,
            );
        }
        for (version, owed) in &owed {
            let is_silent = !heard.news.iter().any(|(heard, _)| heard == version);
            let least = owed.ids.len().min(owed.at_most.unwrap_or(usize::MAX)) + owed.again.len();
            assert!(
                !is_silent || least == 0,
                "{place}, {version}: {:?}",
                owed.ids
            );
        }
        self.learn(world);
    }

    /// Some of what was told comes to nothing.
    pub(super) fn give_up(&mut self, heard: &Heard, dice: &mut Dice) {
        for id in heard.all() {
            if dice.below(20) == 0 && !self.follower.untold.iter().any(|untold| untold == id) {
                self.follower.untold.push(id.to_owned());
            }
        }
        self.untold.clone_from(&self.follower.untold);
    }

    fn compare(&self, world: &World, owed: &Owed, news: &[String], lost: bool, place: &str) {
        let given: HashSet<&String> = news.iter().collect();
        assert_eq!(
            given.len(),
            news.len(),
            "{place}: something twice: {news:?}"
        );
        let expected: HashSet<&String> = owed.ids.union(&owed.again).collect();
        // After a loss the poll compares with what it sent.
        let is_again = |id: &&String| {
            let number = world.numbers.get(*id);
            lost && number.is_some_and(|number| self.known.contains(number))
        };
        let too_much: Vec<_> = given
            .difference(&expected)
            .filter(|id| !is_again(id))
            .collect();
        assert!(too_much.is_empty(), "{place}: wrongly told: {too_much:?}");
        let told = given.intersection(&expected).count();
        let left_out = owed
            .ids
            .len()
            .saturating_sub(owed.at_most.unwrap_or(usize::MAX));
        assert_eq!(
            told,
            expected.len() - left_out,
            "{place}: of {expected:?} told: {news:?}"
        );
    }

    /// What each version owes.
    fn owed(&self, world: &World) -> HashMap<String, Owed> {
        let order = self.order(world);
        let changed: Vec<&String> = order
            .iter()
            .filter(|version| self.names.get(*version) != Some(&world.refs[*version]))
            .collect();
        let walk = |version: &String| self.walk(world, version);
        let all_of = |which: &dyn Fn(&String) -> bool| -> Commits {
            let versions = changed.iter().filter(|version| which(version));
            versions.flat_map(|version| walk(version)).collect()
        };
        let reached_by = |which: &dyn Fn(&String) -> bool| {
            let versions = changed.iter().filter(|version| which(version));
            world.reach(versions.map(|version| world.refs[*version].commit))
        };
        let is_tag = |version: &String| version.starts_with("tags");
        let apart = self.mode == Revisions::Every;
        let moved = all_of(&|version| self.due(version).is_none() && (!apart || is_tag(version)));
        let silent = reached_by(&|version| {
            self.due(version) == Some(Limit::None) || (apart && !is_tag(version))
        });
        let by_branches = reached_by(&|version| apart && !is_tag(version));
        let is_part = |version: &String| matches!(self.due(version), Some(Limit::Newest(_)));
        let (part, whole): (Vec<&String>, Vec<&String>) =
            changed.iter().partition(|version| is_part(version));
        let mut claimed = Commits::new();
        let mut owed: HashMap<String, Owed> = HashMap::new();
        for version in part.into_iter().chain(whole) {
            let due = self.due(version);
            let mut new = walk(version);
            match self.mode {
                _ if due == Some(Limit::None) => new.clear(),
                Revisions::Tip => {
                    new.retain(|commit| !is_tag(version) && *commit == world.refs[version].commit);
                }
                Revisions::Every if !is_tag(version) => {
                    let own = self.own.get(version);
                    new.retain(|commit| !own.is_some_and(|own| own.contains(commit)));
                }
                _ => {
                    new.retain(|commit| {
                        let (is_owed, is_silent) =
                            (moved.contains(commit), silent.contains(commit));
                        let is_others = if is_owed { is_part(version) } else { is_silent };
                        let sets = [&self.known, &by_branches, &claimed];
                        !is_others && !sets.iter().any(|set| set.contains(commit))
                    });
                    claimed.extend(&new);
                }
            }
            let mut ids: HashSet<String> = new
                .into_iter()
                .map(|commit| world.ids[commit].clone())
                .collect();
            let own = world.own_id(version);
            if is_tag(version)
                && due != Some(Limit::None)
                && !self.tags.contains(&(version.clone(), own.clone()))
            {
                ids.insert(own.clone());
            }
            let at_most = match due {
                Some(Limit::Newest(newest)) => Some(newest as usize),
                _ => None,
            };
            let again = HashSet::new();
            owed.insert(
                version.clone(),
                Owed {
                    ids,
                    at_most,
                    again,
                },
            );
        }
        self.add_untold(world, &order, &mut owed);
        owed
    }

    fn add_untold(&self, world: &World, order: &[String], owed: &mut HashMap<String, Owed>) {
        let told: HashSet<&String> = owed.values().flat_map(|owed| &owed.ids).collect();
        let untold = self.untold.iter().filter(|id| !told.contains(id));
        let untold: Vec<String> = untold.cloned().collect();
        for id in untold {
            let reaches = |version: &&String| {
                let target = &world.refs[*version];
                let number = world.numbers.get(&id);
                target.tag.as_ref() == Some(&id)
                    || number.is_some_and(|number| world.reach([target.commit]).contains(number))
            };
            if let Some(version) = order.iter().find(reaches) {
                owed.entry(version.clone()).or_default().again.insert(id);
            }
        }
    }

    /// What the action is owed of a version that it meets; `None` where it knows it.
    fn due(&self, version: &String) -> Option<Limit> {
        (!self.names.contains_key(version)).then(|| self.follower.first[version])
    }

    fn walk(&self, world: &World, version: &String) -> Commits {
        let tip = world.refs[version].commit;
        match self.mode {
            Revisions::FirstParent => world.first_parents(tip),
            _ => world.reach([tip]),
        }
    }

    fn order(&self, world: &World) -> Vec<String> {
        let mut order = self.follower.watched.clone();
        order.sort_by_key(|version| (version.starts_with("tags"), *version != world.head));
        order
    }

    fn learn(&mut self, world: &World) {
        for version in self.follower.watched.clone() {
            let reached = world.reach([world.refs[&version].commit]);
            self.own
                .entry(version.clone())
                .or_default()
                .extend(&reached);
            self.known.extend(reached);
            self.names
                .insert(version.clone(), world.refs[&version].clone());
            self.tags
                .insert((version.clone(), world.own_id(&version).clone()));
        }
    }
}

/// No commit may come before one that it reaches.
fn check_order(world: &World, news: &[String], place: &str) {
    let numbers: Vec<usize> = news
        .iter()
        .filter_map(|id| world.numbers.get(id))
        .copied()
        .collect();
    for (at, number) in numbers.iter().enumerate() {
        let reached = world.reach([*number]);
        let is_before = numbers[at + 1..]
            .iter()
            .all(|later| !reached.contains(later));
        assert!(is_before, "{place}: not in order: {numbers:?}");
    }
}
