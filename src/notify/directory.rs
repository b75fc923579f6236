//! A notification directory: where its files are, and whose it is.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::PollError;
use crate::config::{self, Config, ConfigError};
use crate::name::Level;
use crate::rules;
use crate::store::StateDir;

/// A notification directory of the user that this process runs as.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Directory {
    /// The directory at `path`, which must exist and be ours.
    pub fn open(path: &Path) -> Result<Self, PollError> {
        let missing = |source| PollError::NoDirectory {
            path: path.to_owned(),
            source,
        };
        let absolute = std::path::absolute(path).map_err(missing)?;
        let metadata = absolute.metadata().map_err(missing)?;
        if !metadata.is_dir() {
            return Err(missing(io::ErrorKind::NotADirectory.into()));
        }
        let user = rustix::process::geteuid().as_raw();
        if metadata.uid() != user {
            return Err(PollError::NotOwner {
                path: absolute,
                owner: metadata.uid(),
                user,
            });
        }
        Ok(Self {
            path: absolute,
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    /// The directory itself, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells it from every other directory of this machine, whatever path leads to it.
    pub(super) fn identity(&self) -> String {
        format!("{:x}:{:x}", self.device, self.inode)
    }

    /// The rules file of a level; revisions have none.
    pub fn rules(&self, level: Level) -> PathBuf {
        self.path.join(rules::file_name(level).unwrap_or_default())
    }

    /// The directory's own settings.
    pub fn config(&self) -> PathBuf {
        self.path.join(config::FILE_NAME)
    }

    /// The settings, resolved over the `layers` below the directory's own.
    pub fn load_config(&self, layers: &[PathBuf]) -> Result<Config, ConfigError> {
        let own = self.config();
        let layers: Vec<PathBuf> = std::iter::once(own).chain(layers.iter().cloned()).collect();
        Config::load(&self.path, &layers)
    }

    /// The private state.
    pub fn state(&self, config: &Config) -> StateDir {
        let path = config.store.path.clone();
        StateDir::new(path.unwrap_or_else(|| self.path.join("+state")))
    }
}
