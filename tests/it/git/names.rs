//! The names of refs, whatever they consist of.

use larch::archive::ArchiveError;
use larch::name::{decode, encode};

use super::local::{Shelf, revision};
use crate::support::Sandbox;

/// Ref names, below `refs/heads/`, that are awkward and that git allows.
fn awkward() -> Vec<Vec<u8>> {
    let printable: Vec<u8> = (b'!'..=b'~')
        .filter(|byte| !b"~^:?*[\\".contains(byte))
        .collect();
    let mut names: Vec<Vec<u8>> = printable
        .iter()
        .filter(|&&byte| !b"./-@".contains(&byte))
        .map(|&byte| vec![byte])
        .collect();
    names.extend(
        [
            &b"all/!\"#$%&'()+,-.0;<=>A]_`a{|}z"[..],
            b"x--upload-pack=evil",
            b"a--b---c",
            b"trailing-",
            b"%2D",
            b"@x",
            b"x@y",
            b"HEAD",
            b"refs/heads/main",
            b"option/-x",
            b"\xff\xfe",
            b"latin-\xfc",
            "\u{202e}rtl\u{200b}\u{a0}".as_bytes(),
            "\u{85}".as_bytes(),
        ]
        .map(<[u8]>::to_vec),
    );
    names.push(vec![b'x'; 200]);
    names.push([&[b'd'; 200][..], b"/", &[b'e'; 200], b"/", &[b'f'; 200]].concat());
    names.push(vec!["deep"; 60].join("/").into_bytes());
    names
}

#[test]
fn every_name_that_git_allows_is_a_version() {
    for format in ["files", "reftable"] {
        let sandbox = Sandbox::new();
        let shelf = Shelf::new(&sandbox);
        let option = format!("--ref-format={format}");
        let id = shelf.with_commit("srv/a.git", &["--bare", &option]);
        let mut names = awkward();
        if format == "reftable" {
            names.retain(|name| name.len() < 300);
        }
        let mut input = Vec::new();
        for name in &names {
            input.extend_from_slice(b"create refs/heads/");
            input.extend_from_slice(name);
            input.extend_from_slice(format!(" {id}\n").as_bytes());
        }
        shelf
            .run("srv/a.git", &["update-ref", "--stdin"])
            .stdin(input)
            .ok();
        names.push(b"main".to_vec());
        names.sort_unstable();
        let mut listed: Vec<Vec<u8>> = shelf
            .parts("a--heads")
            .iter()
            .map(|part| decode(part))
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, names);
        for name in names {
            let version = format!("a--heads--{}", encode(&name));
            assert_eq!(shelf.parts(&version), [id.as_str()], "{version}");
            let revision = revision("a", "heads", &name, &id);
            assert!(shelf.open().log(&revision).is_ok(), "{version}");
        }
        let ended = sandbox.larch(["versions", "g/a--heads"]).any_stdout().ok();
        assert!(!ended.stdout.contains(['\u{202e}', '\t', '\u{fffd}']));
    }
}

#[test]
fn names_that_git_refuses_are_no_versions() {
    let sandbox = Sandbox::new();
    let shelf = Shelf::new(&sandbox);
    let id = shelf.with_commit("srv/a.git", &["--bare"]);
    sandbox.write("srv/a.git/packed-refs", "");
    let names = ["a\x01b", "good", "sp ace", "x.lock", "y\x1b[2J"];
    for name in names {
        sandbox.append("srv/a.git/packed-refs", format!("{id} refs/heads/{name}\n"));
    }
    assert_eq!(shelf.parts("a--heads"), ["main", "good"]);
    sandbox.append(
        "srv/a.git/packed-refs",
        format!("{id} refs/heads/../../x\n"),
    );
    let listed = shelf.list("a--heads");
    assert!(
        matches!(listed, Err(ArchiveError::Program { .. })),
        "{listed:?}"
    );
}
