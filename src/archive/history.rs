//! Histories: revisions that are too many to be listed at every poll.

use super::ArchiveError;
use crate::config::Limit;
use crate::name::Name;

/// An archive whose revisions form histories that versions of a category share.
///
/// What an action was told is not remembered revision by revision, but as a position that the kind
/// makes, reads and replaces: of the action in the category, and of the action in each version.
pub trait History {
    /// What the actions do not know yet of a category's versions; an answer to each question.
    fn news(
        &self,
        category: &Name,
        questions: &[Question<'_>],
    ) -> Result<Vec<Answer>, ArchiveError>;
}

/// What one action asks of one category.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The action's position in the category: what [`Answer::position`] was last.
    pub position: Option<&'a [u8]>,
    /// The versions that it watches, in the order in which they became known.
    pub versions: Vec<Asked<'a>>,
    /// Revisions that the positions cover and that nobody was told of after all: they are new again
    /// where a watched version reaches them. The last parts of their names.
    pub untold: Vec<&'a str>,
}

/// A version that an action watches.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Its name.
    pub name: &'a Name,
    /// The action's position in the version: what [`News::position`] was last. `None` when the action
    /// meets the version.
    pub position: Option<&'a [u8]>,
    /// What the action is owed of what is there when it meets the version.
    pub first: Limit,
}

/// What one action does not know yet of one category.
#[derive(Debug)]
pub struct Answer {
    /// The position once everything was told that is new, if there is anything to remember.
    pub position: Option<Vec<u8>>,
    /// The news of each version, in the order of the question. Those of one version may fail alone:
    /// its position stays as it is, and the answer's covers nothing of it.
    pub versions: Vec<Result<News, ArchiveError>>,
    /// The archive lost revisions that the positions name, so that what seems new may have been told.
    pub lost: bool,
}

/// What of one version is new to one action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// The last parts of the new revisions' names, oldest first.
    pub new: Vec<String>,
    /// How many of the last of them are new whatever the archive lost. If they were told before, that
    /// was as something else, as the commit that a tag names may have been.
    pub sure: usize,
    /// The position in the version once they were told.
    pub position: Vec<u8>,
    /// How many more were there when the action met the version, and are not owed.
    pub skipped: usize,
}
