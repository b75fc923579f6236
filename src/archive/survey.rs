//! How much there is in an archive, for a person who registers it.

use super::{Archive, ArchiveError};
use crate::name::Name;

/// How much there is in an archive.
#[derive(Debug, Default)]
pub struct Survey {
    /// How many categories.
    pub categories: usize,
    /// How many versions, in the categories that can be read; nothing where they were not counted.
    pub versions: usize,
    /// The categories that cannot be read, and why.
    pub unreadable: Vec<(Name, ArchiveError)>,
}

/// Lists `archive`, whose name is `root`, and with `deep` everything below it down to the versions.
///
/// Fails if the archive cannot be read, or none of its categories can.
pub fn survey(archive: &dyn Archive, root: &Name, deep: bool) -> Result<Survey, ArchiveError> {
    let categories = children(archive, root)?;
    let mut survey = Survey {
        categories: categories.len(),
        ..Survey::default()
    };
    if !deep {
        return Ok(survey);
    }
    for category in categories {
        match versions(archive, &category) {
            Ok(found) => survey.versions += found,
            Err(error) => survey.unreadable.push((category, error)),
        }
    }
    if survey.unreadable.len() == survey.categories
        && let Some((_, error)) = survey.unreadable.pop()
    {
        return Err(error);
    }
    Ok(survey)
}

fn versions(archive: &dyn Archive, category: &Name) -> Result<usize, ArchiveError> {
    children(archive, category)?
        .iter()
        .map(|branch| Ok(children(archive, branch)?.len()))
        .sum()
}

fn children(archive: &dyn Archive, subject: &Name) -> Result<Vec<Name>, ArchiveError> {
    let listing = archive.list(subject, None, &|_| false)?;
    // What is no name is nothing that could be watched.
    Ok(listing
        .parts
        .iter()
        .filter_map(|part| subject.child(part).ok())
        .collect())
}
