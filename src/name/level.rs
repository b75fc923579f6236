//! The five levels, from the archive down to the revision.

use std::fmt;
use std::str::FromStr;

/// A level of the hierarchy; the order is from the archive down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// A registered archive.
    Archive,
    /// A category of an archive.
    Category,
    /// A branch of a category.
    Branch,
    /// A version of a branch.
    Version,
    /// A revision of a version.
    Revision,
}

impl Level {
    /// The four levels that rules watch, from the top.
    pub const SUBJECTS: [Self; 4] = [Self::Archive, Self::Category, Self::Branch, Self::Version];

    /// The level of the items of a subject of this level.
    pub fn child(self) -> Option<Self> {
        match self {
            Self::Archive => Some(Self::Category),
            Self::Category => Some(Self::Branch),
            Self::Branch => Some(Self::Version),
            Self::Version => Some(Self::Revision),
            Self::Revision => None,
        }
    }

    /// The level above.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Archive => None,
            Self::Category => Some(Self::Archive),
            Self::Branch => Some(Self::Category),
            Self::Version => Some(Self::Branch),
            Self::Revision => Some(Self::Version),
        }
    }

    /// The number by which the level is stored: 0 for archives, 4 for revisions. Kept for ever.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// The level stored as `number`.
    pub fn from_number(number: u8) -> Option<Self> {
        [
            Self::Archive,
            Self::Category,
            Self::Branch,
            Self::Version,
            Self::Revision,
        ]
        .get(usize::from(number))
        .copied()
    }

    /// The plural, as in `larch categories`.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Archive => "archives",
            Self::Category => "categories",
            Self::Branch => "branches",
            Self::Version => "versions",
            Self::Revision => "revisions",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Archive => "archive",
            Self::Category => "category",
            Self::Branch => "branch",
            Self::Version => "version",
            Self::Revision => "revision",
        })
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [
            Self::Archive,
            Self::Category,
            Self::Branch,
            Self::Version,
            Self::Revision,
        ]
        .into_iter()
        .find(|level| level.to_string() == text)
        .ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

/// A word that names no level.
#[derive(Debug, thiserror::Error)]
#[error("no level is called `{0}`; the levels are archive, category, branch, version, revision")]
pub struct UnknownLevel(String);
