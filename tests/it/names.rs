//! Names as tla itself sees them: what is one, and which comes first.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use larch::name::{Level, Name, compare_parts, gnu};
use tempfile::TempDir;

const ARCHIVE: &str = "jo@x.org--tla";

/// A user of tla with a home directory and one archive in the nested layout.
struct Tla {
    home: TempDir,
}

impl Tla {
    fn new() -> Self {
        let tla = Self {
            home: TempDir::new().expect("there is room for a directory"),
        };
        tla.run(&["my-id", "Jo Tester <jo@example.org>"]);
        let root = tla.root();
        let root = root
            .to_str()
            .expect("temporary directories have plain names");
        tla.run(&["make-archive", "-t", ARCHIVE, root]);
        tla
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("archive")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("tla");
        command
            .args(args)
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs tla and returns the lines that it printed.
    fn run(&self, args: &[&str]) -> Vec<String> {
        let output = self.command(args).output().expect("tla is installed");
        assert!(output.status.success(), "tla {args:?}: {output:?}");
        let text = String::from_utf8(output.stdout).expect("names are ASCII");
        text.lines().map(str::to_owned).collect()
    }

    /// Whether tla takes `name` for a name that option demands.
    fn accepts(&self, option: &str, name: &str) -> bool {
        let mut command = self.command(&["valid-package-name", option, name]);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.expect("tla is installed").success()
    }
}

fn make_all(parent: &Path, prefix: &str, parts: &[&str]) {
    for part in parts {
        fs::create_dir_all(parent.join(format!("{prefix}{part}")))
            .expect("the archive can be written");
    }
}

/// The parts in reverse, sorted, so that a sort which does nothing would be seen.
fn sorted(level: Level, parts: &[&str]) -> Vec<String> {
    let mut parts: Vec<String> = parts.iter().rev().map(|&part| part.to_owned()).collect();
    parts.sort_by(|a, b| compare_parts(level, a, b));
    parts
}

#[test]
fn listings_sort_as_tla_sorts_them() {
    let tla = Tla::new();
    let root = tla.root();
    let words = [
        "cat", "A", "B", "a", "a-b", "a1", "a10", "a2", "ab", "b", "a,b", "a%b", "Zz", "z",
    ];
    // Values that differ all; tla gives equal ones (1.0, 1.00) in no fixed order.
    let versions = [
        "0",
        "0.99",
        "1",
        "1.0",
        "1.0.1",
        "01.5",
        "1.9",
        "1.10",
        "1.10.0",
        "1.10.1",
        "2",
        "9",
        "10",
        "007.3",
        "18446744073709551615",
    ];
    let revisions = [
        "base-0",
        "patch-1",
        "patch-2",
        "patch-9",
        "patch-10",
        "patch-011",
        "patch-100",
        "version-0",
        "version-1",
        "versionfix-1",
        "versionfix-2",
        "versionfix-10",
    ];
    make_all(&root, "", &words);
    make_all(&root.join("cat"), "cat--", &words);
    make_all(&root.join("cat/cat--br"), "cat--br--", &versions);
    make_all(&root.join("cat/cat--br/cat--br--1.0"), "", &revisions);

    assert_eq!(
        tla.run(&["categories", ARCHIVE]),
        sorted(Level::Category, &words)
    );
    let branches: Vec<&str> = words.into_iter().chain(["br"]).collect();
    let expected: Vec<String> = sorted(Level::Branch, &branches)
        .iter()
        .map(|part| format!("cat--{part}"))
        .collect();
    assert_eq!(tla.run(&["branches", &format!("{ARCHIVE}/cat")]), expected);
    let expected: Vec<String> = sorted(Level::Version, &versions)
        .iter()
        .map(|part| format!("cat--br--{part}"))
        .collect();
    assert_eq!(
        tla.run(&["versions", &format!("{ARCHIVE}/cat--br")]),
        expected
    );
    assert_eq!(
        tla.run(&["revisions", &format!("{ARCHIVE}/cat--br--1.0")]),
        sorted(Level::Revision, &revisions)
    );
}

/// Whether our grammar of GNU Arch takes `package` as one of the names that option asks for.
fn we_accept(option: &str, package: &str) -> bool {
    let parts: Vec<&str> = package.split("--").collect();
    let branchless = parts.get(1).is_some_and(|part| gnu::is_version(part));
    let levels: &[Level] = match option {
        "-c" => &[Level::Category],
        "-p" => &[Level::Category, Level::Branch],
        "-v" => &[Level::Version],
        _ => &[Level::Revision],
    };
    levels.iter().any(|&level| {
        let Ok(name) = Name::parse(&format!("{ARCHIVE}/{package}"), Some(level)) else {
            return false;
        };
        let branch = match name.branch() {
            Some(branch) => gnu::is_branch(branch),
            None => level < Level::Version || branchless,
        };
        branch
            && name.category().is_none_or(gnu::is_category)
            && name.version().is_none_or(gnu::is_version)
            && name.revision().is_none_or(gnu::is_revision_level)
    })
}

#[test]
fn what_tla_takes_for_a_name_we_take_and_nothing_else() {
    let tla = Tla::new();
    let table = "c Cat cat1 a-b cat- ca,t base-0 patch-1 c%a 1cat cat_x cat.x ca+t cat~ a--- ,a %a \u{e9} \
         cat--br cat--b1r2 cat--patch-1 cat--br- cat--1br cat--br_x cat---br a--b--c a----b --br \
         cat--1 cat--1.0 cat--br--1 cat--br--1.2.3.4 cat--br--01.0 cat--br--007 cat--br--1. \
         cat--br--.1 cat--br--1..2 cat--br--1a cat--br--1-2 a--1--b cat--1.0--patch-1 \
         cat--br--1--base-0 cat--br--1--patch-0 cat--br--1--patch-01 cat--1--version-1 \
         cat--br--1--versionfix-3 cat--br--1--base-1 cat--br--1--base-00 cat--br--1--patch- \
         cat--br--1--patch-x cat--br--1--foo-1 cat--br--1--patch-1--x cat--br---1.0 c- c--b---1";
    let mut seen = 0;
    for package in table.split_whitespace().map(str::to_owned).chain(sample()) {
        for option in ["-c", "-p", "-v", "-l"] {
            let theirs = tla.accepts(option, &format!("{ARCHIVE}/{package}"));
            assert_eq!(we_accept(option, &package), theirs, "{option} {package}");
            seen += usize::from(theirs);
        }
    }
    assert!(seen > 50, "the sample holds names: {seen}");
}

#[test]
fn archives_are_those_of_tla() {
    let tla = Tla::new();
    let table = [
        "jo@x.org",
        "jo@x.org--2004",
        "jo--t@x.org",
        "joe.hacker--2002@gnu.org",
        "jo_t@x.org",
        "jo@x",
        "jo@x.org--a--b",
        "1@x.org",
        "jo@",
        "jo@x.org--",
        "jo@-",
        "jo@.",
        "jo-@x",
        "j.o@x",
        "@x.org",
        "a.@h",
        "jo+t@x.org",
        "jo@x_y.org",
        "jo@x.org--a_b",
        "jo@x.org--a+b",
        "jo@@x.org",
        "jo",
        "_a@h",
        "a_@h",
    ];
    let pieces = &["jo", "@", "@x", "-", "--", ".", "_", "1", "+", "org"];
    let sample: Vec<String> = joined(pieces).take(200).collect();
    for archive in table.into_iter().chain(sample.iter().map(String::as_str)) {
        let theirs = tla.accepts("-c", &format!("{archive}/cat"));
        assert_eq!(gnu::is_archive(archive), theirs, "{archive}");
        if theirs {
            Name::parse(archive, Some(Level::Archive)).unwrap();
        }
    }
}

/// Names put together from pieces, good and bad, always the same ones.
///
/// None ends in `--`: tla lets that through when asked, and makes something else of it.
fn sample() -> impl Iterator<Item = String> {
    let pieces = &[
        "c",
        "b1",
        "-",
        "--",
        "--",
        "1",
        "1.0",
        ".",
        "patch-",
        "--patch-2",
        "base-0",
        "--base-0",
        ",",
        "%",
        "--1.0",
        "--b",
        "version-3",
        "x-y",
    ];
    joined(pieces)
        .map(|tail| format!("c{tail}"))
        .filter(|package| !package.ends_with("--"))
        .take(150)
}

/// Up to five pieces, joined, again and again.
fn joined(pieces: &'static [&'static str]) -> impl Iterator<Item = String> {
    let mut state: u32 = 7;
    let mut next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(state >> 16).expect("sixteen bits fit")
    };
    std::iter::repeat_with(move || {
        let count = 1 + next() % 5;
        (0..count).map(|_| pieces[next() % pieces.len()]).collect()
    })
}
