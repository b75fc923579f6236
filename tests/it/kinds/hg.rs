//! Mercurial repositories, by their helper.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use larch::name::{Level, Name, decode};

use super::{World, blocking, install};
use crate::support::{Run, Sandbox};

pub(super) struct HgWorld<'a> {
    sandbox: &'a Sandbox,
    root: PathBuf,
    made: AtomicUsize,
    /// The versions that were made.
    branches: Mutex<BTreeSet<String>>,
}

impl<'a> HgWorld<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        install(sandbox, "hg");
        let root = sandbox.path("hg");
        std::fs::create_dir(&root).unwrap();
        Self {
            sandbox,
            root,
            made: AtomicUsize::new(0),
            branches: Mutex::default(),
        }
    }

    /// The repository and the branch that a version is.
    fn place(&self, version: &str) -> (PathBuf, String) {
        let version = Name::parse(version, Some(Level::Version)).unwrap();
        let [repository, _, branch, _] = version
            .parts()
            .map(|part| String::from_utf8(decode(part.unwrap_or_default())).unwrap());
        (self.root.join(repository), branch)
    }

    fn hg(&self, repository: &Path) -> Run {
        let hg = self.sandbox.run("hg", ["--repository"]).arg(repository);
        hg.env("HGPLAIN", "1").env("HGUSER", "Jo <jo@example.org>")
    }

    #[track_caller]
    fn ask(&self, repository: &Path, arguments: &[&str]) -> String {
        let ended = self
            .hg(repository)
            .args(arguments)
            .any_stdout()
            .any_stderr();
        ended.ok().stdout
    }

    /// The commit of a change to a branch, whose history is its own.
    fn change(&self, version: &str) -> Run {
        let (repository, branch) = self.place(version);
        let is_new = !repository.exists();
        if is_new {
            self.sandbox.run("hg", ["init"]).arg(&repository).ok();
        }
        // hg starts slowly: it is run no more often than need be.
        let mut branches = self.branches.lock().unwrap();
        if branches.insert(version.to_owned()) {
            if !is_new {
                self.ask(&repository, &["update", "--clean", "null"]);
            }
            self.ask(&repository, &["branch", "--", &branch]);
        } else {
            self.ask(&repository, &["update", "--clean", "--", &branch]);
        }
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        self.sandbox
            .write(repository.join(format!("file-{number}")), "");
        self.hg(&repository)
            .args(["commit", "-A", "-m", "A change"])
    }

    /// The name that the changeset of a work tree has in a version.
    fn current(&self, version: &str) -> String {
        let (repository, _) = self.place(version);
        // The first parent of the work tree.
        let state = std::fs::read(repository.join(".hg/dirstate")).unwrap();
        let node = state[..20].iter().map(|byte| format!("{byte:02x}"));
        format!("{version}--{}", node.collect::<String>())
    }
}

impl World for HgWorld<'_> {
    fn archive(&self) -> &'static str {
        "code"
    }

    fn location(&self) -> String {
        format!("hg:{}", self.root.display())
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn is_listed_anew(&self) -> bool {
        true
    }

    fn settings(&self) -> &'static str {
        "every = \"0s\"\n"
    }

    fn versions(&self) -> [String; 3] {
        [
            "tea--branches--default",
            "tea--branches--a%2D%2Db%20\"c",
            "deep/er--branches--1.0",
        ]
        .map(|version| format!("code/{version}"))
    }

    fn everywhere(&self) -> &'static [&'static str] {
        &["branches", "bookmarks", "tags"]
    }

    fn commit(&self, version: &str) -> String {
        self.change(version).any_stdout().any_stderr().ok();
        self.current(version)
    }

    /// A transaction whose hook runs still.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let version = version.to_owned();
        let hook = self.sandbox.path("hg-hook");
        let block = blocking(self.sandbox, &hook);
        let setting = format!("hooks.pretxnclose={}", hook.display());
        let commit = self.change(&version).args(["--config", &setting]).spawn();
        block.wait();
        Box::new(move || {
            block.go();
            assert!(commit.wait().status.success());
            self.current(&version)
        })
    }

    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let (repository, branch) = self.place(version);
        let bundle = self.sandbox.path("removed");
        let bundle = bundle.to_str().unwrap().to_owned();
        let revisions = format!("branch('literal:{branch}')");
        self.ask(&repository, &["bundle", "--all", &bundle]);
        self.ask(&repository, &["update", "--clean", "null"]);
        let strip = [
            "--config",
            "extensions.strip=",
            "strip",
            "--no-backup",
            "-r",
        ];
        let ended = self.hg(&repository).args(strip).arg(revisions);
        ended.any_stdout().any_stderr().ok();
        Box::new(move || {
            self.ask(&repository, &["unbundle", &bundle]);
        })
    }
}
