//! One layer's file: its text, its sections, and where in it a problem is.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::error::Problem;
use super::section::{Section, unknown};

/// The names of the sections.
const SECTIONS: [&str; 4] = ["delivery", "rules", "archive", "store"];

/// A settings file that was read.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    text: String,
}

impl File {
    /// Reads the file at `path`; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Box<Problem>> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(source) => {
                return Err(Box::new(Problem::Unreadable {
                    path: path.to_owned(),
                    source,
                }));
            }
        };
        let path = path.to_owned();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Self { path, text })),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                // What stands before the first bad byte is as long in `text` as in the file.
                let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
                let file = Self { path, text };
                let problem = file.problem(span, "the text is not UTF-8", None);
                Err(Box::new(problem))
            }
        }
    }

    /// Hands each section to `read`, which returns `false` for a name that it does not know.
    /// Problems are added in the order of the text.
    pub(super) fn sections<'a>(
        &'a self,
        problems: &mut Vec<Problem>,
        mut read: impl FnMut(&str, &mut Section<'a, '_>) -> bool,
    ) {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        let mut found: Vec<(Range<usize>, String, Option<String>)> = errors
            .iter()
            .map(|error| {
                (
                    error.span().unwrap_or(0..0),
                    error.message().to_owned(),
                    (error.message() == "duplicate key").then(|| {
                        "it stands above already; what belongs to it goes there".to_owned()
                    }),
                )
            })
            .collect();
        // What was made up to go on after an error of the syntax is not worth reading.
        if errors.is_empty() {
            for (key, value) in document.get_ref() {
                let name: &str = key.get_ref();
                let Some(table) = value.get_ref().as_table() else {
                    let (message, help) = outside(name);
                    found.push((key.span(), message, help));
                    continue;
                };
                let mut section = Section::new(self, format!("[{name}]"), table, &mut found);
                if read(name, &mut section) {
                    section.finish();
                } else {
                    let (message, help) = unknown("section", name, "", &SECTIONS);
                    found.push((key.span(), message, help));
                }
            }
        }
        found.sort_by_key(|(span, ..)| span.start);
        problems.extend(
            found
                .into_iter()
                .map(|(span, message, help)| self.problem(span, &message, help)),
        );
    }

    /// A problem at a byte range of the text; only its first line is shown.
    pub(super) fn problem(
        &self,
        span: Range<usize>,
        message: &str,
        help: Option<String>,
    ) -> Problem {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        // An error may lie at the line's end, or reach beyond it.
        let in_line = |at: usize| line.floor_char_boundary(at.saturating_sub(line_start));
        let (start, end) = (in_line(start), in_line(end.max(start)));
        let (before, fault) = (shown(&line[..start]), shown(&line[start..end]));
        Problem::Invalid {
            path: self.path.clone(),
            line: self.text[..line_start].matches('\n').count() + 1,
            column: before.chars().count() + 1,
            span: before.len()..before.len() + fault.len(),
            text: shown(line),
            message: shown(message),
            help,
        }
    }
}

/// The message and the help for a key that stands where only sections do.
fn outside(name: &str) -> (String, Option<String>) {
    if SECTIONS.contains(&name) {
        (
            format!("`{name}` is a section, not a key"),
            Some(format!("write the line `[{name}]` and its keys below")),
        )
    } else {
        (
            format!("`{name}` stands outside of a section"),
            Some("each key belongs below the line of its section, such as `[delivery]`".to_owned()),
        )
    }
}

/// `text` with every character that a terminal would obey replaced by one that it shows, one for one.
fn shown(text: &str) -> String {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let replaced = text.chars().map(|c| match c {
        '\t' => ' ',
        c if obeyed(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    replaced.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PIECES: &[&str] = &[
        "[", "]", "delivery", "archive", "store", "keep", "jobs", ".", "\"", "'''", "\\u001b", "=",
        " ", "1", "é", "{", "}", ",", "#", "\n", "\r\n", "\r", "\t", "\0", "\u{1b}", "\u{feff}",
        "\u{202e}",
    ];

    proptest! {
        #[test]
        fn whatever_a_file_holds_its_problems_can_be_shown(
            pieces in proptest::collection::vec(prop::sample::select(PIECES), 0..24)
        ) {
            let file = File { path: "=config.toml".into(), text: pieces.concat() };
            let mut problems = Vec::new();
            file.sections(&mut problems, |name, section| {
                match name {
                    "archive" => section.tables(|_, _| ()),
                    "store" => {
                        section.take_list("keep", |text| Ok(text.to_owned()), &mut Vec::new());
                    }
                    _ => return name == "delivery",
                }
                true
            });
            for problem in problems {
                let shown = problem.render(false);
                prop_assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
                let Problem::Invalid { line, column, .. } = problem else { unreachable!() };
                let place = format!("=config.toml:{line}:{column}");
                prop_assert!(shown.contains(&place), "{place} in {shown}");
            }
        }
    }
}
