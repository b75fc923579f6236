//! What things are called in a mail: a name's parts as they were before they were encoded, and for
//! git repositories the words of git.

use super::text::line;
use crate::name::{Level, Name, decode};

/// How many digits of a commit's hash tell it from others.
const SHORT: usize = 12;

/// How an item is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Words {
    /// The archive's name.
    pub(super) archive: String,
    /// The category; empty for an archive.
    pub(super) category: String,
    /// The branch; empty where there is none.
    pub(super) branch: String,
    /// The version; empty above versions.
    pub(super) version: String,
    /// The patch level; empty above revisions.
    pub(super) revision: String,
    /// The kind of thing it is: `revision`, `commit`.
    pub(super) noun: &'static str,
    /// The same for several.
    pub(super) nouns: &'static str,
    /// What its version is, such as `branch`, in a git repository; else empty.
    pub(super) ref_noun: &'static str,
    /// Where it is, in few words: CATEGORY/BRANCH, in a git repository with the ref.
    pub(super) place: String,
    /// How a list calls it, the place being said.
    pub(super) title: String,
}

impl Words {
    /// The words for what an archive of this kind calls `name`.
    pub(super) fn of(name: &Name, kind: &str) -> Self {
        let decoded = |part: &str| match kind {
            "arch" => part.to_owned(),
            _ => line(&String::from_utf8_lossy(&decode(part))),
        };
        let [category, branch, version, revision] = name
            .parts()
            .map(|part| part.map(decoded).unwrap_or_default());
        let level = name.level();
        let is_git = is_git(kind, level, &branch, &revision);
        let (noun, nouns) = nouns(level, is_git, &branch);
        let ref_noun = if is_git { nouns_of_ref(&branch).0 } else { "" };
        let mut place = match branch.as_str() {
            "heads" if is_git => vec![&category, &version],
            // The kind of ref says nothing without the ref.
            _ if is_git && level < Level::Version => vec![&category],
            _ if is_git => vec![&category, &branch, &version],
            _ => vec![&category, &branch],
        };
        place.retain(|part| !part.is_empty());
        let title = match level {
            Level::Archive => name.archive().to_owned(),
            Level::Revision if is_git => revision.chars().take(SHORT).collect(),
            Level::Revision => revision.clone(),
            Level::Version if is_git => version.clone(),
            Level::Branch if is_git => branch.clone(),
            _ => decoded(name.package()),
        };
        Self {
            archive: name.archive().to_owned(),
            place: match level {
                Level::Archive => name.archive().to_owned(),
                _ => place
                    .into_iter()
                    .map(String::as_str)
                    .collect::<Vec<_>>()
                    .join("/"),
            },
            noun,
            nouns,
            ref_noun,
            title,
            category,
            branch,
            version,
            revision,
        }
    }
}

/// Whether a name is one of a git repository. A helper may hand its categories on to git.
fn is_git(kind: &str, level: Level, branch: &str, revision: &str) -> bool {
    let is_hash =
        matches!(revision.len(), 40 | 64) && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    kind == "git" || (matches!(branch, "heads" | "tags") && (level < Level::Revision || is_hash))
}

fn nouns(level: Level, is_git: bool, branch: &str) -> (&'static str, &'static str) {
    match level {
        Level::Category if is_git => ("repository", "repositories"),
        Level::Branch if is_git => ("kind of refs", "kinds of refs"),
        Level::Version if is_git => nouns_of_ref(branch),
        Level::Revision if is_git => ("commit", "commits"),
        Level::Archive => ("archive", "archives"),
        Level::Category => ("category", "categories"),
        Level::Branch => ("branch", "branches"),
        Level::Version => ("version", "versions"),
        Level::Revision => ("revision", "revisions"),
    }
}

fn nouns_of_ref(branch: &str) -> (&'static str, &'static str) {
    match branch {
        "heads" => ("branch", "branches"),
        "tags" => ("tag", "tags"),
        _ => ("ref", "refs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_called_as_its_people_call_it() {
        const HASH: &str = "52f64d445405d0106f6263cf2a5e17ae6dd8a5f1";
        let heads = format!("g/team/kettle--heads--a%2D%2Db--{HASH}");
        let tags = format!("g/kettle--tags--v1--{HASH}");
        for (kind, name, noun, place, title) in [
            (
                "arch",
                "a@b--1/c--d--1--patch-1",
                "revision",
                "c/d",
                "patch-1",
            ),
            ("arch", "a@b--1/c--1--patch-1", "revision", "c", "patch-1"),
            ("arch", "a@b--1/c--d--1", "version", "c/d", "c--d--1"),
            ("arch", "a@b--1/c", "category", "c", "c"),
            ("arch", "a@b--1", "archive", "a@b--1", "a@b--1"),
            ("git", "g/kettle", "repository", "kettle", "kettle"),
            ("git", "g/kettle--tags--v1", "tag", "kettle/tags/v1", "v1"),
            ("git", "g/kettle--tags", "kind of refs", "kettle", "tags"),
            ("git", "g/ev%20il", "repository", "ev il", "ev il"),
            ("dir", "d/a%2D%2Db", "category", "a--b", "a--b"),
            ("git", &heads, "commit", "team/kettle/a--b", "52f64d445405"),
            ("forge", &tags, "commit", "kettle/tags/v1", "52f64d445405"),
            ("svn", "s/c--tags--v1--r7", "revision", "c/tags", "r7"),
        ] {
            let level = match noun {
                "archive" => Some(Level::Archive),
                _ => None,
            };
            let words = Words::of(&Name::parse(name, level).unwrap(), kind);
            let said = (words.noun, words.place.as_str(), words.title.as_str());
            assert_eq!(said, (noun, place, title), "{name}");
        }
    }
}
