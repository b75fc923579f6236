//! The order of names: tla's, made total.
//!
//! A plain comparison of strings would put `patch-10` before `patch-9`. Numbers are compared as digit
//! strings, since people write versions that no integer holds.

use std::cmp::Ordering;

use super::{Level, Name, gnu};

impl Ord for Name {
    /// Archives, categories and branches bytewise, a category's branch-less versions before its
    /// branches, versions and patch levels by number, a name before what is below it.
    fn cmp(&self, other: &Self) -> Ordering {
        self.archive()
            .cmp(other.archive())
            .then_with(|| self.category().cmp(&other.category()))
            .then_with(|| self.branch().cmp(&other.branch()))
            .then_with(|| compare_optional(self.version(), other.version(), versions))
            .then_with(|| compare_optional(self.revision(), other.revision(), revisions))
            .then_with(|| self.as_str().cmp(other.as_str()))
            .then_with(|| self.level().cmp(&other.level()))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares the parts of two items of `level` in one listing, as [`Ord`] compares their names.
///
/// Equal only for equal texts. What is no version or patch level of GNU Arch's comes after those that
/// are, bytewise.
pub fn compare_parts(level: Level, a: &str, b: &str) -> Ordering {
    match level {
        Level::Archive | Level::Category | Level::Branch => Ordering::Equal,
        Level::Version => versions(a, b),
        Level::Revision => revisions(a, b),
    }
    .then_with(|| a.cmp(b))
}

fn compare_optional(
    a: Option<&str>,
    b: Option<&str>,
    compare: fn(&str, &str) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        _ => a.cmp(&b),
    }
}

/// Component by component; a missing component is lower than any.
fn versions(a: &str, b: &str) -> Ordering {
    match (gnu::is_version(a), gnu::is_version(b)) {
        (true, true) => a.split('.').map(Number).cmp(b.split('.').map(Number)),
        (false, false) => a.cmp(b),
        (a_fits, b_fits) => b_fits.cmp(&a_fits),
    }
}

/// `base`, `patch`, `version`, `versionfix`, and the number within each: the order of their making,
/// and of the alphabet.
fn revisions(a: &str, b: &str) -> Ordering {
    fn key(text: &str) -> Option<(&str, Number<'_>)> {
        gnu::revision_level(text).map(|(kind, number)| (kind, Number(number)))
    }
    match (key(a), key(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (None, None) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

/// A string of digits, of any length, compared by value.
struct Number<'a>(&'a str);

impl Number<'_> {
    fn significant(&self) -> &str {
        self.0.trim_start_matches('0')
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.significant(), other.significant());
        a.len().cmp(&b.len()).then_with(|| a.cmp(b))
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number<'_> {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_ascending(level: Level, parts: &str) {
        let parts: Vec<&str> = parts.split(' ').collect();
        for (i, a) in parts.iter().enumerate() {
            for (j, b) in parts.iter().enumerate() {
                assert_eq!(compare_parts(level, a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    #[test]
    fn parts_sort_as_tla_sorts_them() {
        assert_ascending(Level::Category, "A B a a-b a1 a10 a2 ab b");
        assert_ascending(
            Level::Version,
            "0 00 0.99 1 1.0 1.00 1.0.1 01.5 1.9 1.10 2 9 10 18446744073709551616 99999999999999999999 \
             1.0rc1 v10 v9",
        );
        assert_ascending(
            Level::Revision,
            "base-0 patch-0 patch-01 patch-1 patch-9 patch-10 patch-18446744073709551617 version-0 \
             versionfix-1 versionfix-2 other-1 zeta",
        );
    }

    #[test]
    fn names_sort_from_the_top_and_without_a_branch_first() {
        let names: Vec<Name> = [
            (Level::Archive, "a@x"),
            (Level::Category, "a@x/c"),
            (Level::Branch, "a@x/c"),
            (Level::Version, "a@x/c--1.0"),
            (Level::Revision, "a@x/c--1.0--base-0"),
            (Level::Branch, "a@x/c--br"),
            (Level::Version, "a@x/c--br--1.9"),
            (Level::Version, "a@x/c--br--1.10"),
            (Level::Revision, "a@x/c--br--1.10--patch-9"),
            (Level::Revision, "a@x/c--br--1.10--patch-10"),
            (Level::Category, "a@x/c-a"),
            (Level::Archive, "a@x--b"),
        ]
        .into_iter()
        .map(|(level, text)| Name::parse(text, Some(level)).unwrap())
        .collect();
        for (i, a) in names.iter().enumerate() {
            for (j, b) in names.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    proptest! {
        #[test]
        fn the_order_is_total(parts in proptest::collection::vec("[0-9]{0,3}[.a-]?[0-9]{0,2}", 3)) {
            for level in [Level::Version, Level::Revision] {
                let compare = |i: usize, j: usize| compare_parts(level, &parts[i], &parts[j]);
                prop_assert_eq!(compare(0, 1), compare(1, 0).reverse());
                prop_assert_eq!(compare(0, 1) == Ordering::Equal, parts[0] == parts[1]);
                if compare(0, 1).is_le() && compare(1, 2).is_le() {
                    prop_assert!(compare(0, 2).is_le());
                }
            }
        }
    }
}
