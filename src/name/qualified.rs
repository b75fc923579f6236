//! [`Name`]: a qualified name and its level.

use std::fmt;

use super::Level;
use super::parse::{self, NameError};

/// A qualified name and its level.
///
/// Only GNU Arch has versions without a branch (`A/c--1.0`); the branch above such a version has the
/// text of its category (`A/c` at level branch), so text alone is not a key: (level, text) is. The
/// order is tla's: see [`super::compare_parts`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    level: Level,
    text: String,
}

impl Name {
    /// Parses `text` at `level`, or, without one, at the level that its parts make most likely: a
    /// second part that begins with a digit is a version, unless all four parts are there.
    ///
    /// At level branch one part, at level version two and at level revision three name something
    /// without a branch; of two and three the second begins with a digit.
    pub fn parse(text: &str, level: Option<Level>) -> Result<Self, NameError> {
        Ok(Self {
            level: parse::level_of(text, level)?,
            text: text.to_owned(),
        })
    }

    /// The level of what the name names.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The archive's name.
    pub fn archive(&self) -> &str {
        self.split().0
    }

    /// The text without the archive; empty for an archive.
    pub fn package(&self) -> &str {
        self.split().1
    }

    /// The category, but for an archive.
    pub fn category(&self) -> Option<&str> {
        self.parts()[0]
    }

    /// The branch; none above branches, and none without one.
    pub fn branch(&self) -> Option<&str> {
        self.parts()[1]
    }

    /// The version, from level version on.
    pub fn version(&self) -> Option<&str> {
        self.parts()[2]
    }

    /// The patch level, at level revision.
    pub fn revision(&self) -> Option<&str> {
        self.parts()[3]
    }

    /// The category, branch, version and patch level.
    pub fn parts(&self) -> [Option<&str>; 4] {
        let mut parts = [None; 4];
        let package = Some(self.package()).filter(|package| !package.is_empty());
        for (place, part) in parts
            .iter_mut()
            .zip(package.into_iter().flat_map(parse::split))
        {
            *place = Some(part);
        }
        if self.is_branchless_with(parts.iter().flatten().count()) {
            let [category, version, revision, _] = parts;
            return [category, None, version, revision];
        }
        parts
    }

    /// The last part, what [`Name::child`] took: the archive's name for an archive, and the empty
    /// string for the branch that stands above versions without one.
    pub fn part(&self) -> &str {
        match self.level {
            Level::Archive => &self.text,
            Level::Branch if self.is_branchless() => "",
            _ => {
                let package = self.package();
                package.rsplit_once("--").map_or(package, |(_, part)| part)
            }
        }
    }

    /// Whether this is, or stands below, the branch that GNU Arch puts above versions without one.
    pub fn is_branchless(&self) -> bool {
        self.is_branchless_with(parse::split(self.package()).count())
    }

    /// The same, of a name whose package has so many parts.
    fn is_branchless_with(&self, parts: usize) -> bool {
        match self.level {
            Level::Archive | Level::Category => false,
            Level::Branch => parts == 1,
            Level::Version => parts == 2,
            Level::Revision => parts == 3,
        }
    }

    /// The name of an item of this subject. On a category the empty part is the branch above the
    /// versions without one.
    ///
    /// The error's span is that of the text that would have come out.
    pub fn child(&self, part: &str) -> Result<Self, NameError> {
        let Some(level) = self.level.child() else {
            return Err(NameError {
                span: 0..self.text.len(),
                problem: "nothing stands below a revision".to_owned(),
            });
        };
        let separator = match self.level {
            Level::Archive => "/",
            Level::Category if part.is_empty() => "",
            _ => "--",
        };
        let text = format!("{}{separator}{part}", self.text);
        let start = self.text.len() + separator.len();
        if let Some(inner) = part.find("--") {
            return Err(NameError {
                span: start + inner..start + inner + 2,
                problem: format!("a {level} holds no `--`"),
            });
        }
        parse::level_of(&text, Some(level))?;
        Ok(Self { level, text })
    }

    /// The name of what this stands in; none for an archive.
    pub fn parent(&self) -> Option<Self> {
        let level = self.level.parent()?;
        let length = match self.level {
            Level::Branch if self.is_branchless() => self.text.len(),
            Level::Archive | Level::Category => self.archive().len(),
            _ => self.text.rfind("--").unwrap_or(self.text.len()),
        };
        Some(Self {
            level,
            text: self.text[..length].to_owned(),
        })
    }

    /// All that this stands in, nearest first, up to the archive.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// What of this level it is, or stands in.
    pub fn at_level(&self, level: Level) -> Option<Self> {
        std::iter::once(self.clone())
            .chain(self.ancestors())
            .find(|name| name.level() == level)
    }

    fn split(&self) -> (&str, &str) {
        self.text.split_once('/').unwrap_or((&self.text, ""))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(level: Level, text: &str) -> Name {
        Name::parse(text, Some(level)).unwrap()
    }

    #[test]
    fn a_name_knows_its_parts() {
        let revision = name(Level::Revision, "jo@x--a/cat--br--1.0--patch-1");
        assert_eq!(revision.archive(), "jo@x--a");
        assert_eq!(revision.package(), "cat--br--1.0--patch-1");
        assert_eq!(revision.category(), Some("cat"));
        assert_eq!(revision.branch(), Some("br"));
        assert_eq!(revision.version(), Some("1.0"));
        assert_eq!(revision.revision(), Some("patch-1"));
        assert_eq!(revision.part(), "patch-1");

        let branchless = name(Level::Revision, "jo@x/cat--1.0--patch-1");
        assert_eq!(branchless.branch(), None);
        assert_eq!(branchless.version(), Some("1.0"));
        assert_eq!(branchless.revision(), Some("patch-1"));

        let archive = name(Level::Archive, "jo@x");
        assert_eq!(archive.package(), "");
        assert_eq!(archive.category(), None);
        assert_eq!(archive.version(), None);
        assert_eq!(archive.part(), "jo@x");

        let category = name(Level::Category, "jo@x/cat");
        assert_eq!(category.category(), Some("cat"));
        assert_eq!(category.branch(), None);
        assert_eq!(category.revision(), None);
        assert_eq!(name(Level::Branch, "jo@x/cat").part(), "");
        assert_eq!(name(Level::Branch, "jo@x/cat--1x").branch(), Some("1x"));
    }

    #[test]
    fn the_way_up_is_the_way_down() {
        for text in [
            "jo@x--y/c--br--1.0--base-0",
            "jo@x--y/c--1.0--base-0",
            "jo@x/c--a/b--v--r",
        ] {
            let mut name = name(Level::Revision, text);
            let ancestors: Vec<Name> = name.ancestors().collect();
            assert_eq!(ancestors.len(), 4);
            for ancestor in ancestors {
                assert_eq!(ancestor.child(name.part()).unwrap(), name);
                name = ancestor;
            }
            assert_eq!(name.level(), Level::Archive);
        }
    }

    #[test]
    fn a_child_is_one_part_and_no_more() {
        let category = name(Level::Category, "jo@x/c");
        let branchless = category.child("").unwrap();
        assert_eq!(branchless.as_str(), "jo@x/c");
        assert_eq!(branchless.level(), Level::Branch);
        for (subject, part) in [
            (name(Level::Archive, "jo@x"), ""),
            (name(Level::Archive, "jo@x"), "-c"),
            (name(Level::Archive, "jo@x"), "c--b"),
            (category.clone(), "a--b"),
            (category.clone(), "-a"),
            (category.clone(), "a b"),
            (name(Level::Category, "jo@x/c-"), "b"),
            (branchless.clone(), ""),
            (branchless.clone(), "dev"),
            (branchless.clone(), "1.0--2.0"),
            (branchless.child("1.0").unwrap(), "x--y"),
            (name(Level::Revision, "jo@x/c--b--1--base-0"), "x"),
        ] {
            assert!(subject.child(part).is_err(), "{subject} {part}");
        }
    }
}
