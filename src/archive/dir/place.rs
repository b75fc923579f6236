//! Which entries are items, and where a name is below the root.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use crate::name::{self, Name};

/// The path of a subject or revision relative to the root, which is the empty path.
///
/// `None` for names that no item has: so none leads out of the tree, and each item has one name.
pub(super) fn of(name: &Name) -> Option<PathBuf> {
    name.parts()
        .into_iter()
        .take(name.level().number().into())
        .map(|part| {
            let part = part?;
            let entry = name::decode(part);
            let fits = is_item(&entry)
                && !entry.contains(&b'/')
                && !entry.contains(&0)
                && name::encode(&entry) == part;
            fits.then(|| PathBuf::from(OsStr::from_bytes(&entry)))
        })
        .collect()
}

/// Whether the entry with this name may be an item: it is not hidden, and it does not say that it
/// is temporary.
pub(super) fn is_item(entry: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 3] = [b".", b",,", b"++"];
    const ENDS: [&[u8]; 3] = [b".part", b".tmp", b"~"];
    !entry.is_empty()
        && !BEGINNINGS.iter().any(|with| entry.starts_with(with))
        && !ENDS.iter().any(|with| entry.ends_with(with))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::Level;

    fn place(level: Level, package: &str) -> Option<PathBuf> {
        let text = format!("pool/{package}");
        of(&Name::parse(&text, Some(level)).unwrap())
    }

    #[test]
    fn every_level_has_its_place() {
        let archive = Name::parse("pool", Some(Level::Archive)).unwrap();
        assert_eq!(of(&archive), Some(PathBuf::new()));
        for (level, package, expected) in [
            (Level::Category, "main", "main"),
            (Level::Branch, "main--lib%2D%2Da", "main/lib--a"),
            (Level::Version, "main--a--1.0", "main/a/1.0"),
            (Level::Version, "main--9--1.0", "main/9/1.0"),
            (Level::Revision, "m--a--1--x%20y", "m/a/1/x y"),
        ] {
            assert_eq!(place(level, package), Some(expected.into()), "{package}");
        }
    }

    #[test]
    fn what_no_item_is_called_has_no_place() {
        for (level, package) in [
            (Level::Category, ".."),
            (Level::Category, "a/../../etc"),
            (Level::Category, "%2E%2E"),
            (Level::Category, "a%2Fb"),
            (Level::Category, "%61"),
            (Level::Category, "a%00"),
            (Level::Category, "a%"),
            (Level::Branch, "main"),
            (Level::Branch, "main--.git"),
            (Level::Version, "main--1.0"),
            (Level::Version, "main--a--,,x"),
            (Level::Revision, "main--1--1"),
            (Level::Revision, "m--a--1--x.part"),
        ] {
            assert_eq!(place(level, package), None, "{package}");
        }
    }

    #[test]
    fn what_is_hidden_or_temporary_is_no_item() {
        for entry in [
            "a", "a.parts", "part", "tmp", "+a", ",a", "a.tmp.gz", "~a", "=a",
        ] {
            assert!(is_item(entry.as_bytes()), "{entry}");
        }
        for entry in [
            "", ".", "..", ".a", ",,a", "++a", "a.part", ".part", "a.tmp", "a~", "~",
        ] {
            assert!(!is_item(entry.as_bytes()), "{entry}");
        }
    }

    proptest! {
        #[test]
        fn an_item_is_found_where_it_was_listed(entry in proptest::collection::vec(1_u8.., 1..12)) {
            prop_assume!(is_item(&entry) && !entry.contains(&b'/'));
            let archive = Name::parse("pool", Some(Level::Archive)).unwrap();
            let item = archive.child(&name::encode(&entry)).unwrap();
            prop_assert_eq!(of(&item), Some(OsStr::from_bytes(&entry).into()));
        }
    }
}
