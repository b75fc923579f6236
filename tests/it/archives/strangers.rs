//! What stands in an archive and is no item of it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use larch::archive::ArchiveError;
use larch::name::Level;

use super::{LAYOUTS, agreed, list, name, open, open_at, rich};
use crate::support::{Arch, Layout, Sandbox};

#[test]
fn what_tla_leaves_beside_the_items_is_no_item() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = rich(&sandbox, layout);
        let before = agreed(&sandbox, &name(Level::Archive, &arch.name));
        let version = arch.version_dir("hello--main--0.9");
        let mut places = vec![arch.location.clone(), version.clone()];
        if layout == Layout::Nested {
            places.push(arch.location.join("hello"));
            places.push(arch.location.join("hello/hello--main"));
        }
        for place in &places {
            for left in [
                ",,new-category.1700000000.42.1.1000",
                ",,new-branch.1700000000.42.1.1000/++revision-lock/+contents",
                "++revision-lock-held--patch-2--jo@example.org--1700000000/+contents",
                "++revision-lock-broken--patch-2",
                "++version-lock",
                "+revision-lock",
                ".hidden",
            ] {
                fs::create_dir_all(place.join(left)).unwrap();
            }
            for left in ["=README", ".listing", ",,upload-tmp.1.2.3"] {
                fs::File::create(place.join(left)).unwrap();
            }
        }
        let held = version.join("++revision-lock-held--versionfix-1--jo@example.org--1/+contents");
        copy(&version.join("patch-1"), &held).unwrap();
        assert_eq!(agreed(&sandbox, &name(Level::Archive, &arch.name)), before);
    }
}

#[test]
fn what_fits_by_its_name_alone_is_no_item() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1.0");
        let version = arch.version_dir("c--b--1.0");
        let (categories, branches, versions) = match layout {
            Layout::Nested => ("", "c/", "c/c--b/"),
            Layout::Flat => ("", "", ""),
        };
        let places = [
            (format!("{categories}file"), Level::Archive),
            (format!("{branches}c--file"), Level::Category),
            (format!("{versions}c--b--2.0"), Level::Branch),
        ];
        for (place, _) in &places {
            fs::File::create(arch.location.join(place)).unwrap();
            symlink(&version, arch.location.join(format!("{place}1"))).unwrap();
        }
        symlink(&version, arch.location.join(format!("{versions}c--b--3.0"))).unwrap();
        symlink(
            "nowhere",
            arch.location.join(format!("{versions}c--b--4.0")),
        )
        .unwrap();
        fs::File::create(version.join("patch-1")).unwrap();
        symlink("base-0", version.join("patch-2")).unwrap();
        symlink("nowhere", version.join("patch-3")).unwrap();

        let only = |level, package: &str, part: &str| {
            let listing = list(&arch, level, package).unwrap();
            assert_eq!(listing.parts, [part]);
            assert!(!listing.held_back);
        };
        only(Level::Archive, "", "c");
        only(Level::Category, "c", "b");
        only(Level::Branch, "c--b", "1.0");
        only(Level::Version, "c--b--1.0", "base-0");
        // tla takes names for items, whatever bears them.
        let by_tla = sandbox
            .tla(["revisions", &arch.qualified("c--b--1.0")])
            .stdout;
        assert_eq!(by_tla, "base-0\npatch-1\npatch-2\npatch-3\n");
        let by_tla = sandbox.tla(["versions", &arch.qualified("c--b")]).stdout;
        assert!(by_tla.contains("c--b--2.0"));
    }
}

#[test]
fn what_stands_below_another_name_is_no_item() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    arch.import("c--b--1.0");
    for directory in ["c/other--b", "c/c--b/c--other--1.0", "c/c--b/c--2.0"] {
        fs::create_dir(arch.location.join(directory)).unwrap();
    }
    assert_eq!(list(&arch, Level::Category, "c").unwrap().parts, ["b"]);
    assert_eq!(list(&arch, Level::Branch, "c--b").unwrap().parts, ["1.0"]);
    let by_tla = sandbox.tla(["versions", &arch.qualified("c--b")]).stdout;
    assert!(by_tla.contains("c--other--1.0"));
}

#[test]
fn a_link_leads_nobody_out_of_the_archive() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    let other = Arch::named(&sandbox, "al@example.org--secret", Layout::Nested);
    other.import("c--b--1.0");
    symlink(other.location.join("c"), arch.location.join("c")).unwrap();
    arch.import("d--b--1.0");
    let base = arch.version_dir("d--b--1.0").join("base-0");
    fs::remove_file(base.join("log")).unwrap();
    symlink(
        other.version_dir("c--b--1.0").join("base-0/log"),
        base.join("log"),
    )
    .unwrap();

    for (level, package) in [
        (Level::Category, "c"),
        (Level::Branch, "c--b"),
        (Level::Version, "c--b--1.0"),
    ] {
        let error = list(&arch, level, package).unwrap_err();
        assert!(matches!(error, ArchiveError::NoSuchSubject(_)), "{error}");
    }
    let archive = open(&arch);
    for package in ["c--b--1.0--base-0", "d--b--1.0--base-0"] {
        let revision = name(Level::Revision, &arch.qualified(package));
        let error = archive.log(&revision).unwrap_err();
        assert!(matches!(error, ArchiveError::NoSuchSubject(_)), "{error}");
    }
    // The root itself may be reached by a link.
    let link = sandbox.path("link");
    symlink(&arch.location, &link).unwrap();
    let archive = open_at(&link, None);
    let listing = archive.list(&name(Level::Archive, &arch.name), None, &|_| false);
    assert_eq!(listing.unwrap().parts, ["d"]);
}

/// Copies the files of a directory.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
