//! Finds every repository below a directory.
//!
//! The search stops at a repository and at any other work tree, unless it is told to look for nested
//! ones, and it never looks into a git directory. Symbolic links are followed once all real
//! directories are known, in the order of their paths and each to what was not seen yet, so that
//! nothing is listed twice, whatever they form. Hidden directories are looked into, `lost+found` is
//! not. What cannot be read is an error: an incomplete search would look like removed repositories.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::kind::Kind;
use super::note::Note;
use super::place::{self, Place};
use super::ref_store;
use super::root::{Root, is_absence};
use crate::archive::{ArchiveError, Look, Stat};

/// What a search found.
#[derive(Debug)]
pub(super) struct Discovered {
    /// The repositories by their categories' parts.
    pub(super) repositories: BTreeMap<String, Place>,
    /// What the search depended on.
    pub(super) look: Look,
}

impl Discovered {
    /// Searches everything below `root`, or takes it for the one repository that it is.
    pub(super) fn search(root: &Root, nested: bool) -> Result<Self, ArchiveError> {
        let mut search = Search {
            root,
            nested,
            note: Note::new(),
            seen: HashSet::new(),
            own: None,
            links: BTreeSet::new(),
            found: Vec::new(),
        };
        search.below(Path::new(""), false)?;
        while let Some(link) = search.links.pop_first() {
            if root.is_directory(&link)? {
                search.below(&link, true)?;
            } else {
                search.note.add_no_directory(&link);
            }
        }
        Ok(Self {
            repositories: place::by_category(root, search.found),
            look: search.note.into_look(),
        })
    }
}

struct Search<'r> {
    root: &'r Root,
    nested: bool,
    note: Note,
    /// The directories that were met, by device and inode.
    seen: HashSet<(u64, u64)>,
    /// The repository that the root itself is, which may be below it.
    own: Option<Stat>,
    links: BTreeSet<PathBuf>,
    found: Vec<Place>,
}

impl Search<'_> {
    /// Searches one directory and all real ones below it; those seen already are left out where a
    /// symbolic link led here.
    fn below(&mut self, start: &Path, linked: bool) -> Result<(), ArchiveError> {
        let top = self.root.path(start);
        let mut entries = WalkDir::new(&top).into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.tolerate(start, error)?;
                    continue;
                }
            };
            let below = entry.path().strip_prefix(&top).unwrap_or(Path::new(""));
            let place = if below.as_os_str().is_empty() {
                start.to_owned()
            } else {
                start.join(below)
            };
            if entry.depth() > 0 && entry.path_is_symlink() {
                self.links.insert(place);
            } else if (entry.depth() == 0 || entry.file_type().is_dir())
                && !self.goes_on(place, linked)?
            {
                entries.skip_current_dir();
            }
        }
        Ok(())
    }

    /// What was removed while it was searched is no error: the look at the directory above shows it.
    fn tolerate(&self, start: &Path, error: walkdir::Error) -> Result<(), ArchiveError> {
        let place = error
            .path()
            .and_then(|path| path.strip_prefix(self.root.path(Path::new(""))).ok())
            .unwrap_or(start)
            .to_owned();
        let is_top = error.depth() == 0;
        let source = error
            .into_io_error()
            .unwrap_or_else(|| io::ErrorKind::Other.into());
        if is_absence(&source) && !is_top {
            return Ok(());
        }
        Err(self.root.unreadable(&place, source))
    }

    /// Takes a directory for what it is, and says whether the search goes on below it.
    fn goes_on(&mut self, place: PathBuf, linked: bool) -> Result<bool, ArchiveError> {
        let Some((_, stat)) = self.root.stat(&place)? else {
            return Ok(false);
        };
        match place.file_name() {
            // One that is no repository may become one.
            Some(name) if name == ".git" => {
                self.note.add(&place, Some(stat));
                return Ok(false);
            }
            Some(name) if name == "lost+found" => return Ok(false),
            _ => {}
        }
        if (!self.meet(&stat) && linked) || self.is_own(&stat) {
            return Ok(false);
        }
        let kind = Kind::of(self.root, &place)?;
        let goes_on = match kind {
            Kind::Plain => true,
            Kind::Bare => false,
            Kind::WorkTree | Kind::Elsewhere => self.nested,
        };
        let is_root = place.as_os_str().is_empty();
        if goes_on || (kind == Kind::Elsewhere && !is_root) {
            self.note.add(&place, Some(stat));
        }
        let git_dir = match kind {
            Kind::Bare => place.clone(),
            Kind::WorkTree => place.join(".git"),
            Kind::Elsewhere if is_root => ref_store::pointed_to(self.root, &place)?,
            Kind::Elsewhere | Kind::Plain => return Ok(goes_on),
        };
        if let Some((_, stat)) = self.root.stat(&git_dir)? {
            self.meet(&stat);
            if self.is_own(&stat) {
                return Ok(goes_on);
            }
            if is_root {
                self.own = Some(stat);
                self.note.add_identity(&git_dir, &stat);
            }
        }
        self.found.push(Place {
            dir: place,
            git_dir,
        });
        Ok(goes_on)
    }

    fn is_own(&self, stat: &Stat) -> bool {
        self.own.is_some_and(|own| own.is_same_file(stat))
    }

    /// Whether the directory was not met before.
    fn meet(&mut self, stat: &Stat) -> bool {
        self.seen.insert((stat.dev, stat.ino))
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;

    use proptest::prelude::*;

    use super::super::place::{Guess, guess};
    use super::*;

    /// What is made at a path; what is in the way of it, or of something else, is left out.
    #[derive(Clone, Debug)]
    enum Made {
        Bare,
        WorkTree,
        Elsewhere,
        Link(PathBuf),
    }

    fn path() -> impl Strategy<Value = PathBuf> {
        let step = prop_oneof![Just("a"), Just("a.git"), Just("b"), Just(".git")];
        proptest::collection::vec(step, 1..4).prop_map(|steps| steps.into_iter().collect())
    }

    fn made() -> impl Strategy<Value = Made> {
        prop_oneof![
            Just(Made::Bare),
            Just(Made::WorkTree),
            Just(Made::Elsewhere),
            path().prop_map(Made::Link),
        ]
    }

    fn make(top: &Path, place: &Path, made: &Made) -> io::Result<()> {
        let place = top.join(place);
        if let Some(above) = place.parent() {
            fs::create_dir_all(above)?;
        }
        let git_dir = match made {
            Made::Bare => place,
            Made::WorkTree => place.join(".git"),
            Made::Elsewhere => {
                fs::create_dir_all(&place)?;
                return File::create_new(place.join(".git")).map(drop);
            }
            Made::Link(target) => return symlink(top.join(target), place),
        };
        for dir in ["objects", "refs"] {
            fs::create_dir_all(git_dir.join(dir))?;
        }
        File::create(git_dir.join("HEAD")).map(drop)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_search_and_a_guess_never_disagree(
            tree in proptest::collection::vec((path(), made()), 0..8),
            nested: bool,
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut parts = vec!["a/.git".to_owned(), "a/.".to_owned()];
            for (place, made) in &tree {
                // Some do not fit with what is there.
                make(dir.path(), place, made).ok();
                let text = place.to_str().unwrap();
                parts.push(text.to_owned());
                parts.extend(text.strip_suffix(".git").map(str::to_owned));
            }
            let root = Root::open(dir.path()).unwrap();
            let found = Discovered::search(&root, nested).unwrap();
            let mut git_dirs: Vec<PathBuf> = found
                .repositories
                .values()
                .filter_map(|place| fs::canonicalize(root.path(&place.git_dir)).ok())
                .collect();
            parts.extend(found.repositories.keys().cloned());
            for part in parts.iter().filter(|part| !part.is_empty()) {
                let listed = found.repositories.get(part);
                match guess(&root, part, nested).unwrap() {
                    Guess::Here(place) => prop_assert_eq!(Some(&place), listed, "{}", part),
                    Guess::Nowhere => prop_assert_eq!(None, listed, "{}", part),
                    Guess::Unsure => {}
                }
            }
            let all = git_dirs.len();
            git_dirs.sort_unstable();
            git_dirs.dedup();
            prop_assert_eq!(git_dirs.len(), all, "something is listed twice");
        }
    }
}
