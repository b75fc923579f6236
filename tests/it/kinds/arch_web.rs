//! GNU Arch archives on a web server, published by tla.

use std::path::Path;

use super::World;
use super::arch::ArchWorld;
use crate::support::{Sandbox, Web, age};

/// What it is registered as at its URL: its own name is registered for tla, which writes to it.
const NAME: &str = "jo@example.org--web";

pub(super) struct ArchWebWorld<'a> {
    sandbox: &'a Sandbox,
    disk: ArchWorld<'a>,
    web: Web,
}

impl<'a> ArchWebWorld<'a> {
    pub(super) fn nested(sandbox: &'a Sandbox) -> Self {
        Self::new(sandbox, ArchWorld::nested(sandbox))
    }

    pub(super) fn flat(sandbox: &'a Sandbox) -> Self {
        Self::new(sandbox, ArchWorld::flat(sandbox))
    }

    fn new(sandbox: &'a Sandbox, disk: ArchWorld<'a>) -> Self {
        let web = Web::new(sandbox, "archives");
        let world = Self { sandbox, disk, web };
        // From now on tla writes the listings.
        let marker = world.root().join("=meta-info/http-blows");
        sandbox.write(marker, "it sure does\n");
        world.publish();
        world
    }

    fn publish(&self) {
        self.sandbox
            .tla(["archive-fixup", "-A", self.disk.archive()]);
    }

    fn own(&self, name: &str) -> String {
        name.replacen(NAME, self.disk.archive(), 1)
    }

    fn registered(&self, name: &str) -> String {
        name.replacen(self.disk.archive(), NAME, 1)
    }
}

impl World for ArchWebWorld<'_> {
    fn archive(&self) -> &str {
        NAME
    }

    fn location(&self) -> String {
        self.web.url(self.disk.archive())
    }

    fn root(&self) -> &Path {
        self.disk.root()
    }

    fn age(&self) {
        age(self.sandbox, self.root(), 1000);
    }

    fn settings(&self) -> &'static str {
        "every = \"0s\"\n"
    }

    fn versions(&self) -> [String; 3] {
        self.disk.versions().map(|name| self.registered(&name))
    }

    fn commit(&self, version: &str) -> String {
        self.registered(&self.disk.commit(&self.own(version)))
    }

    /// The lock that a commit holds, with all that it copied so far.
    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let version = version.to_owned();
        let next = format!("{}--patch-1", self.own(&version));
        self.sandbox.tla(["lock-revision", &next]);
        self.publish();
        Box::new(move || {
            self.sandbox.tla(["lock-revision", "-u", &next]);
            self.commit(&version)
        })
    }

    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let bring_back = self.disk.remove(&self.own(version));
        self.publish();
        Box::new(move || {
            bring_back();
            self.publish();
        })
    }
}
