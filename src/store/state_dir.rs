//! The directory of the private state and the files in it.
//!
//! `larch.db` is the database, `format` says that there is one (so that a lost database is not
//! taken for a fresh start), `locks/` holds lock files and bells, `claims/` one locked file per
//! running process, `output/` what actions printed, `reports.json` what was reported and not yet
//! over. All of it is the owner's alone.

use std::fs::{DirBuilder, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::StoreError;

const MARKER: &str = "larch state\n";

/// The directory of the private state.
#[derive(Clone, Debug)]
pub struct StateDir {
    path: PathBuf,
}

impl StateDir {
    /// The state in `path`, which need not exist yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the directory, mode 0700, where it is missing, and refuses a network file system.
    pub fn prepare(&self) -> Result<(), StoreError> {
        if let Err(error) = DirBuilder::new().mode(0o700).create(&self.path)
            && error.kind() != ErrorKind::AlreadyExists
        {
            return Err(StoreError::File {
                path: self.path.clone(),
                source: error,
            });
        }
        if super::is_network_fs(&self.path).map_err(StoreError::file(&self.path))? {
            return Err(StoreError::Network {
                path: self.path.clone(),
            });
        }
        Ok(())
    }

    /// Makes what a fresh directory lacks, and marks it as one that has a database. Called with the
    /// database in place, so that a kill leaves either no marker or both.
    pub(crate) fn complete(&self) -> Result<(), StoreError> {
        for name in ["locks", "claims", "output"] {
            let path = self.path.join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(StoreError::File {
                        path,
                        source: error,
                    });
                }
                _ => {}
            }
        }
        let marker = self.marker();
        crate::fsx::write_atomic(&marker, MARKER.as_bytes(), 0o600)
            .map_err(StoreError::file(&marker))?;
        Ok(())
    }

    /// Whether a database was made here once.
    pub(crate) fn is_marked(&self) -> bool {
        self.marker().exists()
    }

    fn marker(&self) -> PathBuf {
        self.path.join("format")
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path.join("larch.db")
    }

    /// A lock file, or a bell; `name` is a file name.
    pub fn lock(&self, name: &Path) -> PathBuf {
        self.path.join("locks").join(name)
    }

    /// Where claimers have their files.
    pub fn claims(&self) -> PathBuf {
        self.path.join("claims")
    }

    /// The file whose lock says that the claimer `claim` lives.
    pub fn claim(&self, claim: &str) -> PathBuf {
        self.claims().join(claim)
    }

    /// Where is what attempts printed.
    pub fn outputs(&self) -> PathBuf {
        self.path.join("output")
    }

    /// What an attempt printed.
    pub fn output(&self, part: &str, attempt: u32) -> PathBuf {
        self.outputs().join(format!("{part}.{attempt}"))
    }

    /// Where copies of what is elsewhere are kept. What is in it can be made again.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    /// What was reported and is not over.
    pub fn reports(&self) -> PathBuf {
        self.path.join("reports.json")
    }

    /// Notes that a poll ended: the time of the file `polled`. Not synced; nothing depends on it.
    pub fn note_poll(&self) -> Result<(), StoreError> {
        let path = self.path.join("polled");
        File::create(&path)
            .map(drop)
            .map_err(StoreError::file(&path))
    }

    /// When the last poll ended.
    pub fn last_poll(&self) -> Option<std::time::SystemTime> {
        std::fs::metadata(self.path.join("polled"))
            .ok()?
            .modified()
            .ok()
    }
}
