//! Who may read and write what.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::process::geteuid;

use super::finding::Finding;
use crate::fsx::others_can_write;
use crate::store::is_network_fs;

/// The directory itself. Fails if there is no use in looking further.
pub(super) fn directory(dir: &Path, findings: &mut Vec<Finding>) -> Result<(), Box<Finding>> {
    let unreadable = |source| {
        let path = dir.to_owned();
        Box::new(Finding::Unreadable { path, source })
    };
    let metadata = std::fs::metadata(dir).map_err(unreadable)?;
    if !metadata.is_dir() {
        return Err(unreadable(io::ErrorKind::NotADirectory.into()));
    }
    std::fs::read_dir(dir).map_err(unreadable)?;
    if metadata.uid() == geteuid().as_raw() {
        writable(dir, findings);
    } else {
        findings.push(Finding::NotOwner {
            path: dir.to_owned(),
            owner: metadata.uid(),
        });
    }
    others_write(dir, &metadata, findings);
    Ok(())
}

/// A file that decides which programs run; a missing one decides nothing.
pub(super) fn trusted_file(path: &Path, findings: &mut Vec<Finding>) {
    if let Ok(metadata) = std::fs::metadata(path) {
        others_write(path, &metadata, findings);
    }
}

/// A file that runs nothing, and that a group may write on purpose; not all the world.
pub(super) fn open_to_all(path: &Path, findings: &mut Vec<Finding>) {
    if let Ok(metadata) = std::fs::metadata(path)
        && metadata.mode() & 0o002 != 0
    {
        findings.push(Finding::AllWrite {
            path: path.to_owned(),
        });
    }
}

/// A settings file. What root refuses of it is said where it is read.
pub(super) fn settings_file(path: &Path, findings: &mut Vec<Finding>) {
    if let Ok(metadata) = std::fs::metadata(path)
        && !others_can_write(&metadata)
    {
        others_write(path, &metadata, findings);
    }
}

/// A file to which larch adds lines.
pub(super) fn writable(path: &Path, findings: &mut Vec<Finding>) {
    if access(path, Access::WRITE_OK).is_err() {
        findings.push(Finding::NotWritable {
            path: path.to_owned(),
        });
    }
}

/// The directory of the state; where there is none yet, the place where it will be made.
pub(super) fn state(path: &Path, findings: &mut Vec<Finding>) {
    if let Ok(metadata) = std::fs::metadata(path) {
        let mode = metadata.mode() & 0o7777;
        if mode & 0o077 != 0 {
            findings.push(Finding::StateOpen {
                path: path.to_owned(),
                mode,
            });
        }
        writable(path, findings);
    }
    let place = path.ancestors().find(|place| place.exists());
    if let Some(place) = place
        && is_network_fs(place).unwrap_or(false)
    {
        findings.push(Finding::NetworkState {
            path: place.to_owned(),
        });
    }
}

/// Root trusts nothing that anybody else can write, and everybody else should not trust what all
/// the world can write. A group is the user's own business.
fn others_write(path: &Path, metadata: &Metadata, findings: &mut Vec<Finding>) {
    let refused = others_can_write(metadata);
    let mode = metadata.mode() & 0o7777;
    if refused || mode & 0o002 != 0 {
        findings.push(Finding::OthersWrite {
            path: path.to_owned(),
            owner: metadata.uid(),
            mode,
            refused,
        });
    }
}
