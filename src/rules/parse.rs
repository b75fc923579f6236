//! A whole rules file: its rules, the rules that are commented out, and what is wrong with the rest.

use std::collections::HashSet;
use std::path::Path;

use super::lines::read_lines;
use super::{Diagnostic, Rule, line};
use crate::name::Level;

/// What a rules file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The rules in the file's order; the same line twice is one.
    pub rules: Vec<ParsedRule>,
    /// The rules that stand in the file commented out, each once.
    pub commented: Vec<Rule>,
    /// What is wrong, in the file's order.
    pub diagnostics: Vec<Diagnostic>,
}

/// A rule and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedRule {
    /// The rule.
    pub rule: Rule,
    /// The number, from 1, of the first line that says it.
    pub line: usize,
}

/// Reads the bytes of the rules file of `level`. `path` is for the diagnostics.
///
/// A bad line is reported and left out; nothing else of the file suffers. A byte order mark and
/// carriage returns at the ends of lines are ignored.
pub fn parse(level: Level, path: &Path, bytes: &[u8]) -> Parsed {
    let mut parsed = Parsed::default();
    let mut active = HashSet::new();
    let mut commented = HashSet::new();
    parsed.diagnostics = read_lines(path, bytes, &mut |number, line| {
        if let Some(inner) = line::uncommented(line) {
            if let Ok(Some(rule)) = line::parse(level, inner)
                && commented.insert(rule.clone())
            {
                parsed.commented.push(rule);
            }
        } else if let Some(rule) = line::parse(level, line)?
            && active.insert(rule.clone())
        {
            parsed.rules.push(ParsedRule { rule, line: number });
        }
        Ok(())
    });
    parsed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse_at(level: Level, bytes: &[u8]) -> Parsed {
        parse(level, Path::new("=rules"), bytes)
    }

    fn texts(parsed: &Parsed) -> Vec<(usize, String)> {
        let rules = parsed.rules.iter();
        rules
            .map(|parsed| (parsed.line, parsed.rule.text()))
            .collect()
    }

    #[test]
    fn spacing_comments_and_line_ends_are_free() {
        for bytes in [
            &b"# head\n\na@b  noop:\tx:y # why\n \t\n   c@d noop:"[..],
            b"# head\r\n\r\na@b  noop:\tx:y # why\r\n \t\r\n   c@d noop:\r\n",
            b"\xef\xbb\xbf# head\n\na@b noop: x:y\n\nc@d noop:\n\na@b\tnoop: x:y \n",
        ] {
            let parsed = parse_at(Level::Archive, bytes);
            assert_eq!(
                texts(&parsed),
                [(3, "a@b noop: x:y".to_owned()), (5, "c@d noop:".to_owned())]
            );
            assert_eq!(parsed.diagnostics, []);
        }
        let parsed = parse_at(Level::Archive, b"\xef\xbb\xbfa@b noop:");
        assert_eq!(texts(&parsed), [(1, "a@b noop:".to_owned())]);
    }

    #[test]
    fn rules_that_are_commented_out_are_known() {
        let bytes = b"#a@b noop:\n ## \t# a@b  noop: # why\n# about a@b\n#c@d x:y\na@b noop:\n";
        let parsed = parse_at(Level::Archive, bytes);
        let commented: Vec<String> = parsed.commented.iter().map(Rule::text).collect();
        assert_eq!(commented, ["a@b noop:", "c@d x:y"]);
        assert_eq!(texts(&parsed), [(5, "a@b noop:".to_owned())]);
        assert_eq!(parsed.diagnostics, []);
    }

    #[test]
    fn a_bad_line_does_not_stop_the_others() {
        for (level, line, column, words) in [
            (Level::Archive, &b"a@b"[..], 4, "needs an action"),
            (Level::Archive, b"a@b  x  # y", 6, "no `:`"),
            (Level::Archive, b"a@b -x:", 5, "no command"),
            (Level::Archive, b"a@b :x", 5, "no command"),
            (Level::Archive, b"a@b/c x:", 5, "too many parts"),
            (Level::Archive, b"\xc3\xa4 \xc3\xa4:", 3, "no command"),
            (Level::Archive, b"a@b x:\x00y", 7, "U+0000"),
            (Level::Archive, b"a@b x:\xc2\xa0y", 7, "U+00A0"),
            (Level::Archive, b"a@b x:\ry", 7, "U+000D"),
            (Level::Archive, b"a@b x:\xffy", 7, "not UTF-8"),
            (
                Level::Archive,
                b"a@b 1: 2: 3: 4: 5: 6:",
                17,
                "too many actions",
            ),
            (Level::Version, b"a@b/c--1 1: 2:", 13, "too many actions"),
            (Level::Version, b"a@b/c--b 1:", 8, "digit"),
            (Level::Branch, b"a@b 1:", 1, "too few parts"),
        ] {
            let mut file = line.to_vec();
            file.extend(b"\na@b/c--1 good:\na@b good:\n\n");
            file.extend(line);
            let parsed = parse_at(level, &file);
            let good = if level == Level::Archive { 3 } else { 2 };
            let good_rules = texts(&parsed);
            assert!(
                good_rules.iter().any(|(line, _)| *line == good) || level == Level::Branch,
                "{good_rules:?}"
            );
            let of_line = |number: usize| {
                let diagnostics = parsed.diagnostics.iter();
                let found: Vec<&Diagnostic> = diagnostics.filter(|d| d.line == number).collect();
                assert_eq!(found.len(), 1, "{found:?}");
                found[0]
            };
            for number in [1, 5] {
                let found = of_line(number);
                assert!(found.is_error());
                assert!(found.message.contains(words), "{found:?}");
                assert_eq!(found.column(), column, "{found:?}");
            }
        }
    }

    #[test]
    fn every_fault_of_a_line_is_reported() {
        let parsed = parse_at(Level::Archive, b"a@b/c x y:# z");
        let columns: Vec<usize> = parsed.diagnostics.iter().map(Diagnostic::column).collect();
        assert_eq!(columns, [5, 7, 11]);
        let errors = parsed.diagnostics.iter().filter(|d| d.is_error()).count();
        assert_eq!(errors, 2);
    }

    #[test]
    fn a_hash_in_a_word_works_as_a_comment_and_warns() {
        let parsed = parse_at(Level::Archive, b"a@b x:y#z");
        assert_eq!(texts(&parsed), [(1, "a@b x:y".to_owned())]);
        assert!(!parsed.diagnostics[0].is_error());
        assert_eq!(parsed.diagnostics[0].column(), 8);
    }

    #[test]
    fn a_comment_in_another_encoding_costs_no_rule() {
        let parsed = parse_at(Level::Archive, b"a@b x:y # f\xfcr\n# f\xfcr\n");
        assert_eq!(texts(&parsed), [(1, "a@b x:y".to_owned())]);
        assert_eq!(parsed.diagnostics.len(), 2);
        assert!(!parsed.diagnostics.iter().any(Diagnostic::is_error));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_every_finding_can_be_shown(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b' '), Just(b'#'), Just(b'\n'), Just(b':'), Just(b'a')], 0..80)
        ) {
            for level in Level::SUBJECTS.into_iter().chain([Level::Revision]) {
                for found in parse_at(level, &bytes).diagnostics {
                    let shown = found.render(false);
                    prop_assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
                    let place = format!("=rules:{}:{}", found.line, found.column());
                    prop_assert!(shown.contains(&place), "{place} in {shown}");
                }
            }
        }

        #[test]
        fn a_rule_comes_back_from_its_text(
            subject in "[a-z][a-z@.-]{0,8}[a-z]", thunks in proptest::collection::vec("[^#\\p{C}\\p{Z}]{0,8}", 1..=4)
        ) {
            let actions: Vec<String> = thunks.iter().map(|thunk| format!("x:{thunk}")).collect();
            let text = format!("{subject} {}", actions.join(" "));
            let rule = Rule::parse_text(Level::Archive, &text).unwrap();
            prop_assert_eq!(rule.text(), text);
        }
    }
}
