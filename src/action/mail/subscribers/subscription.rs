//! One line of the file, and what it says of an item.

use std::fmt;

use lettre::Address;

use super::PathGlob;
use crate::config::Glob;
use crate::name::{Level, Name};

/// Who wants mail of what, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Where the mail goes; its host in lower case.
    pub address: Address,
    /// The names that it is about, each with everything below; `None` for all.
    pub glob: Option<Glob>,
    /// The files of which a revision must have changed one; empty for any.
    pub paths: Vec<PathGlob>,
    /// Which kinds of news.
    pub kinds: Kinds,
    /// How it is told.
    pub pace: Pace,
    /// The line's number in the file, from 1.
    pub line: usize,
}

/// Which kinds of news somebody wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// New categories, branches and versions.
    Created,
    /// New revisions.
    Revisions,
    /// Both.
    #[default]
    All,
}

/// How somebody wants to be told; the later wins where one address asks twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pace {
    /// All of a day, or of another time that the settings say, in one mail.
    Digest,
    /// What came together, in one mail.
    #[default]
    Batch,
    /// A mail for each.
    Each,
}

/// Whether a subscriber gets an item, and why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The subscriber gets it.
    Gets,
    /// The subscriber gets it if one of the revision's changed files matches, and those are not known.
    Depends,
    /// The glob matches neither the name nor anything above it.
    OtherName,
    /// It is of a kind that the subscriber does not want.
    OtherKind,
    /// None of the files that it changed matches, or it is no revision and changed none.
    OtherFiles,
}

impl Kinds {
    /// Every one, with its word.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("created", Self::Created),
        ("revisions", Self::Revisions),
        ("all", Self::All),
    ];

    fn includes(self, level: Level) -> bool {
        match self {
            Self::Created => level < Level::Revision,
            Self::Revisions => level == Level::Revision,
            Self::All => true,
        }
    }
}

impl Pace {
    /// Every one, with its word.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("each", Self::Each),
        ("batch", Self::Batch),
        ("digest", Self::Digest),
    ];
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        word(&Self::WORDS, self, f)
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        word(&Self::WORDS, self, f)
    }
}

fn word<T: PartialEq>(
    words: &[(&'static str, T)],
    one: &T,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let found = words.iter().find(|(_, known)| known == one);
    f.write_str(found.map_or("", |(word, _)| word))
}

impl Subscription {
    /// What the line says of an item, as far as its name tells.
    pub fn verdict(&self, item: &Name) -> Verdict {
        let (level, name) = (item.level(), item.as_str());
        if self
            .glob
            .as_ref()
            .is_some_and(|glob| !glob.covers(level, name))
        {
            Verdict::OtherName
        } else if !self.kinds.includes(level) {
            Verdict::OtherKind
        } else if self.paths.is_empty() {
            Verdict::Gets
        } else if level == Level::Revision {
            Verdict::Depends
        } else {
            Verdict::OtherFiles
        }
    }

    /// The same, where the files that a revision changed are known.
    pub fn verdict_with<'a>(
        &self,
        item: &Name,
        mut files: impl Iterator<Item = &'a str>,
    ) -> Verdict {
        match self.verdict(item) {
            Verdict::Depends => {
                let matches = |file: &str| self.paths.iter().any(|path| path.matches(file));
                if files.any(matches) {
                    Verdict::Gets
                } else {
                    Verdict::OtherFiles
                }
            }
            verdict => verdict,
        }
    }
}
