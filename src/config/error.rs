//! What is wrong with the settings, as a compiler would say it.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// Everything that is wrong with the settings, the weakest layer first, each file from its top.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// The problems; there is at least one.
    pub problems: Vec<Problem>,
}

/// One thing that is wrong with a settings file.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The file is there and cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A place in the file is wrong.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: usize,
        /// The column of the first character at fault, from 1.
        column: usize,
        /// The line's text.
        text: String,
        /// The bytes of `text` that are at fault.
        span: Range<usize>,
        /// What is wrong.
        message: String,
        /// The way out, where there is one to say.
        help: Option<String>,
    },
}

impl ConfigError {
    /// All problems with their lines and carets, for a terminal or, without `color`, for a log.
    pub fn render(&self, color: bool) -> String {
        let rendered: Vec<String> = self
            .problems
            .iter()
            .map(|problem| problem.render(color))
            .collect();
        rendered.join("\n\n")
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Problem {
    /// The problem with its line and caret; no newline at the end.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        match self {
            Self::Unreadable { .. } => {
                let title = Level::ERROR.primary_title(self.to_string());
                renderer.render(&[Group::with_title(title)])
            }
            Self::Invalid {
                path,
                line,
                text,
                span,
                message,
                help,
                ..
            } => {
                let path = path.to_string_lossy();
                let snippet = Snippet::source(text.as_str())
                    .line_start(*line)
                    .path(path.as_ref())
                    .annotation(AnnotationKind::Primary.span(span.clone()));
                let mut group = Level::ERROR
                    .primary_title(message.as_str())
                    .element(snippet);
                if let Some(help) = help {
                    group = group.element(Level::HELP.message(help.as_str()));
                }
                renderer.render(&[group])
            }
        }
    }
}
