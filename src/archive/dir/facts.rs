//! What is known of a revision: what kind of entry it is, its size and its time.

use std::path::Path;

use rustix::fs::FileType;

use crate::archive::tree::Directory;
use crate::archive::{ArchiveError, Description, Stat};
use crate::clock::{Nanos, rfc3339};
use crate::name;

/// What one look at an entry shows.
#[derive(Debug)]
pub(super) struct Facts {
    mtime: Nanos,
    what: What,
}

#[derive(Debug)]
enum What {
    File { size: u64 },
    Directory,
    Link { target: Vec<u8> },
}

impl Facts {
    /// Looks at an entry; `None` if it is not there, or is nothing that can be a revision.
    pub(super) fn read(directory: &Directory, name: &Path) -> Result<Option<Self>, ArchiveError> {
        let Some(stat) = directory.stat(name)? else {
            return Ok(None);
        };
        let what = match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => What::File {
                size: stat.st_size.try_into().unwrap_or_default(),
            },
            FileType::Directory => What::Directory,
            FileType::Symlink => match directory.read_link(name)? {
                Some(target) => What::Link { target },
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        Ok(Some(Self {
            mtime: Stat::from(&stat).mtime,
            what,
        }))
    }

    /// Nobody is named: the owner of a file is who received it.
    pub(super) fn describe(&self) -> Description {
        Description {
            date: Some(rfc3339(self.mtime)),
            summary: Some(match &self.what {
                What::File { size: 1 } => "1 byte".to_owned(),
                What::File { size } => format!("{size} bytes"),
                What::Directory => "directory".to_owned(),
                What::Link { target } => format!("symbolic link to {}", name::encode(target)),
            }),
            ..Description::default()
        }
    }

    /// The same as headers, as a patch log has them.
    pub(super) fn log(&self, revision: &name::Name) -> String {
        let what = match &self.what {
            What::File { size } => format!("Kind: file\nSize: {size}"),
            What::Directory => "Kind: directory".to_owned(),
            What::Link { target } => {
                format!("Kind: symbolic link\nTarget: {}", name::encode(target))
            }
        };
        let modified = rfc3339(self.mtime);
        format!("Name: {revision}\n{what}\nModified: {modified}\n")
    }
}
