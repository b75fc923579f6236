//! Symbolic links: items, and never a way out of the tree.

use std::fs;
use std::os::unix::fs::symlink;

use super::Pool;
use crate::support::Sandbox;

#[test]
fn a_link_among_revisions_is_an_item_wherever_it_leads() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    fs::create_dir_all(pool.path("c/b/1")).unwrap();
    for (entry, target) in [
        ("1-file", "../../../x"),
        ("2-root", "/"),
        ("3-itself", "3-itself"),
        ("4-secret", "/etc/shadow"),
    ] {
        symlink(target, pool.path("c/b/1").join(entry)).unwrap();
    }
    pool.poll_old().ok();
    let mut told = pool.told();
    told.sort();
    let expected = ["1-file", "2-root", "3-itself", "4-secret"];
    assert_eq!(told, expected.map(|entry| format!("pool/c--b--1--{entry}")));
}

#[test]
fn no_link_leads_out_of_the_tree_or_round_in_it() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("c/b/1/item");
    sandbox.write("outside/b/1/secret", "");
    let outside = sandbox.path("outside");
    let absolute = outside.to_str().unwrap();
    for (link, targets) in [
        (
            "L",
            ["../outside", absolute, ".", "c/b", "/", "/proc/self/root"],
        ),
        ("c/L", ["../../outside/b", absolute, "..", ".", "b/1", "L"]),
        (
            "c/b/L",
            [
                "../../../outside/b/1",
                absolute,
                "../..",
                ".",
                "1/item",
                "no",
            ],
        ),
    ] {
        for (number, target) in targets.into_iter().enumerate() {
            symlink(target, pool.path(format!("{link}{number}"))).unwrap();
        }
    }
    pool.poll_old().ok();
    assert_eq!(
        sandbox.take_told(),
        [
            "category pool/c",
            "branch pool/c--b",
            "version pool/c--b--1",
            "revision pool/c--b--1--item",
        ]
    );
    for (command, subject) in [("branches", "pool/L0"), ("versions", "pool/c--L0")] {
        let listed = sandbox.larch([command, subject]);
        listed.stderr_has("the archive has no ").code(1);
    }
}

#[test]
fn a_link_to_a_directory_of_its_level_is_followed() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("debian/bookworm/1/a");
    pool.upload("ubuntu/noble/2/b");
    symlink("debian", pool.path("main")).unwrap();
    symlink("bookworm", pool.path("debian/stable")).unwrap();
    symlink("../../ubuntu/noble/2", pool.path("debian/bookworm/2")).unwrap();
    pool.poll_old().ok();
    let mut told = pool.told();
    told.sort();
    assert_eq!(
        told,
        [
            "pool/debian--bookworm--1--a",
            "pool/debian--bookworm--2--b",
            "pool/debian--stable--1--a",
            "pool/debian--stable--2--b",
            "pool/main--bookworm--1--a",
            "pool/main--bookworm--2--b",
            "pool/main--stable--1--a",
            "pool/main--stable--2--b",
            "pool/ubuntu--noble--2--b",
        ]
    );
    // Where the link leads to from now on counts, and what was told stays told.
    pool.upload("debian/trixie/1/a");
    pool.upload("debian/trixie/1/c");
    fs::remove_file(pool.path("debian/stable")).unwrap();
    symlink("trixie", pool.path("debian/stable")).unwrap();
    pool.poll_old().ok();
    let mut told = pool.told();
    told.sort();
    assert_eq!(
        told,
        [
            "pool/debian--stable--1--c",
            "pool/debian--trixie--1--a",
            "pool/debian--trixie--1--c",
            "pool/main--stable--1--c",
            "pool/main--trixie--1--a",
            "pool/main--trixie--1--c",
        ]
    );
}

#[test]
fn a_directory_that_became_a_link_out_of_the_tree_is_gone() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    for place in ["c/b/1/item", "d/b/1/item"] {
        pool.upload(place);
        sandbox.write(sandbox.path("outside").join(place), "");
        sandbox.write(
            sandbox.path("outside").join(place).with_file_name("secret"),
            "",
        );
    }
    pool.poll_old().ok();
    pool.told();
    for directory in ["c", "d/b/1"] {
        fs::remove_dir_all(pool.path(directory)).unwrap();
        symlink(
            sandbox.path("outside").join(directory),
            pool.path(directory),
        )
        .unwrap();
    }
    pool.poll_old().ok();
    sandbox.poll().clock_ahead(3 * 24 * 3600).ok();
    assert_eq!(pool.told(), [""; 0]);
}
