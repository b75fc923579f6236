//! One changed file of a changeset, and its part of the diff.

use std::io::Write as _;

use super::content::Content;

/// How the files of the directory `patches` end, behind the name of the changed file.
pub(super) const ENDS: [&[u8]; 7] = [
    b".patch",
    b".original",
    b".modified",
    b".link-orig",
    b".link-mod",
    b".meta-orig",
    b".meta-mod",
];

/// A changed file.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// What it was.
    pub(super) old: Side,
    /// What it is.
    pub(super) new: Side,
    /// How the one becomes the other, where both are text.
    patch: Option<Content>,
}

/// A file before or after the change.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// All of it, where that is in the changeset.
    pub(super) content: Option<Content>,
    /// Its permissions, where they changed.
    permissions: Option<Vec<u8>>,
}

impl Changed {
    /// Takes a file of the directory `patches` with one of the [`ENDS`].
    pub(super) fn take(&mut self, end: &[u8], content: Content) {
        match end {
            b".patch" => self.patch = Some(content),
            b".original" | b".link-orig" => self.old.content = Some(content),
            b".modified" | b".link-mod" => self.new.content = Some(content),
            b".meta-orig" => self.old.permissions = permissions(&content),
            b".meta-mod" => self.new.permissions = permissions(&content),
            _ => {}
        }
    }

    /// How many lines were added and removed, if that makes sense.
    pub(super) fn lines(&self) -> Option<(u64, u64)> {
        if let Some(patch) = &self.patch {
            return Some(patch.patched);
        }
        let lines = |side: &Side| side.content.as_ref().map_or(0, |content| content.lines);
        (!self.is_binary()).then(|| (lines(&self.new), lines(&self.old)))
    }

    /// Whether its part of the diff is cut.
    pub(super) fn is_cut(&self) -> bool {
        let contents = [&self.patch, &self.old.content, &self.new.content];
        !self.is_binary() && contents.into_iter().flatten().any(|content| content.is_cut)
    }

    /// Writes its part of the diff.
    pub(super) fn write(&self, path: &[u8], diff: &mut Vec<u8>) {
        let name = name(path);
        if let (Some(old), Some(new)) = (&self.old.permissions, &self.new.permissions) {
            diff.extend(
                [
                    b"old permissions ",
                    &old[..],
                    b"\nnew permissions ",
                    new,
                    b"\n",
                ]
                .concat(),
            );
        }
        if let Some(patch) = &self.patch {
            diff.extend_from_slice(&patch.text);
            end_line(patch, diff);
            return;
        }
        let nothing = || "/dev/null".to_owned();
        let side = |side: &Side, tree| side.content.as_ref().map(|_| format!("{tree}/{name}"));
        let old = side(&self.old, "orig").unwrap_or_else(nothing);
        let new = side(&self.new, "mod").unwrap_or_else(nothing);
        let mut write = |line: std::fmt::Arguments<'_>| diff.write_fmt(line);
        let written = if self.is_binary() {
            write(format_args!("Binary files {old} and {new} differ\n"))
        } else if self.old.content.is_some() || self.new.content.is_some() {
            let (added, removed) = self.lines().unwrap_or_default();
            let (from, to) = (range(removed), range(added));
            write(format_args!("--- {old}\n+++ {new}\n")).and_then(|()| match added + removed {
                0 => Ok(()),
                _ => write(format_args!("@@ -{from} +{to} @@\n")),
            })
        } else {
            return;
        };
        written.expect("memory takes everything");
        if !self.is_binary() {
            for (sign, side) in [(b'-', &self.old), (b'+', &self.new)] {
                write_lines(sign, side, diff);
            }
        }
    }

    fn is_binary(&self) -> bool {
        let contents = [&self.old.content, &self.new.content];
        let mut contents = contents.into_iter().flatten();
        contents.any(|content| content.is_binary)
    }
}

fn write_lines(sign: u8, side: &Side, diff: &mut Vec<u8>) {
    let Some(content) = &side.content else { return };
    for line in content.text.split_inclusive(|&byte| byte == b'\n') {
        diff.push(sign);
        diff.extend_from_slice(line);
    }
    end_line(content, diff);
}

/// Says so where the last line that was written has no end.
fn end_line(content: &Content, diff: &mut Vec<u8>) {
    if diff.last().is_some_and(|&byte| byte != b'\n') {
        diff.push(b'\n');
        if content.is_open && !content.is_cut {
            diff.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
}

/// The lines of a file that is new or gone, as the head of a hunk has them.
fn range(lines: u64) -> String {
    match lines {
        0 => "0,0".to_owned(),
        1 => "1".to_owned(),
        lines => format!("1,{lines}"),
    }
}

/// `--permissions 644`.
fn permissions(content: &Content) -> Option<Vec<u8>> {
    let bits = content.first_line().strip_prefix(b"--permissions ")?;
    bits.iter().all(u8::is_ascii_digit).then(|| bits.to_owned())
}

/// A path that stays in its line.
fn name(path: &[u8]) -> String {
    String::from_utf8_lossy(path).replace(char::is_control, "?")
}
