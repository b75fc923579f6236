//! Repositories on disk, made by git.

use std::fs;
use std::path::Path;

use larch::archive::{self, Archive, ArchiveError, Listing, Look, Options};
use larch::clock::Clock;
use larch::name::{Level, Name, encode};

use crate::support::{Run, Sandbox, access};

/// The directory `srv` for repositories, registered as the archive `g`.
pub(super) struct Shelf<'s> {
    pub(super) sandbox: &'s Sandbox,
    /// Repositories inside work trees are listed.
    pub(super) nested: bool,
}

impl<'s> Shelf<'s> {
    pub(super) fn new(sandbox: &'s Sandbox) -> Self {
        sandbox.write(
            "home/.gitconfig",
            "[user]\nname = Jo\nemail = jo@example.org\n[init]\ndefaultBranch = main\n\
             [protocol \"file\"]\nallow = always\n",
        );
        fs::create_dir(sandbox.path("srv")).unwrap();
        let shelf = Self {
            sandbox,
            nested: false,
        };
        shelf.register("srv");
        shelf
    }

    /// Registers another directory as `g`.
    pub(super) fn register(&self, dir: &str) {
        let location = self.sandbox.path(dir);
        self.sandbox.write(
            "home/.arch-params/=locations/g",
            format!("git:{}\n", location.display()),
        );
    }

    /// Runs git in a directory of the sandbox, and returns what it prints.
    #[track_caller]
    pub(super) fn git(&self, dir: impl AsRef<Path>, arguments: &[&str]) -> String {
        let ended = self.run(dir, arguments).any_stdout().any_stderr().ok();
        ended.stdout.trim_end_matches('\n').to_owned()
    }

    /// The same, with everything to be said about the run.
    pub(super) fn run(&self, dir: impl AsRef<Path>, arguments: &[&str]) -> Run {
        self.sandbox
            .run("git", arguments)
            .cwd(self.sandbox.path(dir))
            .env("GIT_AUTHOR_DATE", "1700000000 +0130")
            .env("GIT_COMMITTER_DATE", "1700000000 +0130")
    }

    /// Makes a repository; with `--bare` among the options, a bare one.
    #[track_caller]
    pub(super) fn init(&self, dir: impl AsRef<Path>, options: &[&str]) {
        let path = self.sandbox.path(dir);
        fs::create_dir_all(&path).unwrap();
        self.git(path, &[&["init", "-q"], options].concat());
    }

    /// Makes a repository with one commit on `main`.
    #[track_caller]
    pub(super) fn with_commit(&self, dir: impl AsRef<Path>, options: &[&str]) -> String {
        self.init(dir.as_ref(), options);
        self.commit(dir, "refs/heads/main", "first")
    }

    /// Adds an empty commit to a ref, and returns its id.
    #[track_caller]
    pub(super) fn commit(&self, dir: impl AsRef<Path>, name: &str, message: &str) -> String {
        let dir = dir.as_ref();
        let tree = self.git(dir, &["hash-object", "-w", "-t", "tree", "--stdin"]);
        let mut arguments = vec!["commit-tree", "-m", message, &tree];
        let parent = self.run(dir, &["rev-parse", "-q", "--verify", name]);
        let parent = parent.output().stdout;
        if !parent.is_empty() {
            arguments.extend(["-p", parent.trim()]);
        }
        let id = self.git(dir, &arguments);
        self.git(dir, &["update-ref", name, &id]);
        id
    }

    /// The archive, opened anew.
    #[track_caller]
    pub(super) fn open(&self) -> Box<dyn Archive> {
        self.try_open().unwrap()
    }

    pub(super) fn try_open(&self) -> Result<Box<dyn Archive>, ArchiveError> {
        let location = self.sandbox.read("home/.arch-params/=locations/g");
        let options = Options {
            nested: self.nested,
            ..Options::default()
        };
        archive::open("g", location.trim(), None, access(options))
    }

    /// Lists a subject, `""` for the archive.
    pub(super) fn list(&self, package: &str) -> Result<Listing, ArchiveError> {
        self.try_open()?.list(&name(package), None, &|_| false)
    }

    /// The parts of a subject's items, `""` for the archive's.
    #[track_caller]
    pub(super) fn parts(&self, package: &str) -> Vec<String> {
        let listing = self.list(package).unwrap();
        assert!(!listing.held_back && !listing.since && listing.look.is_none());
        listing.parts
    }

    /// A look at the archive (`""`) or at a category, through a new opening.
    #[track_caller]
    pub(super) fn look(&self, package: &str, last: Option<&Look>) -> Look {
        let look = self.open().look(&name(package), last);
        look.unwrap().expect("git always has a look")
    }

    /// The look at a category once its times are so old that whatever happens next shows.
    #[track_caller]
    pub(super) fn old_look(&self, package: &str) -> Look {
        let look = self.look(package, None);
        while Clock::default().now() < look.newest() + 20_000_000 {
            std::thread::yield_now();
        }
        assert_eq!(self.look(package, Some(&look)), look);
        look
    }
}

/// A name of the archive `g`: `""`, a category, or more parts.
#[track_caller]
pub(super) fn name(package: &str) -> Name {
    let mut name = Name::parse("g", Some(Level::Archive)).unwrap();
    for part in package.split("--").filter(|part| !part.is_empty()) {
        name = name.child(part).unwrap();
    }
    name
}

/// The name of a revision of a ref, given as its bytes below `refs/NAMESPACE/`.
pub(super) fn revision(category: &str, branch: &str, version: &[u8], id: &str) -> Name {
    name(&format!("{category}--{branch}--{}--{id}", encode(version)))
}
