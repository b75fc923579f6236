//! What actions were told of histories, and what a scan adds to that.

use std::collections::HashSet;

use super::keys::SubjectId;
use crate::archive::{Look, News};
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::Name;

/// A category that is looked at with everything below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The category.
    pub category: Name,
    /// What it looked like when it was listed, if that can be trusted; [`Look::Covered`] when it was
    /// not there.
    pub look: Option<Look>,
    /// When it was listed.
    pub listed_at: Nanos,
}

/// What is known of one action in one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The action.
    pub action: String,
    /// Its position in the category.
    pub position: Option<Vec<u8>>,
    /// The versions that it watches, in the order in which they became known.
    pub versions: Vec<ReadVersion>,
    /// Revisions of its open deliveries whose rule was removed: nobody was told of them.
    pub untold: HashSet<String>,
}

/// A version that an action watches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadVersion {
    /// Its key.
    pub id: SubjectId,
    /// The action's position in it; `None` when the action meets it.
    pub position: Option<Vec<u8>>,
    /// What the action is owed of what is there when it meets the version.
    pub first: Limit,
    /// A person added the line while the version was known: what it is not owed is worth a word.
    pub added: bool,
}

/// What a scan found in the histories of one category.
#[derive(Clone, Debug)]
pub struct HistoryScan {
    /// The category.
    pub category: Name,
    /// What each action is to be told.
    pub told: Vec<ToldHistory>,
    /// The versions whose news are known, with their names.
    pub versions: Vec<(SubjectId, Name)>,
}

/// What one action is to be told once more of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The version.
    pub version: SubjectId,
    /// Its name.
    pub name: Name,
    /// The action.
    pub action: String,
    /// The last parts of the revisions' names, oldest first.
    pub revisions: Vec<String>,
}

/// What one action is to be told of one category.
#[derive(Clone, Debug)]
pub struct ToldHistory {
    /// The action.
    pub action: String,
    /// Its position in the category from now on, where there is one.
    pub position: Option<Vec<u8>>,
    /// What is new to it, by version.
    pub news: Vec<(SubjectId, Name, News)>,
    /// Its deliveries are held until a person decides.
    pub held: bool,
}
