//! The refs of a repository at one moment.

use super::program::Git;
use crate::archive::ArchiveError;
use crate::name::{Name, encode};

/// Names and object ids alone: nothing that would open an object, so that a ref that points nowhere
/// is listed as all others are.
const FORMAT: &str = "--format=%(HEAD)%(objectname) %(refname)";

/// The object of a ref that cannot be read: none has this id.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// The namespaces that are branches of a category unasked.
const WATCHED: [&[u8]; 2] = [b"heads", b"tags"];

/// All refs of a repository that have a place among the names: `refs/NAMESPACE/NAME`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Refs {
    refs: Vec<Ref>,
}

/// One ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ref {
    /// The whole name, as git has it.
    pub(super) name: Vec<u8>,
    /// The object that it points to, in hex; it may be missing.
    pub(super) id: String,
    /// HEAD is this branch.
    pub(super) is_head: bool,
    /// The branch's part of its name here: the encoded namespace.
    pub(super) branch: String,
    /// The version's part of its name here: the encoded rest.
    pub(super) version: String,
}

impl Refs {
    /// Reads them by one run of git.
    pub(super) fn read(git: &Git<'_>) -> Result<Self, ArchiveError> {
        let mut listed = Vec::new();
        let said = git.run_and_listen(&["for-each-ref", FORMAT], b"", &mut |piece| {
            listed.extend_from_slice(piece);
        })?;
        let lines = listed.split(|&byte| byte == b'\n');
        let whole = lines.filter_map(|line| {
            let (&mark, line) = line.split_first()?;
            let space = line.iter().position(|&byte| byte == b' ')?;
            let id = str::from_utf8(&line[..space]).ok()?;
            Some((&line[space + 1..], id.to_owned(), mark == b'*'))
        });
        // Git leaves out what a power cut made of a ref, with a warning. It is not a deleted one.
        let broken = said
            .lines()
            .filter_map(|line| line.strip_prefix("warning: ignoring broken ref "))
            .map(|name| (name.as_bytes(), NOTHING.to_owned(), false));
        Ok(Self::new(whole.chain(broken)))
    }

    /// Of the refs' whole names, object ids, and whether HEAD is that branch. Those that have no place
    /// among the names are left out: `refs/stash` has a namespace and no name.
    pub(super) fn new<'a>(refs: impl IntoIterator<Item = (&'a [u8], String, bool)>) -> Self {
        let place = |(name, id, is_head): (&[u8], String, bool)| {
            let below = name.strip_prefix(b"refs/")?;
            let slash = below.iter().position(|&byte| byte == b'/')?;
            Some(Ref {
                name: name.to_owned(),
                id,
                is_head,
                branch: encode(&below[..slash]),
                version: encode(&below[slash + 1..]),
            })
        };
        let mut refs: Vec<Ref> = refs.into_iter().filter_map(place).collect();
        refs.sort_unstable_by(|a, b| (!a.is_head, &a.name).cmp(&(!b.is_head, &b.name)));
        Self { refs }
    }

    /// HEAD's branch, then all others by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Ref> {
        self.refs.iter()
    }

    /// The ref that is a version.
    pub(super) fn of_version(&self, version: &Name) -> Option<&Ref> {
        let [_, branch, part, None] = version.parts() else {
            return None;
        };
        self.refs.iter().find(|each| {
            Some(each.branch.as_str()) == branch && Some(each.version.as_str()) == part
        })
    }

    /// The branches' parts: those that are watched unasked, and the others.
    pub(super) fn branches(&self) -> (Vec<String>, Vec<String>) {
        let mut branches: Vec<&str> = self.iter().map(|each| each.branch.as_str()).collect();
        branches.sort_unstable();
        branches.dedup();
        branches
            .into_iter()
            .map(str::to_owned)
            .partition(|branch| WATCHED.contains(&branch.as_bytes()))
    }

    /// The parts of a branch's versions.
    pub(super) fn versions(&self, branch: &str) -> Vec<String> {
        self.iter()
            .filter(|each| each.branch == branch)
            .map(|each| each.version.clone())
            .collect()
    }
}

impl Ref {
    /// Whether its one revision is the object that it points to, and no history.
    pub(super) fn is_tag(&self) -> bool {
        self.branch == "tags"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs(names: &[&str], head: &str) -> Refs {
        Refs::new(
            names
                .iter()
                .map(|name| (name.as_bytes(), "1".repeat(40), *name == head)),
        )
    }

    #[test]
    fn heads_branch_comes_first_and_the_others_by_name() {
        let refs = refs(
            &["refs/heads/b", "refs/heads/a", "refs/tags/t"],
            "refs/heads/b",
        );
        assert_eq!(refs.versions("heads"), ["b", "a"]);
        assert_eq!(refs.versions("tags"), ["t"]);
        assert_eq!(refs.versions("notes"), [""; 0]);
    }

    #[test]
    fn other_namespaces_must_be_asked_for() {
        let refs = refs(
            &[
                "refs/notes/commits",
                "refs/heads/x",
                "refs/pull/1/head",
                "refs/a--b/x",
            ],
            "",
        );
        let (watched, unasked) = refs.branches();
        assert_eq!(watched, ["heads"]);
        assert_eq!(unasked, ["a%2D%2Db", "notes", "pull"]);
    }

    #[test]
    fn a_ref_without_a_namespace_has_no_name() {
        assert_eq!(
            refs(&["refs/stash", "HEAD", "refs/"], "HEAD")
                .iter()
                .count(),
            0
        );
    }

    #[test]
    fn a_version_is_found_by_its_name() {
        let refs = refs(&["refs/heads/feature/--x", "refs/tags/1.0"], "");
        let name = |text| Name::parse(text, Some(crate::name::Level::Version)).unwrap();
        let found = refs.of_version(&name("a/c--heads--feature/%2D%2Dx"));
        assert_eq!(found.unwrap().name, b"refs/heads/feature/--x");
        assert!(!found.unwrap().is_tag());
        assert!(refs.of_version(&name("a/c--tags--1.0")).unwrap().is_tag());
        assert_eq!(refs.of_version(&name("a/c--tags--2.0")), None);
    }
}
