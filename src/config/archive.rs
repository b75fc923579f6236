//! `[archive."NAME"]`: what differs for one archive.

use std::time::Duration;

use toml::de::DeValue;

use super::glob::{self, Glob};
use super::limit::Limit;
use super::section::Section;
use super::{count, revisions, span};
use crate::archive::Options;
use crate::name::Level;

/// The shortest time between two scans of an archive that is elsewhere, unless the settings say it.
const REMOTE_PAUSE: Duration = Duration::from_mins(5);

/// `[archive."NAME"]`: what differs for one archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSettings {
    /// Overrides `[rules] first`.
    pub first: Option<Limit>,
    /// Overrides `[rules] added`.
    pub added: Option<Limit>,
    /// The shortest time between two scans; see [`ArchiveSettings::pause`].
    pub every: Option<Duration>,
    /// Globs of qualified names that are watched; empty means all.
    pub include: Vec<Glob>,
    /// Globs of qualified names that are not.
    pub exclude: Vec<Glob>,
    /// The most revisions that are told at once after an archive lost what was told before.
    pub flood: usize,
    /// How the archive is read.
    pub options: Options,
}

impl Default for ArchiveSettings {
    fn default() -> Self {
        Self {
            first: None,
            added: None,
            every: None,
            include: Vec::new(),
            exclude: Vec::new(),
            flood: 1000,
            options: Options::default(),
        }
    }
}

impl ArchiveSettings {
    pub(super) fn read(&mut self, section: &mut Section<'_, '_>) {
        section.take("first", some(Limit::from_toml), &mut self.first);
        section.take("added", some(Limit::from_toml), &mut self.added);
        section.take("every", some(span::from_toml), &mut self.every);
        let glob = |text: &str| Glob::parse(text).map_err(|error| error.to_string());
        section.take_list("include", glob, &mut self.include);
        section.take_list("exclude", glob, &mut self.exclude);
        section.take("flood", count::from_toml, &mut self.flood);
        let options = &mut self.options;
        section.take("nested", yes_or_no, &mut options.nested);
        section.take("revisions", revisions::from_toml, &mut options.revisions);
        section.take("settle", span::from_toml, &mut options.settle);
        section.take("jobs", count::from_toml, &mut options.jobs);
        section.take("timeout", span::some_from_toml, &mut options.timeout);
    }

    /// The shortest time between two scans: unless the settings say it, a while for what is
    /// elsewhere. `None` when each poll scans.
    pub fn pause(&self, is_remote: bool) -> Option<Duration> {
        let pause = self.every.or_else(|| is_remote.then_some(REMOTE_PAUSE));
        pause.filter(|pause| !pause.is_zero())
    }

    /// Whether the name at `level` is watched: scanned as a subject, and told as an item.
    ///
    /// - Nothing set: everything is, at no cost.
    /// - `exclude` wins: a name that it matches is not watched, nor is anything below it.
    /// - With `include`, watched is what it matches, what lies below that, and what lies above
    ///   something that it could match: the way down leads through there, so that the archive
    ///   itself is watched whatever `include` says.
    pub fn watches(&self, level: Level, name: &str) -> bool {
        if self.include.is_empty() && self.exclude.is_empty() {
            return true;
        }
        let matched = |globs: &[Glob]| {
            glob::lineage(level, name)
                .any(|(level, name)| globs.iter().any(|glob| glob.matches(level, name)))
        };
        !matched(&self.exclude)
            && (self.include.is_empty()
                || matched(&self.include)
                || self
                    .include
                    .iter()
                    .any(|glob| glob.may_match_below(level, name)))
    }
}

fn some<T>(
    parse: impl FnOnce(&DeValue<'_>) -> Result<T, String>,
) -> impl FnOnce(&DeValue<'_>) -> Result<Option<T>, String> {
    |value| parse(value).map(Some)
}

fn yes_or_no(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "is true or false".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Level::{Archive, Branch, Category, Revision, Version};

    impl ArchiveSettings {
        pub(crate) fn watching(include: &[&str], exclude: &[&str]) -> Self {
            let globs = |texts: &[&str]| {
                let globs = texts.iter().map(|text| Glob::parse(text).unwrap());
                globs.collect()
            };
            Self {
                include: globs(include),
                exclude: globs(exclude),
                ..Self::default()
            }
        }
    }

    #[test]
    fn the_way_down_to_what_is_included_is_watched() {
        let settings = ArchiveSettings::watching(&["j@x--a/hello--main--*"], &[]);
        for (level, name, watched) in [
            (Archive, "j@x--a", true),
            (Category, "j@x--a/hello", true),
            (Category, "j@x--a/other", false),
            (Branch, "j@x--a/hello--main", true),
            (Branch, "j@x--a/hello--dev", false),
            (Version, "j@x--a/hello--main--1.0", true),
            (Version, "j@x--a/hello--dev--1.0", false),
            (Revision, "j@x--a/hello--main--1.0--patch-1", true),
            (Revision, "j@x--a/hello--dev--1.0--patch-1", false),
        ] {
            assert_eq!(settings.watches(level, name), watched, "{level} {name}");
        }
    }

    #[test]
    fn exclude_wins_and_covers_what_lies_below() {
        let settings = ArchiveSettings::watching(&["A/**"], &["category:A/hello*", "A/*--dev"]);
        for (level, name, watched) in [
            (Archive, "A", true),
            (Category, "A/hello", false),
            (Branch, "A/hello--main", false),
            (Category, "A/other", true),
            (Branch, "A/other--dev", false),
            (Revision, "A/other--dev--1.0--base-0", false),
            (Revision, "A/other--main--1.0--base-0", true),
        ] {
            assert_eq!(settings.watches(level, name), watched, "{level} {name}");
        }
    }

    #[test]
    fn a_double_star_in_the_middle_keeps_only_what_can_still_match() {
        let settings = ArchiveSettings::watching(&["version:A/**--main--1.*"], &[]);
        for (level, name, watched) in [
            (Archive, "A", true),
            (Category, "A/hello", true),
            (Branch, "A/hello--main", true),
            (Branch, "A/hello--dev", false),
            (Version, "A/hello--main--1.0", true),
            (Version, "A/hello--main--2.0", false),
            (Revision, "A/hello--main--1.0--base-0", true),
        ] {
            assert_eq!(settings.watches(level, name), watched, "{level} {name}");
        }
    }

    #[test]
    fn nothing_set_watches_everything() {
        assert!(ArchiveSettings::default().watches(Category, "A/hello"));
    }
}
