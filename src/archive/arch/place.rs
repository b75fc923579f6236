//! Where a name is, below an archive's root, and which names a directory may hold.

use super::layout::Layout;
use crate::name::{Level, Name, compare_parts, gnu};

/// The path of a subject or revision relative to the root, which is the empty path. In the flat
/// layout, categories and branches are found in the root.
///
/// `None` for names that do not fit GNU Arch's grammar, so that none of them becomes a path.
pub(super) fn of(name: &Name, layout: Layout) -> Option<String> {
    let [category, branch, version, revision] = name.parts();
    let fits = category.is_none_or(gnu::is_category)
        && branch.is_none_or(gnu::is_branch)
        && version.is_none_or(gnu::is_version)
        && revision.is_none_or(gnu::is_revision_level);
    if !fits {
        return None;
    }
    let category = category.unwrap_or("");
    // The names of the directories begin with each other: this is the longest.
    let package = name.package();
    let package = revision.map_or(package, |level| &package[..package.len() - level.len() - 2]);
    let branch = branch.map_or(category, |branch| {
        &package[..category.len() + 2 + branch.len()]
    });
    let steps: &[&str] = match (layout, name.level()) {
        (_, Level::Archive) | (Layout::Flat, Level::Category | Level::Branch) => &[],
        (Layout::Nested, Level::Category) => &[category],
        (Layout::Nested, Level::Branch) => &[category, branch],
        (Layout::Nested, Level::Version) => &[category, branch, package],
        (Layout::Nested, Level::Revision) => &[category, branch, package, revision?],
        (Layout::Flat, Level::Version) => &[package],
        (Layout::Flat, Level::Revision) => &[package, revision?],
    };
    Some(steps.join("/"))
}

/// The last part of the item that the entry `name` of a subject's own directory is, if it is one.
pub(super) fn part<'a>(subject: &Name, name: &'a str) -> Option<&'a str> {
    match subject.level() {
        Level::Archive => Some(name).filter(|name| gnu::is_category(name)),
        Level::Category if name == subject.package() => Some(""),
        Level::Category => below(subject, name).filter(|part| gnu::is_branch(part)),
        Level::Branch => below(subject, name).filter(|part| gnu::is_version(part)),
        Level::Version => Some(name).filter(|name| gnu::is_revision_level(name)),
        Level::Revision => None,
    }
}

/// Puts the parts of a subject's items in order, each once.
pub(super) fn sort(subject: &Name, parts: &mut Vec<String>) {
    if let Some(level) = subject.level().child() {
        parts.sort_unstable_by(|a, b| compare_parts(level, a, b));
        parts.dedup();
    }
}

/// What follows the subject's name and `--`. Nothing follows a name that ends with `-`, since
/// nobody could tell where its end is.
fn below<'a>(subject: &Name, name: &'a str) -> Option<&'a str> {
    name.strip_prefix(subject.package())
        .filter(|_| !subject.package().ends_with('-'))?
        .strip_prefix("--")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(level: Level, package: &str) -> Name {
        Name::parse(&format!("jo@x.org--a/{package}"), Some(level)).unwrap()
    }

    #[test]
    fn every_level_has_its_place_in_both_layouts() {
        let archive = Name::parse("jo@x.org--a", Some(Level::Archive)).unwrap();
        assert_eq!(of(&archive, Layout::Nested).as_deref(), Some(""));
        assert_eq!(of(&archive, Layout::Flat).as_deref(), Some(""));
        for (level, package, nested, flat) in [
            (Level::Category, "c", "c", ""),
            (Level::Branch, "c--b", "c/c--b", ""),
            (Level::Branch, "c", "c/c", ""),
            (Level::Version, "c--b--1", "c/c--b/c--b--1", "c--b--1"),
            (Level::Version, "c--1", "c/c/c--1", "c--1"),
            (
                Level::Revision,
                "c--b--1--base-0",
                "c/c--b/c--b--1/base-0",
                "c--b--1/base-0",
            ),
            (
                Level::Revision,
                "c--1--patch-2",
                "c/c/c--1/patch-2",
                "c--1/patch-2",
            ),
        ] {
            let name = name(level, package);
            assert_eq!(of(&name, Layout::Nested).as_deref(), Some(nested), "{name}");
            assert_eq!(of(&name, Layout::Flat).as_deref(), Some(flat), "{name}");
        }
    }

    #[test]
    fn no_name_leads_out_of_the_root() {
        for (level, package) in [
            (Level::Category, ".."),
            (Level::Category, "a/b"),
            (Level::Category, "../../etc"),
            (Level::Branch, "c--../../etc"),
            (Level::Version, "c--b--../x"),
            (Level::Revision, "c--b--1.0--.."),
        ] {
            let text = format!("jo@x.org--a/{package}");
            if let Ok(name) = Name::parse(&text, Some(level)) {
                assert_eq!(of(&name, Layout::Nested), None, "{name}");
                assert_eq!(of(&name, Layout::Flat), None, "{name}");
            }
        }
    }

    #[test]
    fn an_entry_is_an_item_only_below_its_own_name() {
        let category = name(Level::Category, "c");
        assert_eq!(part(&category, "c"), Some(""));
        assert_eq!(part(&category, "c--b"), Some("b"));
        for entry in [
            "other--b",
            "c--1",
            "c--b--1",
            "c-b",
            "cc--b",
            "c--",
            ",,new-branch.1",
            "=README",
        ] {
            assert_eq!(part(&category, entry), None, "{entry}");
        }
        let branch = name(Level::Branch, "c--b");
        assert_eq!(part(&branch, "c--b--1.0"), Some("1.0"));
        for entry in ["c--other--1.0", "c--1.0", "c--b--x", "c--b--1.0--base-0"] {
            assert_eq!(part(&branch, entry), None, "{entry}");
        }
        let version = name(Level::Version, "c--b--1.0");
        assert_eq!(part(&version, "versionfix-3"), Some("versionfix-3"));
        for entry in [
            "++revision-lock",
            "++revision-lock-held--patch-1--jo",
            "base-1",
            "patch-",
            "+contents",
        ] {
            assert_eq!(part(&version, entry), None, "{entry}");
        }
    }

    #[test]
    fn what_is_an_item_has_a_name() {
        for subject in [
            Name::parse("jo@x.org--a", Some(Level::Archive)).unwrap(),
            name(Level::Category, "c"),
            name(Level::Category, "c-"),
            name(Level::Branch, "c"),
            name(Level::Branch, "c--b-"),
            name(Level::Version, "c--1.0"),
        ] {
            for entry in [
                "c",
                "c-",
                "c,",
                "c%",
                "c--b",
                "c--b-",
                "c---b",
                "c---1.0",
                "c--1.0",
                "c--b--1.0",
                "c--b---1.0",
                "base-0",
                "patch-01",
            ] {
                if let Some(part) = part(&subject, entry) {
                    assert!(subject.child(part).is_ok(), "{subject} {entry}");
                }
            }
        }
    }
}
