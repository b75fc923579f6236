//! Plain trees: `dir:PATH`.

mod hostile;
mod links;
mod listing;
mod reach;
mod settle;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::support::{Run, Sandbox};

/// A plain tree, registered as `pool` and followed by one line, in which everything must be an hour
/// old before it is told.
pub(super) struct Pool<'a> {
    sandbox: &'a Sandbox,
    root: PathBuf,
}

impl<'a> Pool<'a> {
    #[track_caller]
    fn new(sandbox: &'a Sandbox) -> Self {
        let root = sandbox.path("pool");
        std::fs::create_dir(&root).unwrap();
        let location = format!("dir:{}", root.display());
        sandbox
            .larch(["register-archive", "pool", &location])
            .stdout_has("0 categories")
            .ok();
        sandbox.follow("pool");
        let pool = Self { sandbox, root };
        pool.wait_for("1h");
        pool
    }

    /// Sets how old what is told must be.
    fn wait_for(&self, settle: &str) {
        let config = format!("[archive.pool]\nsettle = \"{settle}\"\n");
        self.sandbox.write("n/=config.toml", config);
    }

    fn path(&self, place: impl AsRef<Path>) -> PathBuf {
        self.root.join(place)
    }

    /// Puts a file in place, with all that is missing above it, and returns its qualified name.
    fn upload(&self, place: impl AsRef<Path>) -> String {
        self.sandbox.write(self.path(&place), "content");
        name(place)
    }

    /// Polls while everything that was made in this test is young.
    fn poll_young(&self) -> Run {
        self.sandbox.poll()
    }

    /// Polls when everything that was made in this test is old.
    fn poll_old(&self) -> Run {
        self.sandbox.poll().clock_ahead(2 * 3600)
    }

    /// The revisions that were told since the last call.
    fn told(&self) -> Vec<String> {
        let told = self.sandbox.take_told();
        told.iter()
            .filter_map(|told| told.strip_prefix("revision "))
            .map(str::to_owned)
            .collect()
    }
}

/// The qualified name of what stands at a place in the pool.
fn name(place: impl AsRef<Path>) -> String {
    let part = |entry: &OsStr| larch::name::encode(entry.as_bytes());
    let parts: Vec<String> = place.as_ref().iter().map(part).collect();
    format!("pool/{}", parts.join("--"))
}
