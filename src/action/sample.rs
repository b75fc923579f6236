//! Items that stand for those to come, on which templates are tried.

use super::Item;
use crate::archive::Description;
use crate::name::{Level, Name};

/// An item of a level.
pub(super) fn item(level: Level) -> Item {
    let name = Name::parse("jo@example.org--2026/hello--main--1.0--patch-1", None)
        .expect("the sample is a name");
    Item {
        name: name.at_level(level).expect("a revision is of all levels"),
        detected_at: 0,
    }
}

/// What an archive tells of a revision that tells all.
pub(super) fn description() -> Description {
    let text = |text: &str| Some(text.to_owned());
    Description {
        author: text("Jo Tester <jo@example.org>"),
        date: text("2026-11-20T22:24:54Z"),
        summary: text("Fix a typo"),
        id: text("1"),
    }
}
