//! What is known of archives, and what a scan adds to it.

use std::collections::HashSet;

use super::keys::{ArchiveId, SubjectId};
use crate::archive::Look;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::Name;

/// An archive that rules name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveRow {
    /// Its key.
    pub id: ArchiveId,
    /// Its name.
    pub name: String,
    /// The location and settings that its fingerprints were made under.
    pub context: String,
    /// What helps to open it.
    pub hint: Option<String>,
    /// When it was last scanned; kept only where the settings ask for it.
    pub scanned_at: Option<Nanos>,
    /// What its last scan failed with.
    pub error: Option<String>,
    /// The globs that were in force before they changed.
    pub globs_before: Option<String>,
}

/// A subject that active rules watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its key.
    pub id: SubjectId,
    /// Its name.
    pub name: Name,
    /// When it was listed last.
    pub listed_at: Option<Nanos>,
    /// What it looked like then, if that can be trusted.
    pub look: Option<Look>,
    /// Its parent's listing holds it no more.
    pub gone: bool,
    /// What its last scan failed with.
    pub error: Option<String>,
}

/// A host that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostTrouble {
    /// Its name, with the port where one is given.
    pub name: String,
    /// When the first failure of those that stand was.
    pub since: Nanos,
    /// When it was tried last.
    pub tried_at: Nanos,
    /// What the last try failed with.
    pub said: String,
}

/// The listing of one subject.
#[derive(Clone, Debug)]
pub struct SubjectScan {
    /// The subject.
    pub id: SubjectId,
    /// Its name.
    pub name: Name,
    /// The items that were not known, oldest first.
    pub new: Vec<String>,
    /// Those of them that the globs kept out before they changed.
    pub let_in: HashSet<String>,
    /// All items, where they are subjects themselves and the listing was whole: what is not among
    /// them is gone.
    pub all: Option<Vec<String>>,
    /// Only what came since the last listing was listed: the whole is still due when it was.
    pub since: bool,
    /// What it looked like before the listing, if that can be trusted.
    pub look: Option<Look>,
}

/// What rules are owed of the past, and how deliveries are cut, for one archive.
#[derive(Clone, Copy, Debug)]
pub struct ScanPolicy {
    /// For a subject that is met for the first time.
    pub first: Limit,
    /// For a line that is added for a subject that is known.
    pub added: Limit,
    /// Everything there counts as told.
    pub baseline: bool,
    /// The most items of one delivery.
    pub max_items: usize,
}

/// What a scan's transaction recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Items that were not known.
    pub items: usize,
    /// Deliveries that are owed.
    pub deliveries: usize,
    /// Lines to append to the rules file of the next level.
    pub lines: usize,
    /// Items that were there before an added line, and are not told for that.
    pub skipped: usize,
}

impl std::ops::AddAssign for Recorded {
    fn add_assign(&mut self, other: Self) {
        self.items += other.items;
        self.deliveries += other.deliveries;
        self.lines += other.lines;
        self.skipped += other.skipped;
    }
}
