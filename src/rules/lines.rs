//! The lines of a file that a person writes: text, comments, fields, and what may be wrong with them.

use std::ops::Range;
use std::path::Path;

use super::{Diagnostic, Severity};

/// What is wrong with a part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the line that are at fault.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without a way out.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            help: None,
        }
    }

    /// With the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Blanks and tabs, which part fields.
pub(super) const SPACE: [char; 2] = [' ', '\t'];

/// The line without its comment.
pub(super) fn content(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

/// The fields of a line with their places in bytes; none if there are only white space and comment.
pub fn fields(line: &str) -> Result<Vec<(usize, &str)>, Fault> {
    let content = content(line);
    let unfit = |c: char| !SPACE.contains(&c) && (c.is_whitespace() || c.is_control());
    if let Some((at, character)) = content.char_indices().find(|&(_, c)| unfit(c)) {
        let message = format!(
            "the character U+{:04X} parts no fields, and stands in none",
            u32::from(character)
        );
        let fault = Fault::new(at..at + character.len_utf8(), message);
        return Err(fault.help("fields are parted by blanks or tabs"));
    }
    let mut start = 0;
    let mut fields = Vec::new();
    for field in content.split(SPACE) {
        if !field.is_empty() {
            fields.push((start, field));
        }
        start += field.len() + 1;
    }
    Ok(fields)
}

/// Takes note of a line and its number, from 1; or tells what is wrong with it.
pub type ParseLine<'a> = dyn FnMut(usize, &str) -> Result<(), Vec<Fault>> + 'a;

/// Hands each line of a file and its number, from 1, to `parse`, and returns what is wrong, in the
/// file's order. `path` is for the diagnostics.
///
/// A byte order mark and carriage returns at the ends of lines are left out, and lines that are not
/// UTF-8 are reported here.
pub fn read_lines(path: &Path, bytes: &[u8], parse: &mut ParseLine<'_>) -> Vec<Diagnostic> {
    let mut reader = Reader {
        path,
        parse,
        diagnostics: Vec::new(),
    };
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        reader.read(index + 1, trim_returns(line));
    }
    reader.diagnostics
}

fn trim_returns(mut line: &[u8]) -> &[u8] {
    while let [start @ .., b'\r'] = line {
        line = start;
    }
    line
}

struct Reader<'a> {
    path: &'a Path,
    parse: &'a mut ParseLine<'a>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self, number: usize, bytes: &[u8]) {
        let Ok(line) = std::str::from_utf8(bytes) else {
            self.report_bad_utf8(number, bytes);
            return;
        };
        if let Err(faults) = (self.parse)(number, line) {
            for fault in faults {
                self.report(Severity::Error, number, line, fault);
            }
        }
        self.warn_of_glued_comment(number, line);
    }

    /// A `#` behind a word begins a comment, but perhaps it was meant as part of the word.
    fn warn_of_glued_comment(&mut self, number: usize, line: &str) {
        let at = content(line).len();
        if at == line.len() || at == 0 || line[..at].ends_with(SPACE) {
            return;
        }
        let mut fault = Fault::new(
            at..line.len(),
            "a comment begins here, in the middle of a word",
        );
        fault.help = Some(
            "put a blank before `#` if a comment is meant; no name and no THUNK can hold a `#`"
                .to_owned(),
        );
        self.report(Severity::Warning, number, line, fault);
    }

    /// What is not UTF-8 costs the line, or nothing if only the comment is concerned.
    fn report_bad_utf8(&mut self, number: usize, bytes: &[u8]) {
        let good = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let text = String::from_utf8_lossy(bytes);
        let span = good.len()..good.len() + char::REPLACEMENT_CHARACTER.len_utf8();
        if good.contains('#') {
            let mut fault = Fault::new(span, "the comment is not UTF-8 from here on");
            fault.help = Some("save the file as UTF-8".to_owned());
            self.report(Severity::Warning, number, &text, fault);
            // The replacement characters stand in the comment, so the rule is as it was written.
            self.read(number, text.as_bytes());
        } else {
            let mut fault = Fault::new(span, "the line is not UTF-8 from here on");
            fault.help = Some("save the file as UTF-8".to_owned());
            self.report(Severity::Error, number, &text, fault);
        }
    }

    fn report(&mut self, severity: Severity, number: usize, line: &str, fault: Fault) {
        self.diagnostics.push(Diagnostic::new(
            severity,
            self.path,
            number,
            (line, fault.span),
            fault.message,
            fault.help,
        ));
    }
}
