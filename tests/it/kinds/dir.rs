//! Plain trees, by the programs that everybody has.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use larch::name::{Level, Name, decode, encode};

use super::World;
use crate::support::Sandbox;

pub(super) struct DirWorld<'a> {
    sandbox: &'a Sandbox,
    root: PathBuf,
    made: AtomicUsize,
}

impl<'a> DirWorld<'a> {
    pub(super) fn new(sandbox: &'a Sandbox) -> Self {
        let root = sandbox.path("pool");
        std::fs::create_dir(&root).unwrap();
        Self {
            sandbox,
            root,
            made: AtomicUsize::new(0),
        }
    }

    fn directory(&self, version: &str) -> PathBuf {
        let version = Name::parse(version, Some(Level::Version)).unwrap();
        let entries = version.parts().into_iter().flatten().map(decode);
        entries.fold(self.root.clone(), |path, entry| {
            path.join(OsStr::from_bytes(&entry))
        })
    }

    /// The name of an entry that was not there before.
    fn entry(&self) -> String {
        format!("-é {}--x.deb", self.made.fetch_add(1, Ordering::Relaxed))
    }
}

impl World for DirWorld<'_> {
    fn archive(&self) -> &'static str {
        "pool"
    }

    fn location(&self) -> String {
        format!("dir:{}", self.root.display())
    }

    fn root(&self) -> &Path {
        &self.root
    }

    fn settings(&self) -> &'static str {
        "settle = \"0s\"\n"
    }

    fn versions(&self) -> [String; 3] {
        let name = |entries: [&[u8]; 3]| format!("pool/{}", entries.map(encode).join("--"));
        [
            name([b"main", b"lib--x", b"1.10"]),
            name([b"main", b"1.0", b"--help"]),
            name([b"\xff # \n", b"a b", b"%41"]),
        ]
    }

    /// As it should be done: under another name, then renamed.
    fn commit(&self, version: &str) -> String {
        self.begin(version)()
    }

    fn begin<'a>(&'a self, version: &str) -> Box<dyn FnOnce() -> String + 'a> {
        let directory = self.directory(version);
        let entry = self.entry();
        let upload = directory.join(format!("{entry}.part"));
        self.sandbox.write(&upload, "content");
        let name = format!("{version}--{}", encode(entry.as_bytes()));
        Box::new(move || {
            let moved = self.sandbox.run("mv", ["--"]);
            moved.args([upload, directory.join(entry)]).ok();
            name
        })
    }

    fn remove<'a>(&'a self, version: &str) -> Box<dyn FnOnce() + 'a> {
        let directory = self.directory(version);
        let away = self.sandbox.path("removed");
        std::fs::rename(&directory, &away).unwrap();
        Box::new(move || std::fs::rename(away, directory).unwrap())
    }
}
