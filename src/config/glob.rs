//! Globs of qualified names.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

use crate::name::Level;

/// A pattern of qualified names: `*` stands for any text within one part, `**` for any text at all,
/// and everything else for itself. `branch:GLOB` matches branches only, and so on.
///
/// A part ends at the `/` after the archive's name, at each `--` behind it, and at any further `/`.
/// A `--` in the archive's own name is text, so that `*/hello` matches in every archive.
#[derive(Clone, Debug)]
pub struct Glob {
    text: String,
    level: Option<Level>,
    whole: GlobMatcher,
    above: Vec<Above>,
}

/// What lies above a match: a beginning of the pattern, and how many parts it still lacks at least.
#[derive(Clone, Debug)]
struct Above {
    matcher: GlobMatcher,
    lacks: u8,
}

/// Why a text is no glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobError {
    /// It would match nothing.
    #[error("is an empty glob, which matches nothing")]
    Empty,
    /// It has more than 500 bytes; no name needs so many, and the memory it takes has a limit.
    #[error("is too long a glob")]
    TooLong,
}

impl Glob {
    /// Parses `GLOB` or `LEVEL:GLOB`.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        let (level, pattern) = match text.split_once(':') {
            Some((word, rest)) => match word.parse() {
                Ok(level) => (Some(level), rest),
                Err(_) => (None, text),
            },
            None => (None, text),
        };
        if pattern.is_empty() {
            return Err(GlobError::Empty);
        }
        if pattern.len() > 500 {
            return Err(GlobError::TooLong);
        }
        let pieces = pieces(pattern);
        Ok(Self {
            text: text.to_owned(),
            level,
            whole: compile(&pieces)?,
            above: above(&pieces)?,
        })
    }

    /// The text that was parsed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the glob matches the whole of `name`, a qualified name at `level`.
    pub fn matches(&self, level: Level, name: &str) -> bool {
        self.level.is_none_or(|only| only == level) && self.whole.is_match(as_path(name))
    }

    /// Whether the glob matches `name` or something above it.
    pub fn covers(&self, level: Level, name: &str) -> bool {
        lineage(level, name).any(|(level, name)| self.matches(level, name))
    }

    /// Whether something below `name` could match.
    pub fn may_match_below(&self, level: Level, name: &str) -> bool {
        let deepest = self.level.unwrap_or(Level::Revision);
        let Some(left @ 1..) = deepest.number().checked_sub(level.number()) else {
            return false;
        };
        let path = as_path(name);
        self.above
            .iter()
            .any(|above| above.lacks <= left && above.matcher.is_match(&path))
    }
}

impl PartialEq for Glob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Glob {}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A name and everything above it, from the archive down.
fn lineage(level: Level, name: &str) -> impl Iterator<Item = (Level, &str)> {
    let package = name.find('/').unwrap_or(name.len());
    let cuts: Vec<usize> = std::iter::once(package)
        .chain(
            name[package..]
                .match_indices("--")
                .map(|(at, _)| package + at),
        )
        .chain((package < name.len()).then_some(name.len()))
        .collect();
    // One part less than the level has: the branch has the category's text.
    let branchless = cuts.len() <= usize::from(level.number());
    (0..=level.number()).filter_map(move |number| {
        let part = match number {
            2.. if branchless => number - 1,
            _ => number,
        };
        let cut = *cuts.get(usize::from(part))?;
        Some((Level::from_number(number)?, &name[..cut]))
    })
}

/// What a pattern is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A character that stands for itself.
    Text(char),
    /// `/`: `true` where it surely ends the archive's name.
    Slash(bool),
    /// `--` behind the archive's name.
    Dashes,
    /// `--` that may be a part of the archive's name, or not.
    MaybeDashes,
    /// `*`.
    Star,
    /// `**`, or more stars.
    Stars,
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    let mut in_archive = true;
    let mut anywhere = false;
    while let Some(next) = rest.chars().next() {
        let piece = match next {
            '*' if rest.starts_with("**") => Piece::Stars,
            '*' => Piece::Star,
            '/' => Piece::Slash(std::mem::take(&mut in_archive) && !anywhere),
            '-' if rest.starts_with("--") && in_archive => Piece::MaybeDashes,
            '-' if rest.starts_with("--") => Piece::Dashes,
            text => Piece::Text(text),
        };
        rest = match piece {
            Piece::Stars => rest.trim_start_matches('*'),
            Piece::Dashes | Piece::MaybeDashes => &rest[2..],
            _ => &rest[next.len_utf8()..],
        };
        anywhere |= piece == Piece::Stars;
        pieces.push(piece);
    }
    pieces
}

/// Marks the `/` that stands for a `--`. No name holds it: it is a control character.
const MARK: char = '\u{1}';

/// The name as a path in which every end of a part is a `/`: `A/c--b` becomes `A/c/␁b`.
fn as_path(name: &str) -> String {
    match name.split_once('/') {
        Some((archive, package)) => {
            format!("{archive}/{}", package.replace("--", &format!("/{MARK}")))
        }
        None => name.to_owned(),
    }
}

/// The pattern in the library's own syntax, for the paths that [`as_path`] makes.
///
/// There `*` does not cross `/`, but could take the mark after one; so it must not begin with it.
fn compile(pieces: &[Piece]) -> Result<GlobMatcher, GlobError> {
    let star = format!("{{,[!/{MARK}]*}}");
    let maybe_dashes = format!("{{--,/{MARK}}}");
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                pattern.push_str(&globset::escape(text.encode_utf8(&mut [0; 4])));
            }
            Piece::Slash(_) => pattern.push('/'),
            Piece::Dashes => pattern.extend(['/', MARK]),
            Piece::MaybeDashes => pattern.push_str(&maybe_dashes),
            Piece::Star => pattern.push_str(&star),
            Piece::Stars => {
                pattern.push_str(&star);
                pattern.push_str("{,/**/*}");
            }
        }
    }
    GlobBuilder::new(&pattern)
        .literal_separator(true)
        .empty_alternates(true)
        .backslash_escape(false)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|_| GlobError::TooLong)
}

/// Every beginning of the pattern that a name above a match has.
fn above(pieces: &[Piece]) -> Result<Vec<Above>, GlobError> {
    let mut above = Vec::new();
    let mut lacks = 0_u8;
    for (at, piece) in pieces.iter().enumerate().rev() {
        let (end, more) = match piece {
            Piece::Slash(true) | Piece::Dashes => {
                lacks = lacks.saturating_add(1);
                (at, lacks)
            }
            // These may lie within a part, and so cost no level.
            Piece::Slash(false) | Piece::MaybeDashes => (at, lacks.max(1)),
            // What follows may lie in a further part of the text that the stars stand for.
            Piece::Stars => (at + 1, lacks.saturating_add(1)),
            Piece::Text(_) | Piece::Star => continue,
        };
        above.push(Above {
            matcher: compile(&pieces[..end])?,
            lacks: more,
        });
    }
    Ok(above)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Level::{Archive, Branch, Category, Revision, Version};

    fn glob(text: &str) -> Glob {
        Glob::parse(text).unwrap()
    }

    #[test]
    fn a_star_stays_within_its_part() {
        for (pattern, name, matched) in [
            ("A/*", "A/hello", true),
            ("A/*", "A/hello--main", false),
            ("A/*", "A/group/hello", false),
            ("A/*/hello", "A/group/hello", true),
            ("A/group/*", "A/group--main", false),
            ("A/group--*", "A/group/main", false),
            ("A/*--main", "A/hello--main", true),
            ("A/h*o--m*n", "A/hello--main", true),
            ("A/hello*", "A/hello--main", false),
            ("A/*-world", "A/hello-world", true),
            ("A/**", "A/hello--main--1.0--patch-1", true),
            ("A/**", "A", false),
            ("**", "A", true),
            ("***", "A/hello", true),
            ("**--main", "A/hello--main", true),
            ("A/hello--**", "A/hello--main--1.0", true),
            ("A/hello--**", "A/hello", false),
            ("A/hel**1.0", "A/hello--main--1.0", true),
            ("*/hello", "j@x--2002/hello", true),
            ("j@x--*/hello", "j@x--2002/hello", true),
            ("j@x--2002", "j@x--2002", true),
            ("A/x/**", "A/x--y", false),
            ("A/[a]{b,c}?", "A/[a]{b,c}?", true),
            ("A/[a]", "A/a", false),
            ("A/\\*", "A/\\b", true),
            ("a/hello", "A/hello", false),
        ] {
            assert_eq!(
                glob(pattern).matches(Category, name),
                matched,
                "{pattern} {name}"
            );
        }
    }

    #[test]
    fn a_level_limits_a_glob() {
        assert!(glob("branch:A/*").matches(Branch, "A/nob"));
        assert!(!glob("branch:A/*").matches(Category, "A/nob"));
        assert!(glob("odd:name/*").matches(Category, "odd:name/hello"));
        assert_eq!(Glob::parse("branch:").unwrap_err(), GlobError::Empty);
    }

    #[test]
    fn a_glob_has_a_limit() {
        let longest = "a**".repeat(166);
        assert!(glob(&longest).matches(Category, &longest));
        let longer = "*".repeat(501);
        assert_eq!(Glob::parse(&longer).unwrap_err(), GlobError::TooLong);
    }

    #[test]
    fn lineage_goes_through_the_branch_that_is_not_there() {
        let all: Vec<_> = lineage(Revision, "j--a/nob--1.0--base-0").collect();
        assert_eq!(
            all,
            [
                (Archive, "j--a"),
                (Category, "j--a/nob"),
                (Branch, "j--a/nob"),
                (Version, "j--a/nob--1.0"),
                (Revision, "j--a/nob--1.0--base-0"),
            ]
        );
        let all: Vec<_> = lineage(Branch, "A/c--b").collect();
        assert_eq!(all, [(Archive, "A"), (Category, "A/c"), (Branch, "A/c--b")]);
    }

    /// The definition, spelled out over the names' own tokens.
    fn naive(pattern: &[String], name: &[String]) -> bool {
        let Some((first, rest)) = pattern.split_first() else {
            return name.is_empty();
        };
        let end = |token: &String| token == "--" || token == "/";
        match first.as_str() {
            "*" => {
                let longest = name.iter().position(end).unwrap_or(name.len());
                (0..=longest).any(|taken| naive(rest, &name[taken..]))
            }
            "**" => (0..=name.len()).any(|taken| naive(rest, &name[taken..])),
            token => name.first().is_some_and(|first| first == token) && naive(rest, &name[1..]),
        }
    }

    /// The tokens of a pattern or name whose archive is `A`.
    fn tokens(parts: &[&str]) -> Vec<String> {
        ["A", "/"]
            .iter()
            .chain(parts)
            .map(|part| (*part).to_owned())
            .collect()
    }

    /// Parts of a name without two dashes in a row that are no separator.
    fn name_parts() -> impl Strategy<Value = Vec<&'static str>> {
        proptest::collection::vec(prop::sample::select(vec!["a", "b", ".", "/", "--"]), 1..7)
            .prop_filter("parts do not touch", |parts| {
                !parts.windows(2).any(|two| two == ["--", "--"])
            })
    }

    proptest! {
        #[test]
        fn a_glob_matches_what_its_definition_says(
            pattern in proptest::collection::vec(
                prop::sample::select(vec!["a", "b", ".", "/", "--", "*", "**"]),
                1..7,
            ),
            name in name_parts(),
        ) {
            prop_assume!(!pattern.windows(2).any(|two| two == ["--", "--"]));
            // Stars that touch are one token of the pattern's text.
            prop_assume!(!pattern.windows(2).any(|two| two[0].starts_with('*') && two[1].starts_with('*')));
            let (pattern, name) = (tokens(&pattern), tokens(&name));
            prop_assert_eq!(
                glob(&pattern.concat()).matches(Category, &name.concat()),
                naive(&pattern, &name)
            );
        }

        #[test]
        fn what_lies_above_a_match_may_match_below(
            pattern in proptest::collection::vec(
                prop::sample::select(vec!["a", "b", "/", "--", "*", "**"]),
                1..9,
            ),
            parts in proptest::collection::vec("[ab]{1,2}", 4),
        ) {
            let name = format!("A/{}", parts.join("--"));
            let pattern = format!("A/{}", pattern.concat());
            let glob = glob(&pattern);
            for (level, descendant) in lineage(Revision, &name) {
                if glob.matches(level, descendant) {
                    for (above, ancestor) in lineage(level, descendant).filter(|(above, _)| *above < level) {
                        prop_assert!(glob.may_match_below(above, ancestor), "{} {}", pattern, ancestor);
                    }
                }
            }
        }
    }
}
