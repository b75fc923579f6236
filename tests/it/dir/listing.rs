//! What is listed, in which order, and what is known of it.

use std::fs::{self, File, FileTimes};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::time::{Duration, SystemTime};

use super::{Pool, name};
use crate::support::Sandbox;

#[test]
fn the_entries_of_four_levels_are_listed() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    for place in [
        "main/libx/1.10/libx.deb",
        "main/libx/1.9/libx.deb",
        "main/b/1/a",
        "extra/b/1/a",
    ] {
        pool.upload(place);
    }
    fs::create_dir(pool.path("empty")).unwrap();
    for (command, subject, expected) in [
        ("categories", "pool", "empty\nextra\nmain\n"),
        ("branches", "pool/main", "main--b\nmain--libx\n"),
        (
            "versions",
            "pool/main--libx",
            "main--libx--1.9\nmain--libx--1.10\n",
        ),
        ("revisions", "pool/main--libx--1.9", "libx.deb\n"),
        ("branches", "pool/empty", ""),
    ] {
        let listed = sandbox.larch([command, subject]).clock_ahead(60);
        listed.stdout(expected).ok();
    }
    for (command, subject) in [
        ("branches", "pool/other"),
        ("versions", "pool/main"),
        ("versions", "pool/main--x"),
        ("revisions", "pool/main--1.0"),
        ("revisions", "pool/..--..--etc"),
        ("versions", "pool/main/libx--1.9"),
    ] {
        let listed = sandbox.larch([command, subject]);
        listed.stderr_has("the archive has no ").code(1);
    }
}

#[test]
fn what_is_hidden_temporary_or_of_another_kind_is_no_item() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let item = pool.upload("c/b/1/item");
    let names = [".git", ",,x", "++x", "x.part", "x.tmp", "x~"];
    for name in names {
        for above in ["", "c", "c/b", "c/b/1"] {
            pool.upload(format!("{above}/{name}/b/1/x").trim_start_matches('/'));
        }
        pool.upload(format!("c/b/1/{name}-dir/{name}"));
        fs::remove_dir_all(pool.path(format!("c/b/1/{name}-dir"))).unwrap();
    }
    for file in ["README", "c/README", "c/b/README"] {
        pool.upload(file);
    }
    let _socket = UnixListener::bind(pool.path("c/b/1/socket")).unwrap();
    sandbox.run("mkfifo", [pool.path("c/b/1/fifo")]).ok();
    pool.poll_old().ok();
    assert_eq!(
        sandbox.take_told(),
        [
            "category pool/c",
            "branch pool/c--b",
            "version pool/c--b--1",
            &format!("revision {item}"),
        ]
    );
}

#[test]
fn revisions_of_one_poll_come_in_the_order_of_their_times() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    for (entry, age) in [("b", 30), ("a", 10), ("d", 20), ("c", 20)] {
        let file = pool.path("c/b/1").join(entry);
        sandbox.write(&file, "");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000 - age);
        let file = File::options().append(true).open(file).unwrap();
        file.set_times(FileTimes::new().set_modified(time)).unwrap();
    }
    pool.poll_old().ok();
    let expected = ["b", "c", "d", "a"].map(|entry| name(format!("c/b/1/{entry}")));
    assert_eq!(pool.told(), expected);
}

#[test]
fn files_directories_and_links_are_described() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let times = FileTimes::new().set_modified(time);
    pool.upload("c/b/1/file");
    fs::create_dir(pool.path("c/b/1/dir")).unwrap();
    for entry in ["file", "dir"] {
        let file = File::open(pool.path("c/b/1").join(entry)).unwrap();
        file.set_times(times).unwrap();
    }
    symlink("no where\n", pool.path("c/b/1/link")).unwrap();
    let listed = sandbox
        .larch(["revisions", "--date", "--summary", "pool/c--b--1"])
        .clock_ahead(60)
        .any_stdout()
        .ok();
    let expected = "dir\n    2001-09-09T01:46:40Z\n    directory\n\
                    file\n    2001-09-09T01:46:40Z\n    7 bytes\nlink\n";
    assert!(listed.stdout.starts_with(expected), "{}", listed.stdout);
    assert!(
        listed
            .stdout
            .ends_with("    symbolic link to no%20where%0A\n")
    );
    sandbox
        .larch(["cat-archive-log", "pool/c--b--1--file"])
        .stdout("Name: pool/c--b--1--file\nKind: file\nSize: 7\nModified: 2001-09-09T01:46:40Z\n")
        .ok();
    sandbox
        .larch(["cat-archive-log", "pool/c--b--1--other"])
        .stderr_has("the archive has no revision `pool/c--b--1--other`")
        .code(1);
}

#[test]
fn a_huge_directory_is_told_whole_and_once() {
    let sandbox = Sandbox::new();
    let pool = Pool::new(&sandbox);
    pool.upload("c/b/1/first");
    for number in 0..100_000 {
        File::create(pool.path(format!("c/b/1/{number}"))).unwrap();
    }
    pool.poll_old().ok();
    assert_eq!(pool.told().len(), 100_001);
    let late = pool.upload("c/b/1/late");
    pool.poll_old().ok();
    assert_eq!(pool.told(), [late]);
    pool.poll_old().ok();
    assert_eq!(pool.told(), [""; 0]);
}
