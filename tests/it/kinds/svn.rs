//! A Subversion repository, by its helper.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use larch::name::{Level, Name, decode};

use super::{World, blocking, install};
use crate::support::{Run, Sandbox};

pub(super) struct SvnWorld<'a> {
    sandbox: &'a Sandbox,
    root: PathBuf,
    url: String,
    made: AtomicUsize,
}

impl<'a> SvnWorld<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        install(sandbox, "svn");
        let root = sandbox.path("repository");
        sandbox.run("svnadmin", ["create"]).arg(&root).ok();
        Self {
            sandbox,
            url: format!("file://{}", root.display()),
            root,
            made: AtomicUsize::new(0),
        }
    }

    /// Where in the repository a version is.
    fn place(version: &str) -> String {
        let version = Name::parse(version, Some(Level::Version)).unwrap();
        let [project, branch, version, _] = version
            .parts()
            .map(|part| String::from_utf8(decode(part.unwrap_or_default())).unwrap());
        match branch.as_str() {
            "trunk" => format!("{project}/trunk"),
            _ => format!("{project}/{branch}/{version}"),
        }
    }

    fn has(&self, place: &str) -> bool {
        let info = self.sandbox.run("svn", ["info", "--non-interactive"]);
        let url = format!("{}/{place}", self.url);
        info.arg(url).output().status.success()
    }

    /// The commit of a change of a file in a version, with all directories that are missing.
    fn change(&self, version: &str) -> Run {
        let place = Self::place(version);
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let content = self.sandbox.path(format!("work/{number}"));
        self.sandbox.write(&content, number.to_string());
        let mut commit = self
            .sandbox
            .run("svnmucc", ["-m", "A change", "-U", &self.url])
            .any_stdout();
        let ends = place.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([place.len()]) {
            if !self.has(&place[..end]) {
                commit = commit.args(["mkdir", &place[..end]]);
            }
        }
        commit.arg("put").arg(content).arg(format!("{place}/file"))
    }

    /// The name that the youngest revision has in a version.
    fn youngest(&self, version: &str) -> String {
        let youngest = self.sandbox.run("svnlook", ["youngest"]).arg(&self.root);
        format!("{version}--r{}", youngest.any_stdout().ok().stdout.trim())
    }
}

impl World for SvnWorld<'_> {
    fn archive(&self) -> &'static str {
        "code"
    }

    fn location(&self) -> String {
        format!("svn:{}", self.url)
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn settings(&self) -> &'static str {
        "every = \"0s\"\n"
    }

    fn versions(&self) -> [String; 3] {
        [
            "tea--trunk--trunk",
            "tea--branches--a%2D%2Db%20c",
            "oth%20er--tags--1.0",
        ]
        .map(|version| format!("code/{version}"))
    }

    fn commit(&self, version: &str) -> String {
        self.change(version).ok();
        self.youngest(version)
    }

    /// A transaction whose hook runs still.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let version = version.to_owned();
        let hook = self.root.join("hooks/pre-commit");
        let block = blocking(self.sandbox, &hook);
        let commit = self.change(&version).spawn();
        block.wait();
        Box::new(move || {
            block.go();
            assert!(commit.wait().status.success());
            std::fs::remove_file(hook).unwrap();
            self.youngest(&version)
        })
    }

    /// It comes back out of a backup.
    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let backup = self.sandbox.path("backup");
        let copied = self.sandbox.run("svnadmin", ["hotcopy"]).arg(&self.root);
        copied.arg(&backup).any_stdout().ok();
        let removed = self.sandbox.run("svnmucc", ["-m", "Gone", "-U", &self.url]);
        let removed = removed.args(["rm", &Self::place(version)]);
        removed.any_stdout().ok();
        Box::new(move || {
            std::fs::remove_dir_all(&self.root).unwrap();
            std::fs::rename(backup, &self.root).unwrap();
        })
    }
}
