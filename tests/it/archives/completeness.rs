//! A revision is seen whole or not at all.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use larch::archive::{ArchiveError, Listing};
use larch::name::Level;

use super::{LAYOUTS, list, name, open};
use crate::support::{Arch, Sandbox};

#[test]
fn a_revision_counts_once_its_log_is_there_and_not_empty() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1.0");
        arch.commit("c--b--1.0");
        let copied = arch.version_dir("c--b--1.0").join("patch-1");
        let log = fs::read(copied.join("log")).unwrap();
        let seen = || list(&arch, Level::Version, "c--b--1.0").unwrap();
        let incomplete = Listing {
            parts: vec!["base-0".to_owned()],
            held_back: true,
            ..Listing::default()
        };

        fs::remove_file(copied.join("log")).unwrap();
        assert_eq!(seen(), incomplete);
        sandbox
            .larch(["revisions", &arch.qualified("c--b--1.0")])
            .stdout("base-0\n")
            .ok();
        fs::create_dir(copied.join("log")).unwrap();
        assert_eq!(seen(), incomplete);
        fs::remove_dir(copied.join("log")).unwrap();
        fs::File::create(copied.join("log")).unwrap();
        assert_eq!(seen(), incomplete);
        sandbox.write(copied.join("log"), &log);
        assert_eq!(
            seen(),
            Listing {
                parts: vec!["base-0".to_owned(), "patch-1".to_owned()],
                held_back: false,
                ..Listing::default()
            }
        );

        // What was complete before is not looked at again.
        fs::remove_file(copied.join("log")).unwrap();
        let version = name(Level::Version, &arch.qualified("c--b--1.0"));
        let listing = open(&arch).list(&version, None, &|_| true).unwrap();
        assert_eq!(listing.parts, ["base-0", "patch-1"]);
        assert!(!listing.held_back);
    }
}

#[test]
fn a_reader_beside_tla_never_sees_half_a_revision() {
    const VERSIONS: [&str; 2] = ["c--b--1.0", "c--b--2.0"];
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        let ended = AtomicBool::new(false);
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                // One look more after the end, which must find everything.
                loop {
                    let last = ended.load(Ordering::Acquire);
                    let seen = VERSIONS
                        .iter()
                        .map(|version| complete(&arch, version))
                        .sum::<usize>();
                    if last {
                        break seen;
                    }
                }
            });
            for version in VERSIONS {
                arch.import(version);
                for _ in 0..15 {
                    arch.commit(version);
                }
            }
            ended.store(true, Ordering::Release);
            assert_eq!(reader.join().unwrap(), 32);
        });
    }
}

/// How many revisions a version shows; each must be there whole.
fn complete(arch: &Arch<'_>, version: &str) -> usize {
    let listing = match list(arch, Level::Version, version) {
        Err(ArchiveError::NoSuchSubject(_)) => return 0,
        listing => listing.expect("the version can be read"),
    };
    assert!(!listing.held_back);
    let archive = open(arch);
    for part in &listing.parts {
        let revision = arch.qualified(&format!("{version}--{part}"));
        let log = archive
            .log(&name(Level::Revision, &revision))
            .expect("a listed revision has a log");
        let log = String::from_utf8_lossy(&log);
        assert!(log.starts_with(&format!("Revision: {version}--{part}\n")));
        assert!(log.contains("\n\n"));
        let checksum = arch.version_dir(version).join(part).join("checksum");
        assert!(fs::metadata(checksum).is_ok_and(|checksum| checksum.len() > 0));
    }
    listing.parts.len()
}
