//! Paint, and text made fit to be printed.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use super::context::Context;

/// What failed.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// What may be wrong.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The way out.
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What is done and well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// A heading.
pub(crate) const HEADING: Style = Style::new().bold();
/// What is there for completeness.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Everything else.
pub(crate) const PLAIN: Style = Style::new();

/// `text` in `style` where `color` is wanted, else as it is.
pub(crate) fn paint<T: Display>(color: bool, style: Style, text: T) -> impl Display {
    Painted {
        style: if color { style } else { PLAIN },
        text,
    }
}

struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { style, text } = self;
        write!(f, "{style}{text}{style:#}")
    }
}

/// `text` with what could act on a terminal written out: control characters but for the newline,
/// and those that turn the direction of text, become `\u{…}`.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let acts = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut printable = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if acts(c) {
            printable.extend(c.escape_unicode());
        } else {
            printable.push(c);
        }
    }
    Cow::Owned(printable)
}

/// Says on standard error what may not be meant.
pub(crate) fn warn(context: &Context, text: &str) {
    let warning = paint(context.color_err, WARNING, "warning:");
    let text = format!("{warning} {}\n", printable(text));
    // A closed standard error leaves nobody to tell.
    let _unheard = std::io::stderr().write_all(text.as_bytes());
}

/// `text` as one word of a command line, quoted where a shell would read it otherwise.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+=:@%,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_acts_on_a_terminal_is_printed() {
        assert_eq!(printable("ö\nb"), "ö\nb");
        assert_eq!(
            printable("a\x1b[2Jb\r\u{202e}"),
            r"a\u{1b}[2Jb\u{d}\u{202e}"
        );
    }

    #[test]
    fn a_word_is_quoted_where_a_shell_would_read_it_otherwise() {
        assert_eq!(word("mail:jo@example.org"), "mail:jo@example.org");
        assert_eq!(word("a b"), "'a b'");
        assert_eq!(word("it's"), r"'it'\''s'");
    }

    #[test]
    fn paint_leaves_no_trace_without_color() {
        assert_eq!(paint(false, ERROR, "x").to_string(), "x");
        assert_eq!(paint(true, FAINT, "x").to_string(), "\x1b[2mx\x1b[0m");
    }
}
