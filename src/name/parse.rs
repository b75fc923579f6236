//! The grammar of qualified names, for all kinds of archives.

use std::ops::Range;

use super::Level;
use super::encoding::is_plain;

/// Why a text is no name: which part of it, where, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct NameError {
    /// The byte range of the text that is at fault.
    pub span: Range<usize>,
    /// What is wrong with it, with the way out.
    pub problem: String,
}

impl NameError {
    fn new(span: Range<usize>, problem: impl Into<String>) -> Self {
        Self {
            span,
            problem: problem.into(),
        }
    }
}

/// Checks `text` against the grammar and `level`, and says its level.
pub(super) fn level_of(text: &str, level: Option<Level>) -> Result<Level, NameError> {
    let (archive, package) = match text.split_once('/') {
        Some((archive, package)) => (archive, Some(package)),
        None => (text, None),
    };
    check_part("archive", archive, 0)?;
    if archive.starts_with('.') {
        return Err(NameError::new(
            0..1,
            "an archive's name does not begin with `.`",
        ));
    }
    let mut parts: Vec<(usize, &str)> = Vec::with_capacity(4);
    let mut start = archive.len() + 1;
    for part in package.into_iter().flat_map(split) {
        parts.push((start, part));
        start += part.len() + 2;
    }
    let branchless = parts.get(1).is_some_and(|(_, part)| is_version_like(part));
    let found = match level {
        Some(level) => level,
        None => guess(parts.len(), branchless),
    };
    for (place, &(start, part)) in parts.iter().enumerate() {
        check_part(word(found, parts.len(), place), part, start)?;
    }
    check_count(text, found, &parts, branchless)?;
    Ok(found)
}

/// The parts of a package's name. What `split("--")` gives, but that is made for longer texts.
pub(super) fn split(package: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(package);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = text.as_bytes().windows(2).position(|pair| pair == b"--");
        rest = end.map(|end| &text[end + 2..]);
        Some(end.map_or(text, |end| &text[..end]))
    })
}

/// The level that so many parts make most likely.
fn guess(parts: usize, branchless: bool) -> Level {
    match (parts, branchless) {
        (0, _) => Level::Archive,
        (1, _) => Level::Category,
        (2, false) => Level::Branch,
        (2, true) | (3, false) => Level::Version,
        _ => Level::Revision,
    }
}

/// What the part at `place` of `parts` is called in a name of `level`.
fn word(level: Level, parts: usize, place: usize) -> &'static str {
    let branchless = match level {
        Level::Version => parts == 2,
        Level::Revision => parts == 3,
        _ => false,
    };
    let words = ["category", "branch", "version", "revision"];
    let place = place + usize::from(branchless && place > 0);
    words
        .get(place)
        .copied()
        .unwrap_or("part after the revision")
}

fn is_version_like(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_digit())
}

/// Checks what holds for every part, wherever it stands.
fn check_part(word: &str, part: &str, start: usize) -> Result<(), NameError> {
    if part.is_empty() {
        return Err(NameError::new(
            start..start,
            format!("the {word} is empty; a name is ARCHIVE/CATEGORY--BRANCH--VERSION--REVISION"),
        ));
    }
    if part.starts_with('-') {
        return Err(NameError::new(
            start..start + 1,
            format!("the {word} begins with `-`; exactly two `-` part it from what stands before"),
        ));
    }
    match part.char_indices().find(|&(_, found)| !is_plain(found)) {
        Some((at, found)) => Err(NameError::new(
            start + at..start + at + found.len_utf8(),
            unplain(word, found),
        )),
        None => Ok(()),
    }
}

fn unplain(word: &str, found: char) -> String {
    let what = match found {
        '#' => "`#`, which begins a comment".to_owned(),
        ' ' => "a blank".to_owned(),
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line's end".to_owned(),
        other => format!("the invisible character U+{:04X}", u32::from(other)),
    };
    let mut bytes = [0; 4];
    let escaped = super::encode(found.encode_utf8(&mut bytes).as_bytes());
    if word == "archive" {
        format!("the archive's name holds {what}; leave it out")
    } else {
        format!("the {word} holds {what}; in a name it is written `{escaped}`")
    }
}

/// Checks that there are as many parts as the level has.
fn check_count(
    text: &str,
    level: Level,
    parts: &[(usize, &str)],
    branchless: bool,
) -> Result<(), NameError> {
    let (form, most) = match level {
        Level::Archive => ("ARCHIVE", 0),
        Level::Category => ("ARCHIVE/CATEGORY", 1),
        Level::Branch => ("ARCHIVE/CATEGORY--BRANCH", 2),
        Level::Version => ("ARCHIVE/CATEGORY--BRANCH--VERSION", 3),
        Level::Revision => ("ARCHIVE/CATEGORY--BRANCH--VERSION--REVISION", 4),
    };
    let article = if level == Level::Archive { "an" } else { "a" };
    if let Some(&(start, _)) = parts.get(most) {
        return Err(NameError::new(
            start..text.len(),
            format!("too many parts for {article} {level}, which is written {form}"),
        ));
    }
    let least = match level {
        Level::Archive => 0,
        Level::Category | Level::Branch => 1,
        Level::Version => 2,
        Level::Revision => 3,
    };
    if parts.len() < least {
        return Err(NameError::new(
            0..text.len(),
            format!("too few parts for {article} {level}, which is written {form}"),
        ));
    }
    // One part fewer than there may be: the branch was left out.
    match parts.get(1) {
        Some(&(start, part)) if parts.len() + 1 == most && !branchless => Err(NameError::new(
            start..start + part.len(),
            format!(
                "without a branch the version comes second, and begins with a digit; with one, {article} {level} is written {form}"
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::Name;

    #[test]
    fn parts_and_level_must_fit() {
        let texts = [
            "a",
            "a/c",
            "a/c--b",
            "a/c--1",
            "a/c--b--1",
            "a/c--1--r",
            "a/c--b--1--r",
        ];
        for (level, good) in [
            (Level::Archive, [1, 0, 0, 0, 0, 0, 0]),
            (Level::Category, [0, 1, 0, 0, 0, 0, 0]),
            (Level::Branch, [0, 1, 1, 1, 0, 0, 0]),
            (Level::Version, [0, 0, 0, 1, 1, 1, 0]),
            (Level::Revision, [0, 0, 0, 0, 0, 1, 1]),
        ] {
            for (text, good) in texts.into_iter().zip(good) {
                assert_eq!(
                    level_of(text, Some(level)).is_ok(),
                    good == 1,
                    "{level} {text}"
                );
            }
        }
        let guessed = texts.map(|text| level_of(text, None).unwrap());
        assert_eq!(
            guessed,
            [
                Level::Archive,
                Level::Category,
                Level::Branch,
                Level::Version,
                Level::Version,
                Level::Revision,
                Level::Revision,
            ]
        );
    }

    #[test]
    fn what_a_name_may_hold() {
        for text in [
            "joe.hacker--2002@gnu.org/c",
            "a:b@c/c",
            "a/cat-",
            "a/cat--br-",
            "a/c%a",
            "a/c%2D%2d--%",
            "a/\u{fc}ber/unter--b\u{e4}r",
            "a/c--b--0..x--\u{1F980}",
            "a/.c--=b--+v--,r",
        ] {
            Name::parse(text, None).unwrap();
        }
    }

    #[test]
    fn errors_say_which_part_and_where() {
        for (text, level, span, words) in [
            ("", None, 0..0, "the archive is empty"),
            ("-a/c", None, 0..1, "the archive begins with `-`"),
            (".a/c", None, 0..1, "begin with `.`"),
            ("a b/c", None, 1..2, "archive's name holds a blank"),
            ("a#", None, 1..2, "`#`"),
            ("a/", None, 2..2, "the category is empty"),
            ("a/c--", None, 5..5, "the branch is empty"),
            ("a/--b", None, 2..2, "the category is empty"),
            ("a/c---b", None, 5..6, "the branch begins with `-`"),
            ("a/c----1", None, 5..5, "the branch is empty"),
            ("a/c--b--1--r--x", None, 14..15, "too many parts"),
            ("a/c--1.0--", None, 10..10, "the revision is empty"),
            (
                "a/c--b c",
                None,
                6..7,
                "the branch holds a blank; in a name it is written `%20`",
            ),
            (
                "a/c\u{202e}",
                None,
                3..6,
                "U+202E; in a name it is written `%E2%80%AE`",
            ),
            (
                "a/c",
                Some(Level::Archive),
                2..3,
                "too many parts for an archive",
            ),
            (
                "a/c--b",
                Some(Level::Category),
                5..6,
                "too many parts for a category",
            ),
            (
                "a",
                Some(Level::Version),
                0..1,
                "too few parts for a version",
            ),
            ("a/c--b", Some(Level::Version), 5..6, "begins with a digit"),
            (
                "a/c--b--1",
                Some(Level::Revision),
                5..6,
                "begins with a digit",
            ),
        ] {
            let error = level_of(text, level).unwrap_err();
            assert!(error.problem.contains(words), "{text}: {error}");
            assert_eq!(error.span, span, "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_span_is_in_it(text in "[a/#% 1.\u{202e}\u{e9}-]{0,16}|.*") {
            for level in [None, Some(Level::Archive), Some(Level::Branch), Some(Level::Revision)] {
                match Name::parse(&text, level) {
                    Ok(name) => prop_assert_eq!(name.as_str(), text.as_str()),
                    Err(error) => prop_assert!(text.get(error.span).is_some()),
                }
            }
        }
    }
}
