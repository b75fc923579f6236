//! GNU Arch archives on disk, in both layouts.
//!
//! The nested layout has a directory for each category, branch and version; the flat one has
//! versions alone, so that categories and branches exist by virtue of a version. An item is a real
//! directory in the right place whose whole name fits the grammar: transient entries never do.
//! Unlike tla, plain files and symbolic links are no items, and neither is a directory whose name
//! does not begin with that of the directory above it.
//!
//! Nothing here leaves the archive's root: names are checked against the grammar before they become
//! paths, and symbolic links below the root are not followed.

mod directory;
mod flat;
mod format;
mod patch_log;
mod place;
mod tree;

use std::io::{BufReader, Read as _};
use std::path::Path;
use std::sync::OnceLock;

use self::flat::FlatRoot;
use self::format::{Format, Layout};
use self::tree::Tree;
use super::{Archive, ArchiveError, Description, Fingerprint, Listing};
use crate::name::{Level, Name, compare_parts, gnu};

/// Longer patch logs are refused: nothing that a person reads is longer.
const LONGEST_LOG: u64 = 64 << 20;

/// A GNU Arch archive in a directory.
///
/// It shows one moment: its root is looked at and, in the flat layout, listed once. A new look
/// needs a new `ArchArchive`.
#[derive(Debug)]
pub struct ArchArchive {
    tree: Tree,
    format: Format,
    root_look: OnceLock<Fingerprint>,
    flat_root: OnceLock<FlatRoot>,
}

impl ArchArchive {
    /// Opens the archive in the directory `root`.
    ///
    /// A `hint` that [`Archive::hint`] gave saves reading the format; any other is ignored.
    pub fn open(root: &Path, hint: Option<&str>) -> Result<Self, ArchiveError> {
        let tree = Tree::open(root)?;
        let format = Format::find(&tree, hint)?;
        Ok(Self {
            tree,
            format,
            root_look: OnceLock::new(),
            flat_root: OnceLock::new(),
        })
    }

    /// The name that the archive was made under. A mirror bears its master's.
    pub fn official_name(&self) -> Result<Option<String>, ArchiveError> {
        let Some(mut file) = self.tree.open_file("=meta-info/name")? else {
            return Ok(None);
        };
        let mut text = Vec::new();
        file.by_ref()
            .take(4096)
            .read_to_end(&mut text)
            .map_err(|source| self.tree.unreadable("=meta-info/name", source))?;
        let text = String::from_utf8_lossy(&text);
        let name = text.lines().next().unwrap_or("").trim();
        Ok(gnu::is_archive(name).then(|| name.to_owned()))
    }

    /// The root's fingerprint, from the first look at it; always older than the flat listing.
    fn root_look(&self) -> Result<Fingerprint, ArchiveError> {
        if let Some(look) = self.root_look.get() {
            return Ok(*look);
        }
        let look = self.tree.look_at_root()?;
        Ok(*self.root_look.get_or_init(|| look))
    }

    fn flat_root(&self) -> Result<&FlatRoot, ArchiveError> {
        if let Some(listed) = self.flat_root.get() {
            return Ok(listed);
        }
        self.root_look()?;
        let listed = FlatRoot::list(&self.tree)?;
        Ok(self.flat_root.get_or_init(|| listed))
    }

    /// The error for a subject that is not where it should be: the archive has it no more, unless
    /// the archive itself is gone.
    fn missing(&self, subject: &Name) -> ArchiveError {
        match self.tree.check_health() {
            Ok(()) => ArchiveError::NoSuchSubject(subject.clone()),
            Err(error) => error,
        }
    }

    /// The subject's place below the root; none for a name that GNU Arch cannot hold.
    fn place(&self, subject: &Name) -> Result<String, ArchiveError> {
        place::of(subject, self.format.layout).ok_or_else(|| self.missing(subject))
    }

    fn list_directory(
        &self,
        subject: &Name,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        let place = self.place(subject)?;
        let directory = self
            .tree
            .open_directory(&place)?
            .ok_or_else(|| self.missing(subject))?;
        let mut parts = directory
            .directories(|name| place::part(subject, name))?
            .ok_or_else(|| self.missing(subject))?;
        let mut held_back = false;
        if subject.level() == Level::Version {
            let mut complete = Vec::with_capacity(parts.len());
            for part in parts {
                if known(&part) || directory.has_content(&format!("{part}/log"))? {
                    complete.push(part);
                } else {
                    held_back = true;
                }
            }
            parts = complete;
        }
        if parts.is_empty() {
            // A directory that is being removed looks empty too.
            self.tree.check_health()?;
        }
        if let Some(level) = subject.level().child() {
            parts.sort_unstable_by(|a, b| compare_parts(level, a, b));
            parts.dedup();
        }
        Ok(Listing { parts, held_back })
    }

    fn open_log(&self, revision: &Name) -> Result<(std::fs::File, String), ArchiveError> {
        if revision.level() != Level::Revision {
            return Err(self.missing(revision));
        }
        let place = format!("{}/log", self.place(revision)?);
        match self.tree.open_file(&place)? {
            Some(file) => Ok((file, place)),
            None => Err(self.missing(revision)),
        }
    }
}

impl Archive for ArchArchive {
    fn kind(&self) -> &'static str {
        "arch"
    }

    fn hint(&self) -> Option<String> {
        Some(self.format.to_string())
    }

    fn fingerprint(&self, subject: &Name) -> Result<Option<Fingerprint>, ArchiveError> {
        let place = self.place(subject)?;
        if place.is_empty() {
            return self.root_look().map(Some);
        }
        match self.tree.look(&place)? {
            Some(look) => Ok(Some(look)),
            None => Err(self.missing(subject)),
        }
    }

    fn list(&self, subject: &Name, known: &dyn Fn(&str) -> bool) -> Result<Listing, ArchiveError> {
        if self.format.layout == Layout::Flat && subject.level() < Level::Version {
            let parts = self
                .flat_root()?
                .parts(subject)
                .ok_or_else(|| self.missing(subject))?;
            return Ok(Listing {
                parts,
                held_back: false,
            });
        }
        self.list_directory(subject, known)
    }

    fn describe(&self, revision: &Name) -> Result<Description, ArchiveError> {
        let (file, place) = self.open_log(revision)?;
        patch_log::describe(BufReader::new(file.take(LONGEST_LOG)))
            .map_err(|source| self.tree.unreadable(&place, source))
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        let (file, place) = self.open_log(revision)?;
        let mut bytes = Vec::new();
        match file.take(LONGEST_LOG + 1).read_to_end(&mut bytes) {
            Ok(length) if length as u64 <= LONGEST_LOG => Ok(bytes),
            Ok(_) => Err(self
                .tree
                .unreadable(&place, std::io::ErrorKind::FileTooLarge.into())),
            Err(source) => Err(self.tree.unreadable(&place, source)),
        }
    }
}
