//! What larch prints of an archive is what tla prints.

use larch::archive::Listing;
use larch::name::Level;

use super::{LAYOUTS, agreed, list, make_version, name, rich};
use crate::support::{Arch, Layout, Sandbox};

#[test]
fn every_listing_is_the_one_that_tla_prints() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = rich(&sandbox, layout);
        let found = agreed(&sandbox, &name(Level::Archive, &arch.name));
        for expected in [
            "branch Nob",
            "version Nob--1.0",
            "revision Nob--1.0--base-0",
            "revision hello--main--0.9--version-0",
            "revision hello--main--0.9--versionfix-1",
            "revision hello--main--0.10--patch-10",
            "version hello--main--2.0",
        ] {
            assert!(found.iter().any(|name| name == expected), "{expected}");
        }
        let of_kind = |kind| found.iter().filter(|name| name.starts_with(kind)).count();
        let empty = usize::from(layout == Layout::Nested);
        assert_eq!(of_kind("category"), 4 + empty);
        assert_eq!(of_kind("branch"), 6 + empty);
        assert_eq!(of_kind("version"), 8);
        assert_eq!(of_kind("revision"), 21);
    }
}

#[test]
fn the_options_print_what_those_of_tla_print() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = rich(&sandbox, layout);
        let branch = arch.qualified("hello--main");
        let version = arch.qualified("hello--main--0.10");
        for arguments in [
            ["versions", "--reverse", &branch].as_slice(),
            &["revisions", "-r", &version],
            &["revisions", "-f", &version],
            &["revisions", "--summary", "--creator", &version],
            &["revisions", "-r", "-f", "-s", &version],
        ] {
            let by_tla = sandbox.tla(arguments).stdout;
            assert!(!by_tla.is_empty());
            sandbox.larch(arguments).stdout(by_tla).ok();
        }
    }
}

#[test]
fn every_item_is_one_json_object() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Flat);
    arch.import("nob--1.0");
    arch.import("c--b--1.0");
    sandbox
        .larch(["branches", "--json", &arch.qualified("nob")])
        .stdout(format!(
            "{{\"name\":\"{0}/nob\",\"level\":\"branch\",\"archive\":\"{0}\",\"category\":\"nob\"}}\n",
            arch.name
        ))
        .ok();
    sandbox
        .larch(["revisions", "--json", &arch.qualified("c--b--1.0")])
        .stdout(format!(
            "{{\"name\":\"{0}/c--b--1.0--base-0\",\"level\":\"revision\",\"archive\":\"{0}\",\
             \"category\":\"c\",\"branch\":\"b\",\"version\":\"1.0\",\"revision\":\"base-0\"}}\n",
            arch.name
        ))
        .ok();
}

#[test]
fn a_patch_log_is_printed_byte_for_byte() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        arch.import("c--b--1.0");
        let revision = arch.commit_summary("c--b--1.0", "a \"line\" & \u{fc}n\u{ef}code");
        for arguments in [
            ["cat-archive-log", &revision].as_slice(),
            &["cat-archive-log", "--headers", &revision],
        ] {
            let by_tla = sandbox.tla(arguments).stdout;
            sandbox.larch(arguments).stdout(by_tla).ok();
        }
        let log = sandbox
            .larch(["cat-archive-log", "--json", &revision])
            .any_stdout()
            .ok();
        let log: serde_json::Value = serde_json::from_str(&log.stdout).unwrap();
        assert_eq!(log["author"], "Jo Tester <jo@example.org>");
        assert_eq!(log["summary"], "a \"line\" & \u{fc}n\u{ef}code");
        let date = log["date"].as_str().unwrap();
        assert!(date.len() == 20 && date.ends_with('Z'), "{date}");
    }
}

#[test]
fn what_is_empty_is_listed_as_empty() {
    let sandbox = Sandbox::new();
    let nested = Arch::named(&sandbox, "jo@example.org--n", Layout::Nested);
    let flat = Arch::named(&sandbox, "jo@example.org--f", Layout::Flat);
    for (arch, layout) in [(&nested, Layout::Nested), (&flat, Layout::Flat)] {
        assert_eq!(list(arch, Level::Archive, "").unwrap(), Listing::default());
        make_version(arch, layout, "c--b--1.0");
        let listing = list(arch, Level::Version, "c--b--1.0").unwrap();
        assert_eq!(listing, Listing::default());
    }
    nested.make_category("d");
    nested.make_branch("c--x");
    let listing = list(&nested, Level::Category, "d").unwrap();
    assert_eq!(listing, Listing::default());
    let listing = list(&nested, Level::Branch, "c--x").unwrap();
    assert_eq!(listing, Listing::default());
}
