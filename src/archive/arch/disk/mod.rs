//! GNU Arch archives on disk.
//!
//! An item is a real directory: unlike tla, plain files and symbolic links are none. Nothing here
//! leaves the archive's root: symbolic links below it are not followed.

mod format;

use std::io::{BufReader, Read as _};
use std::path::Path;
use std::sync::OnceLock;

use self::format::Format;
use super::flat::{self, FlatRoot};
use super::layout::{FILE, Layout};
use super::{official_name, patch_log, place, told};
use crate::archive::tree::Tree;
use crate::archive::{Archive, ArchiveError, Description, Details, Listing, Look, Stat, Wanted};
use crate::name::{Level, Name};

/// A GNU Arch archive in a directory.
///
/// It shows one moment: its root is looked at and, in the flat layout, listed once. A new look
/// needs a new `ArchArchive`.
#[derive(Debug)]
pub struct ArchArchive {
    tree: Tree,
    format: Format,
    root_look: OnceLock<Stat>,
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

    /// The look at the root, from the first look at it; always older than the flat listing.
    fn root_look(&self) -> Result<Stat, ArchiveError> {
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
        let names = self
            .tree
            .open_root()?
            .directories(|name| flat::is_version(name).then_some(name))?
            .unwrap_or_default();
        if names.is_empty() {
            // A removed directory can be read, and looks empty.
            self.tree.require(FILE)?;
        }
        let listed = FlatRoot::new(names.iter().map(String::as_str));
        Ok(self.flat_root.get_or_init(|| listed))
    }

    /// The error for a subject that is not where it should be: the archive has it no more, unless
    /// the archive itself is gone.
    fn missing(&self, subject: &Name) -> ArchiveError {
        match self.tree.require(FILE) {
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
            self.tree.require(FILE)?;
        }
        place::sort(subject, &mut parts);
        Ok(Listing {
            parts,
            held_back,
            ..Listing::default()
        })
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
    fn hint(&self) -> Option<String> {
        Some(self.format.to_string())
    }

    fn look(&self, subject: &Name, _last: Option<&Look>) -> Result<Option<Look>, ArchiveError> {
        let place = self.place(subject)?;
        if place.is_empty() {
            return self.root_look().map(|look| Some(Look::Stat(look)));
        }
        match self.tree.look(&place)? {
            Some(look) => Ok(Some(Look::Stat(look))),
            None => Err(self.missing(subject)),
        }
    }

    fn list(
        &self,
        subject: &Name,
        _last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError> {
        if self.format.layout == Layout::Flat && subject.level() < Level::Version {
            let parts = self
                .flat_root()?
                .parts(subject)
                .ok_or_else(|| self.missing(subject))?;
            return Ok(Listing {
                parts,
                ..Listing::default()
            });
        }
        self.list_directory(subject, known)
    }

    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError> {
        let describe = |revision: &&Name| match self.open_log(revision) {
            Ok((file, place)) => patch_log::describe(BufReader::new(file.take(patch_log::LONGEST)))
                .map(Some)
                .map_err(|source| self.tree.unreadable(&place, source)),
            Err(ArchiveError::NoSuchSubject(_)) => Ok(None),
            Err(error) => Err(error),
        };
        revisions.iter().map(describe).collect()
    }

    fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let tell = |revision: &&Name| match self.open_log(revision) {
            Ok((file, place)) => {
                let log = patch_log::read(BufReader::new(file.take(patch_log::LONGEST)))
                    .map_err(|source| self.tree.unreadable(&place, source))?;
                told::details(log, revision, wanted, |file| {
                    self.tree
                        .open_file(format!("{}/{file}", self.place(revision)?))
                })
                .map(Some)
            }
            Err(ArchiveError::NoSuchSubject(_)) => Ok(None),
            Err(error) => Err(error),
        };
        revisions.iter().map(tell).collect()
    }

    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        let (file, place) = self.open_log(revision)?;
        let mut bytes = Vec::new();
        match file.take(patch_log::LONGEST + 1).read_to_end(&mut bytes) {
            Ok(length) if length as u64 <= patch_log::LONGEST => Ok(bytes),
            Ok(_) => Err(self
                .tree
                .unreadable(&place, std::io::ErrorKind::FileTooLarge.into())),
            Err(source) => Err(self.tree.unreadable(&place, source)),
        }
    }

    fn official_name(&self) -> Result<Option<String>, ArchiveError> {
        let Some(mut file) = self.tree.open_file(official_name::FILE)? else {
            return Ok(None);
        };
        let mut text = Vec::new();
        file.by_ref()
            .take(4096)
            .read_to_end(&mut text)
            .map_err(|source| self.tree.unreadable(official_name::FILE, source))?;
        Ok(official_name::told_by(&text))
    }
}
