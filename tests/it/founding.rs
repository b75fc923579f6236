//! The founding scenario: one line follows a whole archive.

use std::collections::BTreeSet;

use crate::support::{Arch, Layout, Sandbox, Told, databases, snapshot};

const LAYOUTS: [Layout; 2] = [Layout::Nested, Layout::Flat];

/// The versions of [`populate`] with their levels, in the order of names.
const POPULATION: [(&str, &[&str]); 6] = [
    ("hello--dev--1.0", &["base-0", "patch-1"]),
    (
        "hello--main--1.0",
        &[
            "base-0",
            "patch-1",
            "patch-2",
            "patch-3",
            "patch-4",
            "patch-5",
            "patch-6",
            "patch-7",
            "patch-8",
            "patch-9",
            "patch-10",
            "version-0",
            "versionfix-1",
        ],
    ),
    ("hello--main--1.9", &["base-0"]),
    ("hello--main--1.10", &["base-0"]),
    ("nob--1.0", &["base-0", "patch-1"]),
    ("zeta--a--2", &["base-0"]),
];

fn populate(arch: &Arch<'_>) {
    let first = arch.import("hello--main--1.0");
    for _ in 0..10 {
        arch.commit("hello--main--1.0");
    }
    arch.seal("hello--main--1.0");
    arch.fix("hello--main--1.0");
    arch.tag(&first, "hello--main--1.10");
    arch.tag(&first, "hello--main--1.9");
    arch.tag(&first, "hello--dev--1.0");
    arch.commit("hello--dev--1.0");
    arch.import("nob--1.0");
    arch.commit("nob--1.0");
    arch.import("zeta--a--2");
}

/// The category and the branch of a version; without a branch its category's name stands for it.
fn parents(version: &str) -> (&str, &str) {
    let (branch, _) = version.rsplit_once("--").unwrap();
    let category = branch.split_once("--").map_or(branch, |(first, _)| first);
    (category, branch)
}

/// What the four actions of [`Sandbox::follow`] are told of these versions, sorted.
fn expected(arch: &Arch<'_>, versions: &[(&str, &[&str])]) -> Vec<String> {
    let mut told = BTreeSet::new();
    for (version, levels) in versions {
        let (category, branch) = parents(version);
        told.insert(format!("category {}", arch.qualified(category)));
        told.insert(format!("branch {}", arch.qualified(branch)));
        told.insert(format!("version {}", arch.qualified(version)));
        for level in *levels {
            let name = arch.qualified(&format!("{version}--{level}"));
            told.insert(format!("revision {name}"));
        }
    }
    told.into_iter().collect()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

/// Nothing is told before what stands above it, and items of one call come oldest first.
fn assert_order(told: &[Told]) {
    let pairs: Vec<String> = told.iter().flat_map(Told::pairs).collect();
    let position = |thunk: &str, name: &str| {
        let pair = format!("{thunk} {name}");
        pairs.iter().position(|other| *other == pair)
    };
    for told in told {
        let above = match told.thunk.as_str() {
            "branch" => "category",
            "version" => "branch",
            "revision" => "version",
            _ => continue,
        };
        let own = position(&told.thunk, &told.names[0]);
        let above = position(above, &told.subject);
        // What stands above may have been told by an earlier poll.
        assert!(above.is_none() || above < own, "{told:?} came too early");
    }
}

#[test]
fn one_line_follows_everything_in_an_archive() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        populate(&arch);
        sandbox.follow(&arch.name);
        sandbox.poll().ok();

        let told = sandbox.take_record();
        assert_order(&told);
        let pairs = sorted(told.iter().flat_map(Told::pairs).collect());
        assert_eq!(pairs, expected(&arch, &POPULATION), "{layout:?}");

        // One call for each rule, its items oldest first.
        let calls: BTreeSet<&str> = told.iter().map(|told| told.subject.as_str()).collect();
        assert!(calls.contains(arch.name.as_str()));
        for (subject, thunk, names) in [
            ("", "category", vec!["hello", "nob", "zeta"]),
            ("hello", "branch", vec!["hello--dev", "hello--main"]),
            ("nob", "branch", vec!["nob"]),
            (
                "hello--main",
                "version",
                vec!["hello--main--1.0", "hello--main--1.9", "hello--main--1.10"],
            ),
            ("nob", "version", vec!["nob--1.0"]),
        ] {
            let subject = arch.qualified(subject);
            let found: Vec<&Told> = told
                .iter()
                .filter(|told| told.subject == subject.trim_end_matches('/') && told.thunk == thunk)
                .collect();
            let names: Vec<String> = names.iter().map(|name| arch.qualified(name)).collect();
            assert_eq!(found.len(), 1, "{thunk} of {subject}: {found:?}");
            assert_eq!(found[0].names, names);
        }
        for (version, levels) in POPULATION {
            let subject = arch.qualified(version);
            let found: Vec<&Told> = told.iter().filter(|told| told.subject == subject).collect();
            let names: Vec<String> = levels
                .iter()
                .map(|level| format!("{subject}--{level}"))
                .collect();
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].names, names);
        }
    }
}

#[test]
fn the_first_poll_leaves_exactly_the_right_lines() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        populate(&arch);
        sandbox.follow(&arch.name);
        let written = sandbox.read("n/=rules.archives");
        sandbox.poll().ok();

        let a = &arch.name;
        assert_eq!(sandbox.read("n/=rules.archives"), written);
        assert_eq!(
            sandbox.rules("=rules.categories"),
            format!(
                "# added TIME for {a}\n\
                 {a}/hello record:branch record:version record:revision\n\
                 {a}/nob record:branch record:version record:revision\n\
                 {a}/zeta record:branch record:version record:revision\n"
            )
        );
        assert_eq!(
            sandbox.rules("=rules.branches"),
            format!(
                "# added TIME for {a}/hello\n\
                 {a}/hello--dev record:version record:revision\n\
                 {a}/hello--main record:version record:revision\n\
                 # added TIME for {a}/nob\n\
                 {a}/nob record:version record:revision\n\
                 # added TIME for {a}/zeta\n\
                 {a}/zeta--a record:version record:revision\n"
            )
        );
        assert_eq!(
            sandbox.rules("=rules.versions"),
            format!(
                "# added TIME for {a}/hello--dev\n\
                 {a}/hello--dev--1.0 record:revision\n\
                 # added TIME for {a}/hello--main\n\
                 {a}/hello--main--1.0 record:revision\n\
                 {a}/hello--main--1.9 record:revision\n\
                 {a}/hello--main--1.10 record:revision\n\
                 # added TIME for {a}/nob\n\
                 {a}/nob--1.0 record:revision\n\
                 # added TIME for {a}/zeta--a\n\
                 {a}/zeta--a--2 record:revision\n"
            )
        );
    }
}

#[test]
fn a_poll_with_nothing_new_changes_nothing() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        populate(&arch);
        sandbox.follow(&arch.name);
        sandbox.poll().ok();
        sandbox.take_record();

        let before = snapshot(&sandbox.path("n"));
        sandbox.poll().ok();
        // Now the listings are old enough to be trusted.
        sandbox.poll().clock_ahead(10).ok();
        let state = databases(&sandbox.path("n"));
        sandbox.poll().clock_ahead(20).ok();
        sandbox.poll().clock_ahead(80).ok();
        assert!(
            databases(&sandbox.path("n")) == state,
            "an idle poll commits"
        );
        // A day later everything is listed again.
        sandbox.poll().clock_ahead(90_000).ok();
        assert_eq!(snapshot(&sandbox.path("n")), before);
        assert!(sandbox.attempts().len() > 4);
        assert_eq!(sandbox.take_told(), Vec::<String>::new());
    }
}

#[test]
fn each_new_thing_causes_exactly_its_own_actions_and_lines() {
    for layout in LAYOUTS {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        populate(&arch);
        sandbox.follow(&arch.name);
        sandbox.poll().ok();
        sandbox.poll().clock_ahead(10).ok();
        sandbox.take_record();
        let a = &arch.name;
        let mut files = ["=rules.categories", "=rules.branches", "=rules.versions"]
            .map(|file| (file, sandbox.rules(file)));
        let mut step = |told: &[&str], lines: [&[&str]; 3]| {
            sandbox.poll().clock_ahead(20).ok();
            let told: Vec<String> = told.iter().map(|told| told.replace('@', a)).collect();
            let found = sandbox.take_record();
            assert_order(&found);
            let pairs = found.iter().flat_map(Told::pairs).collect();
            assert_eq!(sorted(pairs), sorted(told), "{layout:?}");
            for ((file, before), lines) in files.iter_mut().zip(lines) {
                for line in lines {
                    before.push_str(&line.replace('@', a));
                    before.push('\n');
                }
                assert_eq!(sandbox.rules(file), *before, "{layout:?} {file}");
            }
        };

        arch.commit("zeta--a--2");
        step(&["revision @/zeta--a--2--patch-1"], [&[], &[], &[]]);
        arch.commit("nob--1.0");
        arch.fix("hello--main--1.0");
        step(
            &[
                "revision @/hello--main--1.0--versionfix-2",
                "revision @/nob--1.0--patch-2",
            ],
            [&[], &[], &[]],
        );
        let source = arch.qualified("zeta--a--2--base-0");
        arch.tag(&source, "zeta--a--3");
        step(
            &["version @/zeta--a--3", "revision @/zeta--a--3--base-0"],
            [
                &[],
                &[],
                &["# added TIME for @/zeta--a", "@/zeta--a--3 record:revision"],
            ],
        );
        arch.tag(&source, "zeta--b--1");
        step(
            &[
                "branch @/zeta--b",
                "version @/zeta--b--1",
                "revision @/zeta--b--1--base-0",
            ],
            [
                &[],
                &[
                    "# added TIME for @/zeta",
                    "@/zeta--b record:version record:revision",
                ],
                &["# added TIME for @/zeta--b", "@/zeta--b--1 record:revision"],
            ],
        );
        arch.import("new--1.0");
        step(
            &[
                "category @/new",
                "branch @/new",
                "version @/new--1.0",
                "revision @/new--1.0--base-0",
            ],
            [
                &[
                    "# added TIME for @",
                    "@/new record:branch record:version record:revision",
                ],
                &[
                    "# added TIME for @/new",
                    "@/new record:version record:revision",
                ],
                &["# added TIME for @/new", "@/new--1.0 record:revision"],
            ],
        );
        step(&[], [&[], &[], &[]]);
    }
}

#[test]
fn empty_categories_branches_and_versions_are_told() {
    let sandbox = Sandbox::new();
    let arch = Arch::new(&sandbox, Layout::Nested);
    sandbox.follow(&arch.name);
    sandbox.poll().ok();
    let steps = [
        ("category", arch.make_category("c")),
        ("branch", arch.make_branch("c--b")),
        ("version", arch.make_version("c--b--1")),
        ("revision", arch.qualified("c--b--1--base-0")),
    ];
    // All but the revision are there; nothing below them is made up.
    sandbox.poll().ok();
    let there: Vec<String> = steps[..3]
        .iter()
        .map(|(thunk, name)| format!("{thunk} {name}"))
        .collect();
    assert_eq!(sandbox.take_told(), there);
    arch.import("c--b--1");
    sandbox.poll().ok();
    assert_eq!(sandbox.take_told(), [format!("revision {}", steps[3].1)]);
}
