//! What is wrong with a rules file, where, and what to do.

use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

use crate::misleading::is_misleading;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The line does not work.
    Error,
    /// The line works, but perhaps not as meant.
    Warning,
}

/// One finding in one line of a rules file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The file.
    pub path: PathBuf,
    /// The line's number, from 1.
    pub line: usize,
    /// The line's text, made printable.
    pub text: String,
    /// The bytes of `text` that are at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The way out, where there is one to say.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding in `source`: a line as it stands in the file, and its bytes that are at fault.
    pub(super) fn new(
        severity: Severity,
        path: &Path,
        line: usize,
        source: (&str, Range<usize>),
        message: String,
        help: Option<String>,
    ) -> Self {
        let (source, span) = source;
        let start = printable(&source[..span.start]).len();
        let end = start + printable(&source[span]).len();
        Self {
            severity,
            path: path.to_owned(),
            line,
            text: printable(source),
            span: start..end,
            message,
            help,
        }
    }

    /// Whether the line does not work.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Where the fault begins in the line, in characters from 1.
    pub fn column(&self) -> usize {
        self.text[..self.span.start].chars().count() + 1
    }

    /// The finding as a compiler shows it: what, where, the line with a caret, the way out. Several
    /// lines, without a newline at the end.
    pub fn render(&self, color: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let snippet = Snippet::source(self.text.as_str())
            .path(printable(&self.path.to_string_lossy()))
            .line_start(self.line)
            .annotation(AnnotationKind::Primary.span(self.span.clone()));
        let mut group: Group<'_> = level.primary_title(self.message.as_str()).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        renderer.render(&[group])
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Diagnostic", 7)?;
        fields.serialize_field("severity", &self.severity)?;
        fields.serialize_field("path", &self.path.to_string_lossy())?;
        fields.serialize_field("line", &self.line)?;
        fields.serialize_field("column", &self.column())?;
        fields.serialize_field("text", &self.text)?;
        fields.serialize_field("message", &self.message)?;
        fields.serialize_field("help", &self.help)?;
        fields.end()
    }
}

/// `text` with every character that a terminal would obey replaced by one that it shows, one for one.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => ' ',
            '\u{7f}' => '\u{2421}',
            '\0'..='\u{1f}' => {
                char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other if other.is_control() || is_misleading(other) => char::REPLACEMENT_CHARACTER,
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnostic(text: &str, span: Range<usize>) -> Diagnostic {
        Diagnostic::new(
            Severity::Error,
            Path::new("dir/=rules.archives"),
            12,
            (text, span),
            "this is wrong".to_owned(),
            Some("do it right".to_owned()),
        )
    }

    #[test]
    fn a_finding_looks_like_a_compilers() {
        let shown = diagnostic("a@b\tx y:", 4..5).render(false);
        assert_eq!(
            shown,
            "error: this is wrong\n  --> dir/=rules.archives:12:5\n   |\n12 | a@b x y:\n   |     ^\n   |\n   = help: do it right"
        );
        assert!(diagnostic("a@b x", 4..5).render(true).contains('\x1b'));
    }

    #[test]
    fn nothing_in_a_file_commands_the_terminal() {
        let found = diagnostic("\x1b[31m\u{202e} \0\u{85} x", 13..14);
        assert_eq!(found.text, "\u{241b}[31m\u{fffd} \u{2400}\u{fffd} x");
        assert_eq!(found.column(), 11);
        assert_eq!(&found.text[found.span], "x");
    }

    #[test]
    fn a_long_line_is_cut_round_the_fault() {
        let text = format!("{}X{}", "\u{fc}".repeat(500), "y".repeat(100_000));
        let found = diagnostic(&text, 1000..1000 + 50_000);
        let shown = found.render(false);
        assert!(shown.len() < 2000, "{}", shown.len());
        assert!(shown.contains("=rules.archives:12:501"), "{shown}");
        assert!(shown.contains("\u{fc}X"), "{shown}");
    }

    #[test]
    fn a_fault_may_be_at_the_end_of_an_empty_line() {
        assert!(diagnostic("", 0..0).render(false).contains(":12:1"));
        assert!(diagnostic("a", 1..1).render(false).contains(":12:2"));
    }

    #[test]
    fn programs_get_line_and_column() {
        let json = serde_json::to_value(diagnostic("a\u{fc} x", 4..5)).unwrap();
        assert_eq!(json["severity"], "error");
        assert_eq!(json["path"], "dir/=rules.archives");
        assert_eq!(json["line"], 12);
        assert_eq!(json["column"], 4);
    }
}
