//! New commits by number, and which version brings each.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::oid::Oid;

/// Commits and their parents. A commit's number is above those of its parents.
#[derive(Default)]
pub(super) struct Graph {
    first_parent: bool,
    ids: Vec<Oid>,
    numbers: HashMap<Oid, u32>,
    /// The parents of all commits that are in the graph themselves, one after another.
    parents: Vec<u32>,
    /// Where in `parents` those of each commit end.
    ends: Vec<usize>,
    /// Whether each commit is a parent of some other.
    reached: Vec<bool>,
    /// Parents that were not in the graph when their child was added.
    outside: HashSet<Oid>,
}

/// A version that brings commits.
pub(super) struct Bringer {
    /// The commit that it begins at.
    pub(super) tip: Oid,
    /// What it owes for.
    pub(super) owes: Owes,
}

/// What a version owes of the commits that it brings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owes {
    /// All: it was followed before.
    Moves,
    /// All, though it is new.
    Whole,
    /// A part, and the rest counts as told.
    Part,
}

impl Graph {
    /// An empty one; with `first_parent` the other parents of a commit do not count.
    pub(super) fn new(first_parent: bool) -> Self {
        Self {
            first_parent,
            ..Self::default()
        }
    }

    pub(super) fn is_first_parent(&self) -> bool {
        self.first_parent
    }

    /// Adds a commit: its id and those of its parents, parted by blanks, as `git rev-list` prints
    /// them. The parents come first. `None` where that is not what the line holds.
    pub(super) fn add(&mut self, line: &[u8]) -> Option<()> {
        let mut ids = line.split(|byte| *byte == b' ').map(Oid::from_hex);
        let id = ids.next()??;
        let number = u32::try_from(self.ids.len()).ok()?;
        match self.numbers.entry(id) {
            Entry::Occupied(_) => return Some(()),
            Entry::Vacant(place) => place.insert(number),
        };
        let parents = if self.first_parent { 1 } else { usize::MAX };
        for parent in ids.take(parents) {
            let parent = parent?;
            if let Some(number) = self.numbers.get(&parent) {
                self.reached[*number as usize] = true;
                self.parents.push(*number);
            } else {
                self.outside.insert(parent);
            }
        }
        self.ends.push(self.parents.len());
        self.ids.push(id);
        self.reached.push(false);
        Some(())
    }

    pub(super) fn ids(&self) -> &[Oid] {
        &self.ids
    }

    pub(super) fn has(&self, id: &Oid) -> bool {
        self.numbers.contains_key(id)
    }

    /// Whether a commit is some other's parent.
    pub(super) fn is_reached(&self, id: &Oid) -> bool {
        let within = self.numbers.get(id);
        within.is_some_and(|number| self.reached[*number as usize]) || self.outside.contains(id)
    }

    /// Commits outside that are parents of some within.
    pub(super) fn outside(&self) -> impl Iterator<Item = Oid> {
        self.outside.iter().filter(|id| !self.has(id)).copied()
    }

    /// Visits what `from` reaches, itself included, but nothing behind a commit that `enter` declines.
    pub(super) fn visit(&self, from: &Oid, enter: &mut dyn FnMut(u32) -> bool) {
        let mut waiting: Vec<u32> = self.numbers.get(from).copied().into_iter().collect();
        while let Some(number) = waiting.pop() {
            if enter(number) {
                let at = number as usize;
                let begin = at.checked_sub(1).map_or(0, |before| self.ends[before]);
                waiting.extend(&self.parents[begin..self.ends[at]]);
            }
        }
    }

    /// Gives each commit to the first version that reaches it, in the order of the graph.
    ///
    /// What a version owes in part takes nothing from those that were followed before, but comes
    /// before those that are new: a branch cut from it does not bring its past.
    pub(super) fn share(&self, bringers: &[Bringer]) -> Vec<Vec<Oid>> {
        let mut owner: Vec<Option<u32>> = vec![None; self.ids.len()];
        let mut claim = |place: usize, bringer: &Bringer, owed: &[bool]| {
            let place = u32::try_from(place).ok();
            self.visit(&bringer.tip, &mut |number| {
                let at = number as usize;
                let free = owner[at].is_none() && !owed.get(at).is_some_and(|owed| *owed);
                if free {
                    owner[at] = place;
                }
                free
            });
        };
        let of = |part: bool| {
            let numbered = bringers.iter().enumerate();
            numbered.filter(move |(_, bringer)| (bringer.owes == Owes::Part) == part)
        };
        if of(true).next().is_some() {
            let owed = self.reach(
                bringers
                    .iter()
                    .filter(|one| one.owes == Owes::Moves)
                    .map(|one| &one.tip),
            );
            of(true).for_each(|(place, bringer)| claim(place, bringer, &owed));
        }
        of(false).for_each(|(place, bringer)| claim(place, bringer, &[]));
        let mut shares = vec![Vec::new(); bringers.len()];
        for (id, owner) in self.ids.iter().zip(owner) {
            if let Some(owner) = owner {
                shares[owner as usize].push(*id);
            }
        }
        shares
    }

    /// Whether a commit is among those that `reached` holds.
    pub(super) fn is_in(&self, reached: &[bool], id: &Oid) -> bool {
        self.numbers
            .get(id)
            .is_some_and(|number| reached[*number as usize])
    }

    /// Which commits these reach.
    pub(super) fn reach<'a>(&self, from: impl IntoIterator<Item = &'a Oid>) -> Vec<bool> {
        let mut reached = vec![false; self.ids.len()];
        for tip in from {
            self.visit(tip, &mut |number| {
                !std::mem::replace(&mut reached[number as usize], true)
            });
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> Oid {
        Oid::from_bytes(&[number; 20]).unwrap()
    }

    /// Each commit with its parents.
    fn graph(first_parent: bool, commits: &[&[u8]]) -> Graph {
        let mut graph = Graph::new(first_parent);
        for commit in commits {
            let line: Vec<String> = commit
                .iter()
                .map(|number| id(*number).to_string())
                .collect();
            graph.add(line.join(" ").as_bytes()).unwrap();
        }
        graph
    }

    fn shares(graph: &Graph, bringers: &[(u8, Owes)]) -> Vec<Vec<u8>> {
        let bringers: Vec<Bringer> = bringers
            .iter()
            .map(|(tip, owes)| Bringer {
                tip: id(*tip),
                owes: *owes,
            })
            .collect();
        let shares = graph.share(&bringers);
        let share = |ids: Vec<Oid>| ids.iter().map(|id| id.as_bytes()[0]).collect();
        shares.into_iter().map(share).collect()
    }

    /// 1 - 2 - 4 - 5, 2 - 3 - 5: 5 merges 3.
    const DIAMOND: &[&[u8]] = &[&[1, 9], &[2, 1], &[3, 2], &[4, 2], &[5, 4, 3]];

    #[test]
    fn a_commit_belongs_to_the_first_that_reaches_it() {
        let graph = graph(false, DIAMOND);
        let (moves, whole) = (Owes::Moves, Owes::Whole);
        assert_eq!(
            shares(&graph, &[(5, moves), (3, moves)]),
            [vec![1, 2, 3, 4, 5], vec![]]
        );
        assert_eq!(
            shares(&graph, &[(3, moves), (5, whole)]),
            [vec![1, 2, 3], vec![4, 5]]
        );
        assert_eq!(
            shares(&graph, &[(8, moves), (4, moves)]),
            [vec![], vec![1, 2, 4]]
        );
    }

    #[test]
    fn along_first_parents_a_merge_stands_for_what_it_brought() {
        let graph = graph(true, DIAMOND);
        let moves = Owes::Moves;
        assert_eq!(
            shares(&graph, &[(5, moves), (3, moves)]),
            [vec![1, 2, 4, 5], vec![3]]
        );
        assert!(!graph.is_reached(&id(3)));
    }

    #[test]
    fn what_is_owed_in_part_takes_nothing_from_what_moves() {
        let graph = graph(false, DIAMOND);
        let (moves, whole, part) = (Owes::Moves, Owes::Whole, Owes::Part);
        assert_eq!(
            shares(&graph, &[(5, part), (3, moves)]),
            [vec![4, 5], vec![1, 2, 3]]
        );
        assert_eq!(
            shares(&graph, &[(5, whole), (3, part)]),
            [vec![4, 5], vec![1, 2, 3]]
        );
    }

    #[test]
    fn parents_are_known_as_reached_within_and_outside() {
        let graph = graph(false, DIAMOND);
        assert!(graph.is_reached(&id(9)) && graph.is_reached(&id(3)) && !graph.is_reached(&id(5)));
        assert_eq!(graph.outside().collect::<Vec<_>>(), [id(9)]);
    }

    #[test]
    fn a_line_that_holds_no_ids_is_refused() {
        let mut graph = Graph::new(false);
        assert_eq!(graph.add(b"fatal: bad object"), None);
        assert_eq!(graph.add(b""), None);
    }
}
