//! The changed files of a revision, a line each.

use std::fmt::Write as _;

use super::text::line;
use crate::archive::{Change, ChangedFile};

/// The most files that are listed.
const MOST: usize = 200;
/// The longest path, in characters; what is longer loses its beginning.
const PATH: usize = 48;
/// The most `+` and `-` in a line.
const BAR: u64 = 16;

/// A line for each file: a letter for what happened to it, its path, how many lines changed where
/// that is known, and below all of them the sums; empty without files.
pub(super) fn diffstat(files: &[ChangedFile]) -> String {
    let shown = &files[..files.len().min(MOST)];
    let paths: Vec<String> = shown.iter().map(path).collect();
    let width = paths.iter().map(|path| path.chars().count()).max();
    let width = width.unwrap_or(0);
    let most = shown.iter().map(|file| sum(file.lines)).max().unwrap_or(0);
    let digits = most.to_string().len();
    let mut text = String::new();
    // Writing to a string does not fail.
    for (file, path) in shown.iter().zip(paths) {
        let letter = letter(&file.change);
        let _always = match file.lines {
            Some((added, removed)) => {
                let bars = "+".repeat(bar(added, most)) + &"-".repeat(bar(removed, most));
                let row = format!(
                    " {letter} {path:width$} | {:digits$} {bars}",
                    sum(file.lines)
                );
                writeln!(text, "{}", row.trim_end())
            }
            None => writeln!(text, " {letter} {path}"),
        };
    }
    if files.len() > MOST {
        let _always = writeln!(text, " and {} more files", files.len() - MOST);
    }
    let counts: Vec<(u64, u64)> = files.iter().filter_map(|file| file.lines).collect();
    if !counts.is_empty() {
        let add =
            |(a, b): (u64, u64), &(c, d): &(u64, u64)| (a.saturating_add(c), b.saturating_add(d));
        let (added, removed) = counts.iter().fold((0, 0), add);
        let s = if files.len() == 1 { "" } else { "s" };
        let files = files.len();
        let _always = writeln!(text, " {files} file{s} changed, +{added} -{removed} lines");
    }
    text.truncate(text.trim_end().len());
    text
}

/// How many lines were added and removed together.
fn sum(lines: Option<(u64, u64)>) -> u64 {
    lines.map_or(0, |(added, removed)| added.saturating_add(removed))
}

fn letter(change: &Change) -> char {
    match change {
        Change::Added => 'A',
        Change::Modified => 'M',
        Change::Removed => 'D',
        Change::Renamed(_) => 'R',
    }
}

fn path(file: &ChangedFile) -> String {
    let path = match &file.change {
        Change::Renamed(old) => format!("{} => {}", line(old), line(&file.path)),
        _ => line(&file.path),
    };
    let length = path.chars().count();
    if length <= PATH {
        return path;
    }
    let end: String = path.chars().skip(length - PATH + 1).collect();
    format!("…{end}")
}

/// How many marks stand for so many lines: as many, or in proportion, but one where there is any.
fn bar(lines: u64, most: u64) -> usize {
    let marks = if most <= BAR {
        lines
    } else {
        (lines.saturating_mul(BAR) / most).max(lines.min(1))
    };
    usize::try_from(marks).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, change: Change, lines: Option<(u64, u64)>) -> ChangedFile {
        let path = path.to_owned();
        ChangedFile {
            path,
            change,
            lines,
        }
    }

    #[test]
    fn files_are_told_with_what_happened_to_them() {
        let files = [
            file("src/kettle.c", Change::Modified, Some((8, 4))),
            file("new\u{1b}", Change::Added, Some((96, 0))),
            file("spout", Change::Renamed("nose".to_owned()), Some((0, 1))),
            file("pic.png", Change::Removed, None),
            file(&"d/".repeat(40), Change::Added, Some((0, 0))),
        ];
        assert_eq!(
            diffstat(&files),
            " M src/kettle.c                                     | 12 +-\n \
             A new\u{fffd}                                             | 96 ++++++++++++++++\n \
             R nose => spout                                    |  1 -\n \
             D pic.png\n \
             A …/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/d/ |  0\n \
             5 files changed, +104 -5 lines"
        );
    }

    #[test]
    fn without_counts_it_is_a_list_and_never_a_long_one() {
        assert_eq!(diffstat(&[]), "");
        let files = vec![file("f", Change::Added, None); MOST + 3];
        let text = diffstat(&files);
        assert!(text.starts_with(" A f\n A f\n"), "{text}");
        assert!(text.ends_with(" A f\n and 3 more files"), "{text}");
    }
}
