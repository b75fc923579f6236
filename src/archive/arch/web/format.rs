//! An archive's layout, and how to know it again by asking whether it has changed.

use std::fmt;

use super::answer::Answer;
use super::client::{Request, Wish};
use super::crew::Crew;
use super::failure::Failure;
use super::seen::Seen;
use crate::archive::ArchiveError;
use crate::archive::arch::layout::{FILE, Layout};

/// A layout, and what was seen of the file that told it. Its text is the hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    pub(super) layout: Layout,
    seen: Seen,
}

impl Format {
    /// Finds the format of an archive; a `hint` makes that a conditional request.
    pub(super) fn find(crew: &Crew<'_>, hint: Option<&str>) -> Result<Self, ArchiveError> {
        let hinted = hint.and_then(Self::parse);
        let wish = match &hinted {
            Some(hinted) => Wish::Changed(hinted.seen.clone()),
            None => Wish::Whole,
        };
        let unknown = |found: String| ArchiveError::UnknownFormat {
            path: crew.client.url(FILE).into(),
            found,
        };
        let file = FILE.to_owned();
        match (crew.ask(Request { file, wish }), hinted) {
            (Ok(Answer::Whole(text, seen)), _) => Ok(Self {
                layout: Layout::told_by(&text).map_err(unknown)?,
                seen,
            }),
            (Ok(_), Some(hinted)) => Ok(hinted),
            (Ok(_), None) | (Err(Failure::Missing { .. }), _) => {
                Err(unknown("there is no such file".to_owned()))
            }
            (Err(failure), _) => Err(failure.into()),
        }
    }

    fn parse(hint: &str) -> Option<Self> {
        let (layout, seen) = hint.split_once(' ')?;
        Some(Self {
            layout: Layout::parse(layout)?,
            seen: Seen::parse(seen)?,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.layout, self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_read_back_from_its_hint() {
        for hint in [
            "flat abc \"tag\" Fri, 20 Nov 2026 20:00:00 GMT",
            "nested abc - -",
        ] {
            let format = Format::parse(hint).unwrap();
            assert_eq!(format.to_string(), hint);
        }
    }

    #[test]
    fn garbage_is_no_hint() {
        for hint in ["", "flat", "flat 1", "flat 1 2", "round 1 2 3"] {
            assert_eq!(Format::parse(hint), None, "{hint}");
        }
    }
}
