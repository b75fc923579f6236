//! One layer's file: its text, its sections, and where in it a problem is.

use std::io::{self, ErrorKind, Read as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::error::Problem;
use super::secret::mask_line;
use crate::fsx;
use crate::misleading::is_misleading;

/// Something wrong in a file.
pub(super) struct Found {
    /// Where in its text.
    pub(super) span: Range<usize>,
    /// What is wrong.
    pub(super) message: String,
    /// The way out.
    pub(super) help: Option<String>,
}

/// A settings file that was read.
#[derive(Debug)]
pub(super) struct File {
    path: PathBuf,
    base: PathBuf,
    text: String,
    is_private: bool,
}

impl File {
    /// Reads the file at `path`; `None` if there is none. Relative paths in it start at `base`.
    pub(super) fn read(path: &Path, base: &Path) -> Result<Option<Self>, Box<Problem>> {
        let unreadable = |source| {
            Box::new(Problem::Unreadable {
                path: path.to_owned(),
                source,
            })
        };
        let (mut opened, metadata) = match fsx::open_regular(path) {
            Ok(opened) => opened,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                return Ok(None);
            }
            Err(source) => return Err(unreadable(source)),
        };
        if fsx::others_can_write(&metadata) {
            let why = "others than root can write to it: chown root and chmod go-w it";
            return Err(unreadable(io::Error::other(why)));
        }
        let mut bytes = Vec::new();
        opened.read_to_end(&mut bytes).map_err(unreadable)?;
        let file = |text| Self {
            path: path.to_owned(),
            base: base.to_owned(),
            text,
            is_private: fsx::is_private(&metadata),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(file(text))),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                // What stands before the first bad byte is as long in `text` as in the file.
                let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
                let found = Found {
                    span,
                    message: "the text is not UTF-8".to_owned(),
                    help: None,
                };
                Err(Box::new(file(text).problem(found)))
            }
        }
    }

    /// Where relative paths start.
    pub(super) fn base(&self) -> &Path {
        &self.base
    }

    /// Whether nobody but the owner may read or write it.
    pub(super) fn is_private(&self) -> bool {
        self.is_private
    }

    /// Its tables, and what is wrong with its syntax. Where anything is, the tables are not worth
    /// reading: they hold what was made up to go on.
    pub(super) fn parse(&self) -> (DeTable<'_>, Vec<Found>) {
        let (document, errors) = DeTable::parse_recoverable(&self.text);
        let found = errors.iter().map(|error| Found {
            span: error.span().unwrap_or(0..0),
            message: error.message().to_owned(),
            help: (error.message() == "duplicate key")
                .then(|| "it stands above already; what belongs to it goes there".to_owned()),
        });
        (document.into_inner(), found.collect())
    }

    /// The file's path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the line at a byte of the text, from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text[..self.text.floor_char_boundary(at)]
            .matches('\n')
            .count()
            + 1
    }

    /// A problem at a byte range of the text; only its first line is shown.
    pub(super) fn problem(&self, found: Found) -> Problem {
        let Found {
            span,
            message,
            help,
        } = found;
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.ceil_char_boundary(span.end);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        // An error may lie at the line's end, or reach beyond it.
        let in_line = |at: usize| line.floor_char_boundary(at.saturating_sub(line_start));
        let (start, end) = (in_line(start), in_line(end.max(start)));
        let masked = mask_line(line);
        let (before, fault) = (shown(&masked[..start]), shown(&masked[start..end]));
        Problem::Invalid {
            path: self.path.clone(),
            line: self.line(line_start),
            column: line[..start].chars().count() + 1,
            span: before.len()..before.len() + fault.len(),
            text: shown(&masked),
            message: shown(&message),
            help,
        }
    }
}

/// `text` with every character that a terminal would obey replaced by one that it shows, one for one.
fn shown(text: &str) -> String {
    let replaced = text.chars().map(|c| match c {
        '\t' => ' ',
        c if c.is_control() || is_misleading(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    replaced.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::layers;

    const PIECES: &[&str] = &[
        "[", "]", "[[", "]]", "delivery", "archive", "store", "hook", "commands", "env", "on",
        "keep", "jobs", ".", "\"", "'''", "\\u001b", "=", " ", "1", "é", "{", "}", ",", "#", "\n",
        "\r\n", "\r", "\t", "\0", "\u{1b}", "\u{feff}", "\u{202e}",
    ];

    proptest! {
        #[test]
        fn whatever_a_file_holds_its_problems_can_be_shown(
            pieces in proptest::collection::vec(prop::sample::select(PIECES), 0..24)
        ) {
            let file = File {
                path: "=config.toml".into(),
                base: PathBuf::new(),
                text: pieces.concat(),
                is_private: true,
            };
            let files = [file];
            let resolved = layers::resolve(&files, Vec::new());
            let problems = resolved.err().map_or_else(Vec::new, |error| error.problems);
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
