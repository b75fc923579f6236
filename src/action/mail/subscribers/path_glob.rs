//! Globs of the paths of changed files.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};

use crate::config::GlobError;

/// The most bytes of a glob; the memory that it takes has a limit.
const LONGEST: usize = 500;

/// A pattern of paths from the root of the tree: `*` stands for any text without a `/`, `**` for any
/// text, `**/` for any directories or none, and everything else for itself. What it matches is meant
/// with everything below.
#[derive(Clone, Debug)]
pub struct PathGlob {
    text: String,
    matcher: GlobMatcher,
}

impl PathGlob {
    /// Parses the text behind `path:`. A `/` at its beginning or end changes nothing.
    pub fn parse(text: &str) -> Result<Self, GlobError> {
        let pattern = text.trim_matches('/');
        if pattern.is_empty() {
            return Err(GlobError::Empty);
        }
        if text.len() > LONGEST {
            return Err(GlobError::TooLong);
        }
        GlobBuilder::new(&in_library_syntax(pattern))
            .literal_separator(true)
            .empty_alternates(true)
            .backslash_escape(false)
            .build()
            .map(|glob| Self {
                text: text.to_owned(),
                matcher: glob.compile_matcher(),
            })
            .map_err(|_| GlobError::TooLong)
    }

    /// Whether the path, or a directory above it, matches.
    pub fn matches(&self, path: &str) -> bool {
        self.matcher.is_match(path)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for PathGlob {}

impl fmt::Display for PathGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The pattern as the library reads it, and everything below what it matches. There `**` stands for
/// whole directories only, and must not stand in braces.
fn in_library_syntax(pattern: &str) -> String {
    let mut syntax = String::new();
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        if rest.starts_with("**") {
            let after = rest.trim_start_matches('*');
            let is_whole = syntax.is_empty() || syntax.ends_with('/');
            if is_whole && let Some(after) = after.strip_prefix('/') {
                syntax.push_str("**/");
                rest = after;
            } else {
                syntax.push_str("*{,/**/*}");
                rest = after;
            }
            continue;
        }
        match next {
            '*' => syntax.push('*'),
            text => syntax.push_str(&globset::escape(text.encode_utf8(&mut [0; 4]))),
        }
        rest = &rest[next.len_utf8()..];
    }
    syntax.push_str("{,/**/*}");
    syntax
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stays_in_its_directory_and_two_do_not() {
        for (pattern, path, matched) in [
            ("src/**", "src/a/b.rs", true),
            ("src/**", "src/b.rs", true),
            ("src/**", "srcs/b.rs", false),
            ("src/*.rs", "src/b.rs", true),
            ("src/*.rs", "src/a/b.rs", false),
            ("*.rs", "a/b.rs", false),
            ("**.rs", "a/b.rs", true),
            ("**/Makefile", "Makefile", true),
            ("**/Makefile", "a/b/Makefile", true),
            ("**/Makefile", "a/b/GNUMakefile", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "ab", false),
            ("***", "a/b", true),
            ("**", "a", true),
            ("src", "src/a/b.rs", true),
            ("/src/", "src/a", true),
            ("src", "src.old/a", false),
            ("a**z", "a/b/z", true),
            ("a**z", "abz", true),
            ("[a]{b,c}?\\", "[a]{b,c}?\\", true),
            ("[a]", "a", false),
            ("Src", "src/a", false),
            ("d\u{e9}*", "d\u{e9}j\u{e0}", true),
            ("*", ".hidden", true),
        ] {
            let glob = PathGlob::parse(pattern).unwrap();
            assert_eq!(glob.matches(path), matched, "{pattern} {path}");
        }
    }

    #[test]
    fn a_glob_has_a_shortest_and_a_longest_form() {
        for empty in ["", "/", "//"] {
            assert_eq!(PathGlob::parse(empty).unwrap_err(), GlobError::Empty);
        }
        assert!(PathGlob::parse(&"a**".repeat(166)).is_ok());
        assert_eq!(
            PathGlob::parse(&"a".repeat(501)).unwrap_err(),
            GlobError::TooLong
        );
    }

    /// The definition, spelled out.
    fn naive(pattern: &str, path: &str) -> bool {
        let Some(next) = pattern.chars().next() else {
            return path.is_empty() || path.starts_with('/');
        };
        let takes = |rest: &str, most: usize| (0..=most).any(|taken| naive(rest, &path[taken..]));
        if let Some(rest) = pattern.strip_prefix("**") {
            return takes(rest.trim_start_matches('*'), path.len());
        }
        if let Some(rest) = pattern.strip_prefix('*') {
            return takes(rest, path.find('/').unwrap_or(path.len()));
        }
        path.starts_with(next) && naive(&pattern[1..], &path[1..])
    }

    proptest! {
        #[test]
        fn a_glob_matches_what_its_definition_says(
            pattern in "[ab*./]{1,7}", path in "[ab.]{1,2}(/[ab.]{1,2}){0,3}",
        ) {
            // Where directories may be none is told by the table.
            prop_assume!(!pattern.contains("**/") && !pattern.contains("//"));
            if let Ok(glob) = PathGlob::parse(&pattern) {
                prop_assert_eq!(glob.matches(&path), naive(pattern.trim_matches('/'), &path));
            }
        }
    }
}
