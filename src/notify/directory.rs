//! A notification directory: where its files are, and whose it is.

use std::fs::Metadata;
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
        Ok(Self { path: absolute })
    }

    /// The directory itself, absolute.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rules file of a level; revisions have none.
    pub fn rules(&self, level: Level) -> PathBuf {
        self.path.join(rules::file_name(level).unwrap_or_default())
    }

    /// The directory's own settings.
    pub fn config(&self) -> PathBuf {
        self.path.join("=config.toml")
    }

    /// The settings, resolved over the `layers` below the directory's own.
    pub fn load_config(&self, layers: &[PathBuf]) -> Result<Config, ConfigError> {
        let own = self.config();
        if own.metadata().is_ok_and(|look| others_can_write(&look)) {
            let why = "others than root can write to it: chown root and chmod go-w it";
            let source = io::Error::other(why);
            let problems = vec![config::Problem::Unreadable { path: own, source }];
            return Err(ConfigError { problems });
        }
        let layers: Vec<PathBuf> = std::iter::once(own).chain(layers.iter().cloned()).collect();
        Config::load(&layers)
    }

    /// The private state.
    pub fn state(&self, config: &Config) -> StateDir {
        let path = config.store.path.as_deref().unwrap_or(Path::new("+state"));
        StateDir::new(self.path.join(path))
    }
}

/// Whether somebody else than root and the user could have written a file that root would follow.
pub(super) fn others_can_write(metadata: &Metadata) -> bool {
    rustix::process::geteuid().is_root() && (metadata.uid() != 0 || metadata.mode() & 0o022 != 0)
}
