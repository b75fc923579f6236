//! `[[hook]]`: programs that are run at points of a poll.

use std::fmt;
use std::time::Duration;

use super::Glob;
use super::kind::{Maybe, OneOrMore, Program, Timeout, Word, Words};
use super::section::section;

section! {
    /// A program that is run at a point of a poll. Those of all files are run, each in its order.
    pub struct Hook {
        /// When it is run.
        #[required = true]
        #[example = r#""action-dead""#]
        pub on: Point as Word<Point> = Point::default();
        /// For which qualified names.
        #[key = "match"]
        #[absent = "all"]
        #[example = r#""*/hello--**""#]
        pub matches: Vec<Glob> as OneOrMore<Glob> = Vec::new();
        /// The program and its arguments.
        #[required = true]
        #[example = r#"["logger", "-t", "larch"]"#]
        pub command: Vec<String> as Program = Vec::new();
        /// How long it may take.
        #[absent = "`\"1m\"`, and for `\"instead-of-action\"` as in `[delivery]`"]
        #[example = r#""10s""#]
        pub timeout: Option<Duration> as Maybe<Timeout> = None;
    }
}

impl Hook {
    /// How long a hook may take where nothing is said of it.
    pub const TIMEOUT: Duration = Duration::from_mins(1);
}

/// A point of a poll.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Point {
    /// The poll begins.
    #[default]
    PollStart,
    /// An archive or a subject could not be scanned.
    ScanFailed,
    /// New items were recorded.
    ItemsFound,
    /// An attempt begins.
    ActionStart,
    /// In place of the action; its exit code counts.
    InsteadOfAction,
    /// An attempt succeeded.
    ActionSuccess,
    /// An attempt failed.
    ActionFailure,
    /// A delivery was given up.
    ActionDead,
    /// A delivery succeeded that had failed before.
    ActionRecovered,
    /// The poll ends, and has not said yet what it has to say.
    PollEnd,
}

impl Point {
    /// Every point, in the order in which a poll comes by.
    pub const ALL: [Self; 10] = [
        Self::PollStart,
        Self::ScanFailed,
        Self::ItemsFound,
        Self::ActionStart,
        Self::InsteadOfAction,
        Self::ActionSuccess,
        Self::ActionFailure,
        Self::ActionDead,
        Self::ActionRecovered,
        Self::PollEnd,
    ];

    /// The point that a word is for.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.word() == word)
    }

    /// The word for it in settings, directories and the environment.
    pub fn word(self) -> &'static str {
        match self {
            Self::PollStart => "poll-start",
            Self::ScanFailed => "scan-failed",
            Self::ItemsFound => "items-found",
            Self::ActionStart => "action-start",
            Self::InsteadOfAction => "instead-of-action",
            Self::ActionSuccess => "action-success",
            Self::ActionFailure => "action-failure",
            Self::ActionDead => "action-dead",
            Self::ActionRecovered => "action-recovered",
            Self::PollEnd => "poll-end",
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Words for Point {
    const NAME: &'static str = "point";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        Self::ALL.into_iter().map(|point| (point.word(), point))
    }
}
