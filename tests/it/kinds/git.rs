//! Git repositories: a directory of them, and one that is elsewhere.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use larch::name::{Level, Name, decode};

use super::World;
use crate::support::Sandbox;

/// Bare repositories below `git`, to which work trees push.
pub(super) struct GitWorld<'a> {
    sandbox: &'a Sandbox,
    root: PathBuf,
    location: String,
    is_remote: bool,
    versions: [String; 3],
    made: AtomicUsize,
}

impl<'a> GitWorld<'a> {
    /// A directory of repositories.
    pub(super) fn directory(sandbox: &'a Sandbox) -> Self {
        let root = sandbox.path("git");
        std::fs::create_dir(&root).unwrap();
        let location = format!("git:{}", root.display());
        let versions = [
            "proj--heads--main",
            "proj--heads--feature/x%2D%2Dy",
            "sub/pro%20ject%2D--heads--1.0",
        ];
        Self::new(sandbox, root, location, versions)
    }

    /// One repository, asked by its URL.
    pub(super) fn remote(sandbox: &'a Sandbox) -> Self {
        let root = sandbox.path("git/proj.git");
        let location = format!("git:file://{}", root.display());
        let versions = [
            "proj--heads--main",
            "proj--heads--feature/x%2D%2Dy",
            "proj--heads--1.0",
        ];
        let mut world = Self::new(sandbox, root, location, versions);
        world.is_remote = true;
        world.init("proj");
        world
    }

    fn new(sandbox: &'a Sandbox, root: PathBuf, location: String, versions: [&str; 3]) -> Self {
        sandbox.write(
            "home/.gitconfig",
            "[user]\nname = Jo Tester\nemail = jo@example.org\n[init]\ndefaultBranch = main\n",
        );
        Self {
            sandbox,
            root,
            location,
            is_remote: false,
            versions: versions.map(|version| format!("code/{version}")),
            made: AtomicUsize::new(0),
        }
    }

    /// Makes an empty repository, and a work tree for it.
    fn init(&self, repository: &str) {
        let [bare, work] = [self.bare(repository), self.work(repository)];
        self.git(&["init", "-q", "--bare", &bare]);
        self.git(&["init", "-q", &work]);
        self.git(&["-C", &work, "remote", "add", "origin", &bare]);
    }

    fn bare(&self, repository: &str) -> String {
        let path = self.sandbox.path("git").join(format!("{repository}.git"));
        path.to_str().unwrap().to_owned()
    }

    fn work(&self, repository: &str) -> String {
        let path = self.sandbox.path("work").join(repository);
        path.to_str().unwrap().to_owned()
    }

    /// The repository and the branch that a version is.
    fn place(version: &str) -> (String, String) {
        let version = Name::parse(version, Some(Level::Version)).unwrap();
        let [repository, _, branch, _] = version
            .parts()
            .map(|part| String::from_utf8(decode(part.unwrap_or_default())).unwrap());
        (repository, branch)
    }

    /// Commits to a branch of a work tree, an orphan at first, and returns the commit.
    fn commit_locally(&self, repository: &str, branch: &str) -> String {
        let work = self.work(repository);
        if !Path::new(&work).exists() {
            self.init(repository);
        }
        if self
            .git(&["-C", &work, "branch", "--list", branch])
            .is_empty()
        {
            self.git(&["-C", &work, "checkout", "-q", "--orphan", branch]);
        } else {
            self.git(&["-C", &work, "checkout", "-q", branch, "--"]);
        }
        let message = format!("change {}", self.made.fetch_add(1, Ordering::Relaxed));
        self.git(&["-C", &work, "commit", "-q", "--allow-empty", "-m", &message]);
        let head = self.git(&["-C", &work, "rev-parse", "HEAD"]);
        head.trim().to_owned()
    }

    fn push(&self, repository: &str, branch: &str) {
        let work = self.work(repository);
        self.git(&["-C", &work, "push", "-q", "origin", branch]);
    }

    fn git(&self, arguments: &[&str]) -> String {
        let run = self.sandbox.run("git", arguments);
        run.any_stdout().any_stderr().ok().stdout
    }
}

impl World for GitWorld<'_> {
    fn archive(&self) -> &'static str {
        "code"
    }

    fn location(&self) -> String {
        self.location.clone()
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn settings(&self) -> &'static str {
        "every = \"0s\"\n"
    }

    fn versions(&self) -> [String; 3] {
        self.versions.clone()
    }

    fn commit(&self, version: &str) -> String {
        let (repository, branch) = Self::place(version);
        let commit = self.commit_locally(&repository, &branch);
        self.push(&repository, &branch);
        format!("{version}--{commit}")
    }

    /// A push that brought its objects, and holds the lock of the ref.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let (repository, branch) = Self::place(version);
        let commit = self.commit_locally(&repository, &branch);
        let bare = self.bare(&repository);
        self.git(&["-C", &bare, "fetch", "-q", &self.work(&repository), &branch]);
        let lock = Path::new(&bare).join(format!("refs/heads/{branch}.lock"));
        self.sandbox.write(&lock, format!("{commit}\n"));
        let name = format!("{version}--{commit}");
        Box::new(move || {
            std::fs::remove_file(lock).unwrap();
            self.push(&repository, &branch);
            name
        })
    }

    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let (repository, branch) = Self::place(version);
        let full = format!("refs/heads/{branch}");
        self.git(&["-C", &self.bare(&repository), "update-ref", "-d", &full]);
        Box::new(move || self.push(&repository, &branch))
    }
}
