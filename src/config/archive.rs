//! `[archive."NAME"]`: what differs for one archive.

use std::time::Duration;

use super::glob::Glob;
use super::kind::{Count, List, Maybe, Span, Timeout, Word, YesOrNo};
use super::limit::Limit;
use super::section::{Named, section};
use crate::archive::{Options, Revisions};
use crate::name::{Level, Name};

/// The shortest time between two scans of an archive that is elsewhere, unless the settings say it.
const REMOTE_PAUSE: Duration = Duration::from_mins(5);

section! {
    /// What differs for one archive.
    pub struct ArchiveSettings {
        /// What a rule is told of what was there when its subject is met for the first time.
        #[absent = "as in `[rules]`"]
        #[example = r#""none""#]
        pub first: Option<Limit> as Maybe<Limit> = None;
        /// The same for a line that is added for a subject that is known already.
        #[absent = "as in `[rules]`"]
        #[example = r#""none""#]
        pub added: Option<Limit> as Maybe<Limit> = None;
        /// The shortest time between two scans; polls in between pass the archive over.
        #[absent = "`\"0s\"`; `\"5m\"` for what is elsewhere, and for helpers"]
        #[example = r#""5m""#]
        pub every: Option<Duration> as Maybe<Span> = None;
        /// Globs of the names that are watched.
        #[absent = "everything"]
        #[example = r#"["jo@example.org--2026/**"]"#]
        pub include: Vec<Glob> as List<Glob> = Vec::new();
        /// Globs of the names that are not, whatever `include` says.
        #[absent = "nothing"]
        #[example = r#"["branch:*/*--experiment"]"#]
        pub exclude: Vec<Glob> as List<Glob> = Vec::new();
        /// How long one request, or one program that reads the archive, may take.
        pub timeout: Duration as Timeout = Options::default().timeout;
        /// The most requests, or programs, at once for this archive.
        pub jobs: usize as Count = Options::default().jobs;
        /// git: which commits are told. `"new"`: those that the action was told of by no ref of the
        /// repository; `"every"`: by each ref that brings them; `"tip"`: just the newest;
        /// `"first-parent"`: as `"new"`, where a merge stands for what it brought.
        pub revisions: Revisions as Word<Revisions> = Options::default().revisions;
        /// git: whether repositories within the work trees of others are looked for, too.
        pub nested: bool as YesOrNo = Options::default().nested;
        /// git: the most commits that are told at once after a repository lost what was told.
        pub flood: usize as Count = 1000;
        /// dir: how old an entry must be before it is told; `"0s"` for at once.
        pub settle: Duration as Span = Options::default().settle;
    }
}

impl Named for ArchiveSettings {
    const EXAMPLE: &'static str = "jo@example.org--2026";

    fn check(name: &str) -> Result<(), String> {
        Name::parse(name, Some(Level::Archive))
            .map(drop)
            .map_err(|error| error.to_string())
    }
}

impl ArchiveSettings {
    /// How the archive is read.
    pub fn options(&self) -> Options {
        Options {
            nested: self.nested,
            revisions: self.revisions,
            settle: self.settle,
            jobs: self.jobs,
            timeout: self.timeout,
        }
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
        let matched = |globs: &[Glob]| globs.iter().any(|glob| glob.covers(level, name));
        !matched(&self.exclude)
            && (self.include.is_empty()
                || matched(&self.include)
                || self
                    .include
                    .iter()
                    .any(|glob| glob.may_match_below(level, name)))
    }
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
