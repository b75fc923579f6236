//! Formats, hints, looks, and what is gone or out of reach.

use std::fs;

use larch::archive::{Archive, ArchiveError};
use larch::name::Level;

use super::{LAYOUTS, list, make_version, name, open, open_at};
use crate::support::{Arch, Layout, Sandbox};

#[test]
fn the_format_is_told_by_the_first_line_alone() {
    let sandbox = Sandbox::new();
    let nested = Arch::new(&sandbox, Layout::Nested);
    nested.import("c--b--1.0");
    let version_1 = "Hackerlab arch archive directory, format version 1.";
    let version_2 = "Hackerlab arch archive directory, format version 2.\nmore\n";
    for text in [version_1, version_2] {
        sandbox.write(nested.location.join(".archive-version"), text);
        assert_eq!(sandbox.tla(["categories", &nested.name]).stdout, "c\n");
        let listed = sandbox.larch(["categories", &nested.name]);
        listed.stdout("c\n").ok();
    }
    for text in [
        "",
        "\n",
        "Hackerlab arch archive directory, format version 3.\n",
        "Bazaar archive format 1 0\r\n",
    ] {
        sandbox.write(nested.location.join(".archive-version"), text);
        sandbox
            .larch(["categories", &nested.name])
            .stderr_has(".archive-version is not in a known archive format: its first line is")
            .code(1);
    }
    fs::remove_file(nested.location.join(".archive-version")).unwrap();
    sandbox
        .larch(["categories", &nested.name])
        .stderr_has("there is no such file; is its file system mounted?")
        .code(1);
}

#[test]
fn a_hint_is_believed_only_while_it_is_true() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("c--b--1.0");
    let hint = open(&arch).hint().unwrap();
    let subject = name(Level::Archive, &arch.name);
    let parts = |hint: &str| {
        let archive = open_at(&arch.location, Some(hint));
        let parts = archive.list(&subject, None, &|_| false).unwrap().parts;
        (parts, archive.hint().unwrap())
    };
    assert_eq!(parts(&hint), (vec!["c".to_owned()], hint.clone()));
    assert_eq!(parts("garbage"), (vec!["c".to_owned()], hint.clone()));

    sandbox.write(
        "new-version",
        "Hackerlab arch archive directory, format version 2.\n",
    );
    let file = arch.location.join(".archive-version");
    fs::rename(sandbox.path("new-version"), &file).unwrap();
    let (nested, new_hint) = parts(&hint);
    assert!(nested.is_empty());
    assert_ne!(new_hint, hint);
}

#[test]
fn what_is_gone_is_told_from_what_cannot_be_reached() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1.0");
        for (level, package) in [
            (Level::Category, "d"),
            (Level::Branch, "c--x"),
            (Level::Branch, "c"),
            (Level::Version, "c--b--2.0"),
            (Level::Version, "c--1.0"),
            (Level::Version, "c--b--1.0x"),
        ] {
            let error = list(&arch, level, package).unwrap_err();
            assert!(matches!(error, ArchiveError::NoSuchSubject(_)), "{error}");
        }
        sandbox
            .larch(["versions", &arch.qualified("c--v")])
            .stderr(format!(
                "error: the archive has no branch `{0}`\nhint: did you mean `{1}`?\n",
                arch.qualified("c--v"),
                arch.qualified("c--b")
            ))
            .code(1);

        let archive = open(&arch);
        let version = name(Level::Version, &arch.qualified("c--b--1.0"));
        fs::remove_dir_all(&arch.location).unwrap();
        for error in [
            archive.list(&version, None, &|_| false).unwrap_err(),
            archive.look(&version, None).unwrap_err(),
            list_archive(archive.as_ref(), &arch),
        ] {
            assert!(matches!(error, ArchiveError::Unreachable { .. }), "{error}");
        }
        sandbox
            .larch(["categories", &arch.name])
            .stderr_has("no archive can be reached at")
            .stderr_has("hint: ")
            .code(1);
    }
}

fn list_archive(archive: &dyn Archive, arch: &Arch<'_>) -> ArchiveError {
    let subject = name(Level::Archive, &arch.name);
    archive
        .list(&subject, None, &|_| false)
        .expect_err("the archive is gone")
}

#[test]
fn a_look_changes_with_the_listing() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1.0");
        let looks = || {
            let archive = open(&arch);
            [
                (Level::Archive, arch.name.clone()),
                (Level::Category, arch.qualified("c")),
                (Level::Branch, arch.qualified("c--b")),
                (Level::Version, arch.qualified("c--b--1.0")),
            ]
            .map(|(level, text)| archive.look(&name(level, &text), None).unwrap().unwrap())
        };
        let changed = |before: [_; 4]| {
            let after = looks();
            [0, 1, 2, 3].map(|level| before[level] != after[level])
        };
        let flat = layout == Layout::Flat;
        let before = looks();
        assert_eq!(changed(before.clone()), [false; 4]);
        arch.commit("c--b--1.0");
        assert_eq!(changed(before), [false, false, false, true]);
        let before = looks();
        make_version(&arch, layout, "c--b--2.0");
        assert_eq!(changed(before), [flat, flat, true, false]);
        let before = looks();
        make_version(&arch, layout, "c--d--1.0");
        assert_eq!(changed(before), [flat, true, flat, false]);
        let before = looks();
        make_version(&arch, layout, "e--d--1.0");
        assert_eq!(changed(before), [true, flat, flat, false]);
    }
}
