//! The operator's side of a notification directory: what is known, what was sent, and setting it
//! right.
//!
//! Everything here works on the state that polls left, and fails where there is none. What a scan
//! reads is changed under the archive's scan lock, so that no poll sees half of a change. Nothing
//! here runs an action: whatever is made due is run by the next poll.

mod again;
mod error;
mod explain;
mod lines;
mod resolve;
mod restore;
mod retell;
mod select;
mod sight;
mod status;

use std::path::{Path, PathBuf};

pub use again::{Lost, Replayed, Whence};
pub use error::OperateError;
pub use explain::{
    Absent, ActionState, AsItem, AsSubject, Detection, Explanation, Outlook, Passed, Sent, Told,
    Verdict,
};
pub use lines::{Line, LineState};
pub use restore::Restored;
pub use select::{Chosen, Selection, Verb};
pub use sight::Sight;
pub use status::{ArchiveStatus, RuleCounts, Status};

use super::hooks::hook_outputs;
use super::{Directory, PollError};
use crate::config::{Config, Point};
use crate::store::sqlite::Sqlite;
use crate::store::{DeliveryRecord, Engine as _, Filter, StateDir, Store};

/// A result of the operator's commands.
pub type Result<T> = std::result::Result<T, OperateError>;

/// A notification directory with its state, opened for the operator.
pub struct Operator {
    dir: Directory,
    config: Config,
    state: StateDir,
    engine: Sqlite,
    store: Box<dyn Store>,
    /// What is changed is a copy that is lost in the end, so no lock is needed.
    rehearsal: bool,
}

impl Operator {
    /// Opens the directory at `path`; its settings lie over the `layers`.
    pub fn open(path: &Path, layers: &[PathBuf]) -> std::result::Result<Self, PollError> {
        let dir = Directory::open(path)?;
        let config = dir.load_config(layers)?;
        let state = dir.state(&config);
        let engine = Sqlite::open_existing(state.clone())?;
        let store = engine.connect()?;
        Ok(Self {
            dir,
            config,
            state,
            engine,
            store,
            rehearsal: false,
        })
    }

    /// As [`Self::open`], over a copy of the state in memory: what is changed is lost.
    pub fn rehearse(path: &Path, layers: &[PathBuf]) -> std::result::Result<Self, PollError> {
        let operator = Self::open(path, layers)?;
        let (engine, store) = Sqlite::scratch(operator.state.clone())?;
        Ok(Self {
            engine,
            store,
            rehearsal: true,
            ..operator
        })
    }

    /// The directory.
    pub fn dir(&self) -> &Directory {
        &self.dir
    }

    /// The state's store.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The one delivery whose id, or the id of one of whose parts, begins with `id`.
    pub fn delivery(&self, id: &str) -> Result<DeliveryRecord> {
        let filter = Filter {
            uid: Some(id.to_owned()),
            ..Filter::default()
        };
        let mut found = self.store.deliveries(&filter)?;
        match found.len() {
            0 => Err(OperateError::NoSuchDelivery(id.to_owned())),
            1 => Ok(found.remove(0)),
            count => Err(OperateError::ManyDeliveries {
                id: id.to_owned(),
                count,
            }),
        }
    }

    /// What an attempt of a part printed, if it is still kept.
    pub fn output(&self, part: &str, attempt: u32) -> Result<Option<Vec<u8>>> {
        Ok(self.engine.output(part, attempt)?)
    }

    /// What hooks printed at an attempt of a part, as far as it is still kept: the point, and below a
    /// line that says which hook it was and how it ended, what it printed.
    pub fn hook_outputs(&self, part: &str, attempt: u32) -> Result<Vec<(Point, Vec<u8>)>> {
        Ok(hook_outputs(&self.engine, part, attempt)?)
    }
}
