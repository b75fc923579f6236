//! Archives that grow as tla makes them grow, but thousands of times as fast.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arch::Layout;
use super::sandbox::Sandbox;

/// An archive of which every step is made as tla makes it: what becomes visible is renamed into
/// place, whole.
pub(crate) struct Swift {
    /// The name.
    pub(crate) name: String,
    /// The directory.
    pub(crate) location: PathBuf,
    layout: Layout,
    made: AtomicUsize,
}

impl Swift {
    /// Makes an archive, and registers it.
    #[track_caller]
    pub(crate) fn new(sandbox: &Sandbox, name: &str, layout: Layout) -> Self {
        let location = sandbox.path("archives").join(name);
        let format = match layout {
            Layout::Nested => "Hackerlab arch archive directory, format version 2.\n",
            Layout::Flat => "Bazaar archive format 1 0\n",
        };
        sandbox.write(location.join("=meta-info/name"), format!("{name}\n"));
        sandbox.write(location.join(".archive-version"), format);
        let registration = format!("home/.arch-params/=locations/{name}");
        sandbox.write(registration, format!("{}\n", location.display()));
        Self {
            name: name.to_owned(),
            location,
            layout,
            made: AtomicUsize::new(0),
        }
    }

    /// Makes a version with all that is missing above it, each by a rename of its own.
    #[track_caller]
    pub(crate) fn make_version(&self, version: &str) -> PathBuf {
        let (branch, _) = version.rsplit_once("--").unwrap();
        let (category, _) = branch.split_once("--").unwrap_or((branch, ""));
        let mut path = self.location.clone();
        let steps = match self.layout {
            Layout::Nested => vec![category, branch, version],
            Layout::Flat => vec![version],
        };
        for step in steps {
            let above = path.clone();
            path.push(step);
            if !path.exists() {
                let new = self.transient(&above, "new-branch");
                let lock = (step == version).then_some("++revision-lock/+contents");
                fs::create_dir_all(new.join(lock.unwrap_or_default())).unwrap();
                fs::rename(new, &path).unwrap();
            }
        }
        path
    }

    /// Makes a revision, and returns its qualified name.
    #[track_caller]
    pub(crate) fn commit(&self, version: &str, level: &str) -> String {
        let directory = self.make_version(version);
        let held = self.transient(&directory, "held");
        let contents = held.join("+contents");
        fs::create_dir_all(contents.join("++revision-lock/+contents")).unwrap();
        let log = format!(
            "Revision: {version}--{level}\nArchive: {}\nSummary: a change\n\n",
            self.name
        );
        let mut file = File::create(contents.join("log")).unwrap();
        file.write_all(log.as_bytes()).unwrap();
        fs::rename(contents, directory.join(level)).unwrap();
        fs::remove_dir(held).unwrap();
        format!("{}/{version}--{level}", self.name)
    }

    /// The name of the `number`th revision that tla would make in a version, from 0.
    pub(crate) fn level(number: usize) -> String {
        match number {
            0 => "base-0".to_owned(),
            number => format!("patch-{number}"),
        }
    }

    fn transient(&self, above: &Path, what: &str) -> PathBuf {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        above.join(format!(",,{what}.{number}"))
    }
}
