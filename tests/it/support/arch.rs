//! Real archives, made by tla.

use std::fs;
use std::path::PathBuf;

use super::sandbox::Sandbox;

/// The two forms of an archive on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `CATEGORY/BRANCH/VERSION/LEVEL`, made by `tla make-archive -t`.
    Nested,
    /// `VERSION/LEVEL`, made by `tla make-archive`; it has no categories or branches of its own.
    Flat,
}

/// An archive that tla made and registered, with work trees under the sandbox's `work`.
///
/// Package names go without the archive (`hello--main--1.0`); what is returned is qualified.
pub(crate) struct Arch<'a> {
    sandbox: &'a Sandbox,
    /// The name.
    pub(crate) name: String,
    /// The directory.
    pub(crate) location: PathBuf,
}

impl<'a> Arch<'a> {
    /// Makes an archive called `jo@example.org--2026`.
    #[track_caller]
    pub(crate) fn new(sandbox: &'a Sandbox, layout: Layout) -> Self {
        Self::named(sandbox, "jo@example.org--2026", layout)
    }

    /// Makes an archive.
    #[track_caller]
    pub(crate) fn named(sandbox: &'a Sandbox, name: &str, layout: Layout) -> Self {
        let location = sandbox.path("archives").join(name);
        fs::create_dir_all(location.parent().unwrap()).unwrap();
        let form = match layout {
            Layout::Nested => "-t",
            Layout::Flat => "-b",
        };
        sandbox.tla(["make-archive", form, name, location.to_str().unwrap()]);
        Self {
            sandbox,
            name: name.to_owned(),
            location,
        }
    }

    /// The qualified name of a package.
    pub(crate) fn qualified(&self, package: &str) -> String {
        format!("{}/{package}", self.name)
    }

    /// Imports the first revision of a version, with all that is missing above it.
    #[track_caller]
    pub(crate) fn import(&self, version: &str) -> String {
        let tree = self.tree(version);
        fs::create_dir_all(&tree).unwrap();
        let tree = tree.to_str().unwrap();
        self.sandbox
            .tla(["init-tree", "-d", tree, &self.qualified(version)]);
        let summary = format!("import of {version}");
        self.sandbox.tla(["import", "-d", tree, "-s", &summary]);
        self.qualified(&format!("{version}--base-0"))
    }

    /// Commits a revision to a version.
    #[track_caller]
    pub(crate) fn commit(&self, version: &str) -> String {
        self.commit_with(version, "a change", &[])
    }

    /// Commits a revision with a summary of one's own.
    #[track_caller]
    pub(crate) fn commit_summary(&self, version: &str, summary: &str) -> String {
        self.commit_with(version, summary, &[])
    }

    /// Commits the revision after which only fixes are allowed.
    #[track_caller]
    pub(crate) fn seal(&self, version: &str) -> String {
        self.commit_with(version, "sealed", &["--seal"])
    }

    /// Commits a fix to a sealed version.
    #[track_caller]
    pub(crate) fn fix(&self, version: &str) -> String {
        self.commit_with(version, "a fix", &["--fix"])
    }

    /// Tags a qualified revision as the first one of a new version, with all that is missing above it.
    #[track_caller]
    pub(crate) fn tag(&self, revision: &str, version: &str) -> String {
        self.sandbox
            .tla(["tag", "-S", revision, &self.qualified(version)]);
        self.qualified(&format!("{version}--base-0"))
    }

    /// Makes an empty category (nested layout only).
    #[track_caller]
    pub(crate) fn make_category(&self, category: &str) -> String {
        self.make("make-category", category)
    }

    /// Makes an empty branch (nested layout only).
    #[track_caller]
    pub(crate) fn make_branch(&self, branch: &str) -> String {
        self.make("make-branch", branch)
    }

    /// Makes an empty version.
    #[track_caller]
    pub(crate) fn make_version(&self, version: &str) -> String {
        self.make("make-version", version)
    }

    /// Makes an empty version with all that is missing above it.
    #[track_caller]
    pub(crate) fn setup(&self, version: &str) -> String {
        self.make("archive-setup", version)
    }

    /// The directory of a version, where its revisions appear.
    pub(crate) fn version_dir(&self, version: &str) -> PathBuf {
        let flat = self.location.join(version);
        if flat.exists() {
            return flat;
        }
        let (branch, _) = version.rsplit_once("--").unwrap();
        let (category, _) = branch.split_once("--").unwrap_or((branch, ""));
        self.location.join(category).join(branch).join(version)
    }

    /// Puts a revision in place as rsync may: the directory, and its log if there is one.
    #[track_caller]
    pub(crate) fn place(&self, version: &str, level: &str, log: Option<&str>) -> String {
        let directory = self.version_dir(version).join(level);
        fs::create_dir_all(&directory).unwrap();
        if let Some(log) = log {
            self.sandbox.write(directory.join("log"), log);
        }
        self.qualified(&format!("{version}--{level}"))
    }

    #[track_caller]
    fn make(&self, command: &str, package: &str) -> String {
        let name = self.qualified(package);
        self.sandbox.tla([command, &name]);
        name
    }

    #[track_caller]
    fn commit_with(&self, version: &str, summary: &str, options: &[&str]) -> String {
        let tree = self.tree(version);
        let directory = tree.to_str().unwrap();
        if !tree.exists() {
            self.sandbox
                .tla(["get", "-s", &self.qualified(version), directory]);
        }
        let arguments = ["commit", "-d", directory, "-s", summary];
        let ended = self.sandbox.tla(arguments.iter().chain(options));
        ended
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("* committed "))
            .expect("tla says what it committed")
            .to_owned()
    }

    fn tree(&self, version: &str) -> PathBuf {
        self.sandbox.path("work").join(&self.name).join(version)
    }
}

/// tla must do what the tests take for granted of it.
#[test]
fn an_archive_holds_what_was_made_in_it() {
    for layout in [Layout::Nested, Layout::Flat] {
        let sandbox = Sandbox::new();
        let arch = Arch::new(&sandbox, layout);
        let first = arch.import("hello--main--1.0");
        arch.import("nob--1.0");
        arch.make_version("hello--main--2.0");
        assert_eq!(first, arch.qualified("hello--main--1.0--base-0"));
        assert_eq!(
            arch.commit("hello--main--1.0"),
            arch.qualified("hello--main--1.0--patch-1")
        );
        let tagged = arch.tag(&first, "hello--dev--1.0");
        assert_eq!(tagged, arch.qualified("hello--dev--1.0--base-0"));
        arch.commit("hello--dev--1.0");
        arch.seal("hello--main--1.0");
        arch.fix("hello--main--1.0");
        for (version, level) in [
            ("hello--main--1.0", "versionfix-1"),
            ("hello--dev--1.0", "patch-1"),
            ("nob--1.0", "base-0"),
        ] {
            assert!(arch.version_dir(version).join(level).join("log").exists());
        }
    }
}
