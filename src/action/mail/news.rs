//! One new thing, as a mail tells it.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::name::{Level, Name};

/// What a mail tells of one item: some fields of [`crate::action::item_json`].
#[derive(Clone, Debug, Default, Deserialize)]
pub struct News {
    /// The qualified name.
    pub name: String,
    /// The level's word.
    pub level: String,
    /// Who made the revision.
    pub author: Option<String>,
    /// When.
    pub date: Option<String>,
    /// The first line of its message.
    pub summary: Option<String>,
    /// The archive no longer holds the revision.
    #[serde(default)]
    pub gone: bool,
}

impl News {
    /// The name, if the line holds one.
    pub(super) fn name(&self) -> Option<Name> {
        let level: Option<Level> = self.level.parse().ok();
        Name::parse(&self.name, level).ok()
    }

    /// The item's paragraph: its name, and below what is known of it.
    pub(super) fn paragraph(&self) -> String {
        let mut text = format!("{}\n", plain(&self.name));
        let known = [
            ("Author", &self.author),
            ("Date", &self.date),
            ("Summary", &self.summary),
        ];
        for (label, value) in known {
            if let Some(value) = value {
                // Writing to a string does not fail.
                let _always = writeln!(text, "    {:9}{}", format!("{label}:"), plain(value));
            }
        }
        if self.gone {
            text.push_str("    The archive no longer holds it.\n");
        }
        text
    }
}

/// `text` in one line, without what could act on a terminal or turn the direction of text.
pub(super) fn plain(text: &str) -> String {
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars()
        .map(|c| match c {
            '\t' => ' ',
            c if acts(c) => char::REPLACEMENT_CHARACTER,
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_tells_what_is_known_and_nothing_acts_on_a_terminal() {
        let news = News {
            name: "A/c--b--1--patch-1".to_owned(),
            level: "revision".to_owned(),
            author: Some("Jo\u{1b}[2J <jo@example.org>".to_owned()),
            summary: Some("a\r\nb".to_owned()),
            ..News::default()
        };
        assert_eq!(
            news.paragraph(),
            "A/c--b--1--patch-1\n    \
             Author:  Jo\u{fffd}[2J <jo@example.org>\n    \
             Summary: a\u{fffd}\u{fffd}b\n"
        );
    }

    #[test]
    fn a_revision_that_is_gone_is_told_so() {
        let news = News {
            name: "A/c--b--1--patch-1".to_owned(),
            gone: true,
            ..News::default()
        };
        assert!(news.paragraph().ends_with("no longer holds it.\n"));
    }
}
