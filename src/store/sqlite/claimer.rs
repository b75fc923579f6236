//! Processes that claim deliveries: each has a locked file of a random name.
//!
//! The file is locked before its name stands in any claim, so whoever reads a claim and finds the
//! file unlocked, or gone, knows that the claimer is dead. A program that the claimer starts holds
//! the lock too until it has been executed; so once the lock is free, what the claimer started can
//! be found by its environment.
//!
//! The file holds a line for each process group that the claimer started: part, group, start, boot.
//! It need not outlast a power cut, for no process does.

use std::fs::File;
use std::io::{ErrorKind, Write as _};

use super::{Claimer, Result, StateDir, StoreError};
use crate::action::ProcessGroup;
use crate::store::PartId;

struct Locked {
    // Dropped (and so removed and unlocked) with the claimer.
    file: tempfile::NamedTempFile,
    name: String,
}

impl Claimer for Locked {
    fn name(&self) -> &str {
        &self.name
    }

    fn note(&self, part: PartId, group: &ProcessGroup) -> Result<()> {
        let line = format!("{} {} {} {}\n", part.0, group.id, group.start, group.boot);
        // Threads share the file and its place in it: one write is one line.
        let mut file = self.file.as_file();
        file.write_all(line.as_bytes())
            .map_err(StoreError::file(self.file.path()))
    }
}

/// The process groups that a claimer noted, the latest last.
pub(super) fn noted(dir: &StateDir, claimer: &str) -> Result<Vec<(PartId, ProcessGroup)>> {
    let path = dir.claim(claimer);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(source) => return Err(StoreError::File { path, source }),
    };
    // A line that a kill tore is no line: its group is found by its environment.
    Ok(text.lines().filter_map(parse_note).collect())
}

fn parse_note(line: &str) -> Option<(PartId, ProcessGroup)> {
    let mut words = line.split(' ');
    let part = PartId(words.next()?.parse().ok()?);
    let id = words.next()?.parse().ok()?;
    let start = words.next()?.parse().ok()?;
    let boot = words.next()?.to_owned();
    Some((part, ProcessGroup { id, start, boot }))
}

pub(super) fn new(dir: &StateDir) -> Result<Box<dyn Claimer>> {
    let claims = dir.claims();
    let file = tempfile::Builder::new()
        .prefix("")
        .rand_bytes(16)
        .tempfile_in(&claims)
        .map_err(StoreError::file(&claims))?;
    fs2::FileExt::try_lock_exclusive(file.as_file()).map_err(StoreError::file(file.path()))?;
    let name = file
        .path()
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    Ok(Box::new(Locked { file, name }))
}

pub(super) fn is_alive(dir: &StateDir, claimer: &str) -> Result<bool> {
    let path = dir.claim(claimer);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(source) => return Err(StoreError::File { path, source }),
    };
    match fs2::FileExt::try_lock_shared(&file) {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(true),
        Err(source) => Err(StoreError::File { path, source }),
    }
}
