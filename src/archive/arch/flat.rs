//! The root of a flat archive: categories and branches, told from the versions' names.

use crate::name::{Level, Name, compare_parts, gnu};

/// All versions of a flat archive, from one listing of its root.
#[derive(Debug)]
pub(super) struct FlatRoot {
    /// Sorted by category, branch, version, each in its order.
    versions: Vec<FlatVersion>,
}

/// A version directory's name in its parts; the branch is empty where there is none.
#[derive(Debug, PartialEq, Eq)]
struct FlatVersion {
    category: String,
    branch: String,
    version: String,
}

impl FlatRoot {
    /// Tells the versions from the names of all that may be one.
    pub(super) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut versions: Vec<FlatVersion> = names.filter_map(parse).collect();
        versions.sort_unstable_by(|a, b| {
            compare_parts(Level::Category, &a.category, &b.category)
                .then_with(|| compare_parts(Level::Branch, &a.branch, &b.branch))
                .then_with(|| compare_parts(Level::Version, &a.version, &b.version))
        });
        versions.dedup();
        Self { versions }
    }

    /// The items of an archive, category or branch; `None` if no version makes it exist.
    pub(super) fn parts(&self, subject: &Name) -> Option<Vec<String>> {
        let versions = match subject.category() {
            None => self.versions.as_slice(),
            Some(category) => run(&self.versions, Level::Category, category, |v| &v.category),
        };
        let versions = match (subject.level(), subject.branch().unwrap_or("")) {
            (Level::Branch, branch) => run(versions, Level::Branch, branch, |v| &v.branch),
            _ => versions,
        };
        if versions.is_empty() && subject.level() != Level::Archive {
            return None;
        }
        let mut parts: Vec<String> = versions
            .iter()
            .map(|version| match subject.level() {
                Level::Archive => version.category.clone(),
                Level::Category => version.branch.clone(),
                _ => version.version.clone(),
            })
            .collect();
        parts.dedup();
        Some(parts)
    }
}

/// The run of sorted `versions` whose part at `level` is `wanted`.
fn run<'a>(
    versions: &'a [FlatVersion],
    level: Level,
    wanted: &str,
    part: impl Fn(&FlatVersion) -> &String,
) -> &'a [FlatVersion] {
    let start = versions.partition_point(|v| compare_parts(level, part(v), wanted).is_lt());
    let end = versions.partition_point(|v| compare_parts(level, part(v), wanted).is_le());
    &versions[start..end]
}

/// Whether `name` is the whole name of a version.
pub(super) fn is_version(name: &str) -> bool {
    parse(name).is_some()
}

fn parse(name: &str) -> Option<FlatVersion> {
    let mut parts = name.split("--");
    let category = parts.next()?;
    let second = parts.next()?;
    let (branch, version) = match parts.next() {
        Some(version) => (Some(second), version),
        None => (None, second),
    };
    let fits = parts.next().is_none()
        && gnu::is_category(category)
        && branch.is_none_or(gnu::is_branch)
        && gnu::is_version(version);
    fits.then(|| FlatVersion {
        category: category.to_owned(),
        branch: branch.unwrap_or_default().to_owned(),
        version: version.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_version_names_are_versions() {
        let parts = |name| parse(name).map(|v| (v.category, v.branch, v.version));
        let owned = |c: &str, b: &str, v: &str| Some((c.to_owned(), b.to_owned(), v.to_owned()));
        assert_eq!(parts("c--b--1.0"), owned("c", "b", "1.0"));
        assert_eq!(parts("nob--1.0"), owned("nob", "", "1.0"));
        for name in [
            "c",
            "c--b",
            "c----1.0",
            "--b--1",
            "c--b--1.0--base-0",
            "c--1--2",
            "=meta-info",
            ",,new-branch.1.2",
            "c--b--1.",
            "c/d--1",
        ] {
            assert_eq!(parse(name), None, "{name}");
        }
    }
}
