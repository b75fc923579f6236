//! Tables for people: aligned, without borders, as wide as the terminal.

use anstyle::{AnsiColor, Style};
use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Width, presets,
};

use super::context::Context;
use super::error::CliError;
use super::out::Out;
use super::style::{self, printable};

/// A terminal that is narrower is none to arrange a table for.
const NARROWEST: u16 = 40;

/// The blanks behind a column.
const GAP: u16 = 2;

/// Rows under headings. On a terminal cells of several words are broken to its width, where that
/// suffices; elsewhere a row is a line.
#[derive(Debug)]
pub(crate) struct Table {
    inner: comfy_table::Table,
    /// The width of the terminal, where there is one.
    width: Option<u16>,
    /// The longest word of each column.
    words: Vec<u16>,
}

/// A cell: text, with control characters written out, in a style.
#[derive(Debug)]
pub(crate) struct Cell(comfy_table::Cell);

impl Cell {
    /// A cell in one of the styles of [`super::style`].
    pub(crate) fn styled(text: &str, style: Style) -> Self {
        let mut cell = comfy_table::Cell::new(printable(text));
        if style.get_effects().contains(anstyle::Effects::BOLD) {
            cell = cell.add_attribute(Attribute::Bold);
        }
        if style == style::FAINT {
            cell = cell.add_attribute(Attribute::Dim);
        }
        let color = [
            (AnsiColor::Red, Color::DarkRed),
            (AnsiColor::Yellow, Color::DarkYellow),
            (AnsiColor::Green, Color::DarkGreen),
            (AnsiColor::Cyan, Color::DarkCyan),
        ]
        .into_iter()
        .find(|(color, _)| style.get_fg_color() == Some((*color).into()));
        Self(match color {
            Some((_, color)) => cell.fg(color),
            None => cell,
        })
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::styled(text, style::PLAIN)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

/// A number, aligned to the right.
impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        let cell = comfy_table::Cell::new(number);
        Self(cell.set_alignment(CellAlignment::Right))
    }
}

impl Table {
    /// A table whose columns are headed by `headings`.
    pub(crate) fn new<const N: usize>(context: &Context, headings: [&str; N]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING);
        let width = table
            .width()
            .filter(|width| table.is_tty() && !context.dumb && *width >= NARROWEST);
        table.set_content_arrangement(ContentArrangement::Disabled);
        if context.color_out {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(headings.map(|heading| Cell::styled(heading, style::HEADING).0));
        for column in table.column_iter_mut() {
            column.set_padding((0, GAP));
        }
        let words = headings.map(longest_word).to_vec();
        Self {
            inner: table,
            width,
            words,
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<comfy_table::Cell> = cells.into_iter().map(|cell| cell.0).collect();
        for (longest, cell) in self.words.iter_mut().zip(&cells) {
            *longest = longest_word(&cell.content()).max(*longest);
        }
        self.inner.add_row(cells);
    }

    /// Prints the table, without blanks at the ends of lines.
    pub(crate) fn print(&mut self, out: &mut Out) -> Result<(), CliError> {
        self.arrange();
        for line in self.inner.lines() {
            out.line(line.trim_end())?;
        }
        Ok(())
    }

    /// Breaks cells to the width, unless that would break words.
    fn arrange(&mut self) {
        let needed = self.words.iter().map(|word| word.saturating_add(GAP));
        let Some(width) = self.width.filter(|width| {
            let all: u32 = needed.clone().map(u32::from).sum();
            all <= u32::from(*width)
        }) else {
            return;
        };
        self.inner.set_width(width);
        self.inner
            .set_content_arrangement(ContentArrangement::Dynamic);
        for (column, needed) in self.inner.column_iter_mut().zip(needed) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(needed)));
        }
    }
}

fn longest_word(text: &str) -> u16 {
    let words = text.split([' ', '\n']);
    let longest = words.map(|word| word.chars().count()).max();
    longest.unwrap_or(0).try_into().unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_broken_between_words_or_not_at_all() {
        let lines = |width| {
            let mut table = Table::new(&Context::blind(), ["state", "rule"]);
            table.width = Some(width);
            table.row([
                "active".into(),
                "jo@example.org--2026/hello record:b record:v".into(),
            ]);
            table.arrange();
            let lines = table.inner.lines();
            lines
                .map(|line| line.trim_end().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            lines(45),
            [
                "state   rule",
                "active  jo@example.org--2026/hello record:b",
                "        record:v",
            ]
        );
        for width in [52, 54, 20] {
            assert_eq!(lines(width).len(), if width == 52 { 3 } else { 2 });
        }
    }

    #[test]
    fn a_row_is_a_line_where_nobody_looks() {
        let mut table = Table::new(&Context::blind(), ["name", "owed"]);
        table.row(["A/a-rather-long-name".into(), 7.into()]);
        table.row(["b\x1b".into(), 1000.into()]);
        let lines: Vec<String> = table.inner.lines().collect();
        let lines: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
        assert_eq!(
            lines,
            [
                "name                  owed",
                "A/a-rather-long-name     7",
                "b\\u{1b}               1000",
            ]
        );
    }
}
