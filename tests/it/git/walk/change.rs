//! What may happen to a repository between two polls.

use std::collections::HashMap;

use super::world::{Target, World};
use crate::git::repo::Import;
use crate::support::Dice;

/// Does a few things at random to the commits and refs, by one process.
pub(super) fn make(world: &mut World, dice: &mut Dice) {
    let mut change = Change {
        import: Import::default(),
        made: Vec::new(),
        marks: HashMap::new(),
        tagged: Vec::new(),
        world,
    };
    for _ in 0..=dice.below(4) {
        change.one(dice);
    }
    change.end();
}

/// A change that is being collected.
struct Change<'w> {
    world: &'w mut World,
    import: Import,
    /// The commits that never were before.
    made: Vec<usize>,
    /// What stands for the commits that it makes.
    marks: HashMap<usize, String>,
    /// The annotated tags to be made at its end.
    tagged: Vec<(String, usize)>,
}

impl Change<'_> {
    fn commit(&mut self, parents: &[usize]) -> usize {
        let number = self.world.parents.len();
        self.world.parents.push(parents.to_vec());
        self.made.push(number);
        self.emit(number);
        number
    }

    fn emit(&mut self, number: usize) {
        let parents = self.world.parents[number].clone();
        let parents: Vec<String> = parents
            .iter()
            .map(|parent| self.standing(*parent))
            .collect();
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        let mark = self.import.commit(&format!("commit {number}"), &parents);
        self.marks.insert(number, mark);
        self.world.held.insert(number);
    }

    /// What stands for a commit; one that the repository lost is made again.
    fn standing(&mut self, number: usize) -> String {
        if !self.marks.contains_key(&number) && !self.world.held.contains(&number) {
            self.emit(number);
        }
        let mark = self.marks.get(&number).cloned();
        mark.unwrap_or_else(|| self.world.ids[number].clone())
    }

    fn set(&mut self, version: &str, commit: usize) {
        let standing = self.standing(commit);
        self.import.set(&World::git_name(version), &standing);
        self.tagged.retain(|(name, _)| name != version);
        let tag = None;
        self.world
            .refs
            .insert(version.to_owned(), Target { commit, tag });
    }

    fn one(&mut self, dice: &mut Dice) {
        let branches = self.world.branches();
        let of = |change: &Self, branch: &String| change.world.refs[branch].commit;
        let new = format!("heads--b{}", dice.below(5));
        let tag = format!("tags--t{}", dice.below(4));
        let all = self.world.parents.len();
        let Some(branch) = dice.pick(&branches) else {
            let commit = self.commit(&[]);
            return self.set("heads--main", commit);
        };
        let tip = of(self, branch);
        let other = dice.pick(&branches).map_or(tip, |other| of(self, other));
        match dice.below(20) {
            0..=4 => {
                let mut tip = tip;
                for _ in 0..=dice.below(6) {
                    tip = self.commit(&[tip]);
                }
                self.set(branch, tip);
            }
            5 | 6 => self.set(&new, tip),
            7 => {
                let commit = self.commit(&[tip]);
                self.set(&new, commit);
            }
            8 | 9 if other != tip => {
                let commit = self.commit(&[tip, other]);
                self.set(branch, commit);
            }
            // A fast-forward, or a force-push.
            10 => self.set(branch, other),
            // Rebased: other commits upon another branch.
            11 => {
                let mut tip = other;
                for _ in 0..=dice.below(3) {
                    tip = self.commit(&[tip]);
                }
                self.set(branch, tip);
            }
            // Back to some ancestor, perhaps with other commits upon it.
            12 | 13 => {
                let ancestors: Vec<usize> = self.world.first_parents(tip).into_iter().collect();
                let mut tip = *ancestors.iter().max().unwrap();
                let back = dice.below(4);
                for _ in 0..back {
                    tip = self.world.parents[tip].first().copied().unwrap_or(tip);
                }
                if dice.below(2) == 0 {
                    tip = self.commit(&[tip]);
                }
                self.set(branch, tip);
            }
            14 | 15 => {
                // Merged elsewhere, and deleted.
                if dice.below(2) == 0
                    && let Some(into) = dice.pick(&branches).filter(|into| *into != branch)
                {
                    let onto = of(self, into);
                    let commit = self.commit(&[onto, tip]);
                    self.set(into, commit);
                }
                self.import.delete(&World::git_name(branch));
                self.world.refs.remove(branch);
            }
            16 => {
                let commit = self.commit(&[]);
                self.set(&new, commit);
            }
            17 => {
                let commit = if dice.below(3) == 0 {
                    self.commit(&[tip])
                } else {
                    tip
                };
                self.set(&tag, commit);
                if dice.below(2) == 0 {
                    self.tagged.push((tag, commit));
                }
            }
            18 => {
                self.tagged.retain(|(name, _)| *name != tag);
                if self.world.refs.remove(&tag).is_some() {
                    self.import.delete(&World::git_name(&tag));
                }
            }
            // Anything that ever was, perhaps pushed again after it was lost.
            _ => self.set(&new, dice.below(all)),
        }
    }

    fn end(mut self) {
        let mut tags = Vec::new();
        for (version, commit) in std::mem::take(&mut self.tagged) {
            let standing = self.standing(commit);
            self.world.tags_made += 1;
            let message = format!("tag {}", self.world.tags_made);
            let name = &version["tags--".len()..];
            let mark = self.import.tag(name, &standing, &message);
            tags.push((version, mark));
        }
        let ids = self.world.repo.import(&self.import);
        let id_of = |mark: &String| ids[mark[1..].parse::<usize>().unwrap() - 1].clone();
        for number in self.made {
            let id = id_of(&self.marks[&number]);
            assert_eq!(self.world.ids.len(), number);
            self.world.numbers.insert(id.clone(), number);
            self.world.ids.push(id);
        }
        for (version, mark) in tags {
            self.world.refs.get_mut(&version).unwrap().tag = Some(id_of(&mark));
        }
    }
}
