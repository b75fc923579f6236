//! GNU Arch archives on disk, by tla.

use std::path::Path;

use super::World;
use crate::support::{Arch, Layout, Sandbox};

pub(super) struct ArchWorld<'a> {
    sandbox: &'a Sandbox,
    arch: Arch<'a>,
}

impl<'a> ArchWorld<'a> {
    pub(super) fn nested(sandbox: &'a Sandbox) -> Self {
        Self::new(sandbox, Layout::Nested)
    }

    pub(super) fn flat(sandbox: &'a Sandbox) -> Self {
        Self::new(sandbox, Layout::Flat)
    }

    fn new(sandbox: &'a Sandbox, layout: Layout) -> Self {
        let arch = Arch::new(sandbox, layout);
        Self { sandbox, arch }
    }

    /// The name without the archive, as tla takes it.
    fn package<'b>(&self, name: &'b str) -> &'b str {
        name.strip_prefix(&self.arch.name)
            .unwrap()
            .trim_start_matches('/')
    }
}

impl World for ArchWorld<'_> {
    fn archive(&self) -> &str {
        &self.arch.name
    }

    fn location(&self) -> String {
        self.arch.location.to_str().unwrap().to_owned()
    }

    fn root(&self) -> &Path {
        &self.arch.location
    }

    fn versions(&self) -> [String; 3] {
        ["c-d--x--1.0", "c-d--1.0", "Nob--a-b--0.10.2"].map(|version| self.arch.qualified(version))
    }

    fn commit(&self, version: &str) -> String {
        let version = self.package(version);
        let tree = self
            .sandbox
            .path("work")
            .join(&self.arch.name)
            .join(version);
        if tree.exists() {
            self.arch.commit(version)
        } else {
            self.arch.import(version)
        }
    }

    /// As a mirror appears: its log comes last.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let version = self.package(version).to_owned();
        self.arch.place(&version, "patch-1", None);
        Box::new(move || self.arch.place(&version, "patch-1", Some("Summary: x\n\n")))
    }

    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let directory = self.arch.version_dir(self.package(version));
        let away = self.sandbox.path("removed");
        std::fs::rename(&directory, &away).unwrap();
        Box::new(move || std::fs::rename(away, directory).unwrap())
    }
}
