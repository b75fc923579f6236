//! Archives as tla makes them, read by larch.

mod completeness;
mod listings;
mod reach;
mod strangers;

use std::path::Path;

use larch::archive::{self, Archive, ArchiveError, Listing, Options};
use larch::name::{Level, Name};

use crate::support::{Arch, Layout, Sandbox, access};

const LAYOUTS: [Layout; 2] = [Layout::Nested, Layout::Flat];

/// An archive with every form of version and revision that tla makes.
pub(super) fn rich(sandbox: &Sandbox, layout: Layout) -> Arch<'_> {
    let arch = Arch::new(sandbox, layout);
    let first = arch.import("hello--main--0.9");
    for version in ["hello--main--0.9", "hello--main--0.9"] {
        arch.commit(version);
    }
    arch.seal("hello--main--0.9");
    arch.fix("hello--main--0.9");
    arch.import("hello--main--0.10");
    for _ in 0..10 {
        arch.commit("hello--main--0.10");
    }
    arch.tag(&first, "hello--dev--1");
    arch.import("Nob--1.0");
    arch.import("Nob--a-b--1.0.1");
    arch.import("a-b--x--1");
    arch.import("a--x--1");
    arch.make_version("hello--main--2.0");
    if layout == Layout::Nested {
        arch.make_category("empty");
        arch.make_branch("hello--empty");
    }
    arch
}

/// Lists everything below `subject` with both programs, and returns what they agree on.
#[track_caller]
pub(super) fn agreed(sandbox: &Sandbox, subject: &Name) -> Vec<String> {
    let Some(level) = subject.level().child() else {
        return Vec::new();
    };
    let command = level.plural();
    let mut by_tla = sandbox.tla([command, subject.as_str()]).stdout;
    if level == Level::Version && subject.is_branchless() {
        // In the flat layout tla takes all versions of the category for versions without a branch.
        let lines = by_tla.split_inclusive('\n');
        by_tla = lines
            .filter(|line| line.matches("--").count() == 1)
            .collect();
    }
    let listed = sandbox.larch([command, subject.as_str()]).stdout(by_tla);
    let listed = listed.ok().stdout;
    let mut names = Vec::new();
    for line in listed.lines() {
        let text = match level {
            Level::Revision => format!("{subject}--{line}"),
            _ => format!("{}/{line}", subject.archive()),
        };
        let item = name(level, &text);
        names.push(format!("{level} {}", item.package()));
        names.extend(agreed(sandbox, &item));
    }
    names
}

pub(super) fn name(level: Level, text: &str) -> Name {
    Name::parse(text, Some(level)).expect("tests write good names")
}

pub(super) fn open(arch: &Arch<'_>) -> Box<dyn Archive> {
    open_at(&arch.location, None)
}

pub(super) fn open_at(location: &Path, hint: Option<&str>) -> Box<dyn Archive> {
    let location = location.to_str().expect("sandboxes are in UTF-8");
    archive::open("", location, hint, access(Options::default())).expect("tla made it")
}

/// Makes an empty version, and above it what the nested layout wants to be made first.
pub(super) fn make_version(arch: &Arch<'_>, layout: Layout, version: &str) {
    let (branch, _) = version.rsplit_once("--").expect("a version has two parts");
    let (category, _) = branch.split_once("--").expect("a branch has two parts");
    if layout == Layout::Nested && !arch.location.join(category).exists() {
        arch.make_category(category);
    }
    if layout == Layout::Nested && !arch.location.join(category).join(branch).exists() {
        arch.make_branch(branch);
    }
    arch.make_version(version);
}

/// Lists a subject through the library, when nothing is known of it.
pub(super) fn list(arch: &Arch<'_>, level: Level, package: &str) -> Result<Listing, ArchiveError> {
    let subject = match package {
        "" => arch.name.clone(),
        package => arch.qualified(package),
    };
    open(arch).list(&name(level, &subject), None, &|_| false)
}
