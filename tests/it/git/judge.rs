//! What must have been told of repositories in the end, whatever happened on the way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::pushers::{parents, tags};
use super::repo::Repo;
use crate::support::{Sandbox, Told, check_database, check_rules};

/// Commits with their parents.
pub(super) type Commits = BTreeMap<String, Vec<String>>;

/// A repository of the archive `srv`, and all commits that it may ever have had.
pub(super) struct Case<'r> {
    pub(super) category: String,
    pub(super) repo: &'r Repo,
    pub(super) made: Commits,
}

/// Judges what the actions with these thunks were told of revisions, and returns how many there were.
///
/// What refs reach now was told once to each, a tag as an item of its own. What was told besides was
/// there once, and was told once as well; parents before their children where both are of one version.
#[track_caller]
pub(super) fn judge(sandbox: &Sandbox, cases: &[Case<'_>], thunks: &[&str]) -> usize {
    check_database(sandbox, "n");
    check_rules(sandbox, "n");
    let mut record = sandbox.record();
    // A delivery that was repeated after a kill was told once more, which its receiver can see.
    let mut deliveries = BTreeSet::new();
    record.retain(|told| deliveries.insert(told.id.clone()));
    let pairs: Vec<String> = record.iter().flat_map(Told::pairs).collect();
    let distinct: BTreeSet<&String> = pairs.iter().collect();
    assert_eq!(
        pairs.len(),
        distinct.len(),
        "told twice: {:?}",
        twice(&pairs)
    );
    let mut count = 0;
    for case in cases {
        for thunk in thunks {
            let mut versions: HashMap<&str, Vec<&str>> = HashMap::new();
            for told in record.iter().filter(|told| told.thunk == *thunk) {
                let prefix = format!("srv/{}--", case.category);
                if let Some(version) = told.subject.strip_prefix(&prefix) {
                    let ids = told
                        .names
                        .iter()
                        .map(|name| name.rsplit_once("--").unwrap().1);
                    versions.entry(version).or_default().extend(ids);
                }
            }
            count += case.judge(&versions);
        }
    }
    count
}

impl Case<'_> {
    fn judge(&self, versions: &HashMap<&str, Vec<&str>>) -> usize {
        let mut told: HashMap<&str, Vec<&str>> = HashMap::new();
        for (version, ids) in versions {
            let places: HashMap<&str, usize> = ids.iter().copied().zip(0..).collect();
            for (place, id) in ids.iter().enumerate() {
                told.entry(id).or_default().push(version);
                let parents = self.made.get(*id);
                assert!(
                    parents.is_some() || version.starts_with("tags--"),
                    "nobody made {version}--{id}"
                );
                for parent in parents.into_iter().flatten() {
                    let before = places.get(parent.as_str());
                    assert!(
                        before.is_none_or(|before| *before < place),
                        "{version}--{id}"
                    );
                }
            }
        }
        for (id, versions) in &told {
            // A tag tells what it names too, whatever was told before.
            let brought = versions
                .iter()
                .filter(|version| version.starts_with("heads--"));
            assert!(brought.count() <= 1, "{id} of {versions:?}");
        }
        let reached = parents(self.repo, &["--branches", "--tags"]);
        for id in reached.keys() {
            assert!(told.contains_key(id.as_str()), "{}: {id}", self.category);
        }
        for (tag, id) in tags(self.repo) {
            let version = format!("tags--{tag}");
            assert!(
                versions
                    .get(&*version)
                    .is_some_and(|ids| ids.contains(&&*id)),
                "{version}"
            );
        }
        told.len()
    }
}

fn twice(pairs: &[String]) -> Vec<&String> {
    let mut seen = BTreeSet::new();
    pairs.iter().filter(|pair| !seen.insert(*pair)).collect()
}
