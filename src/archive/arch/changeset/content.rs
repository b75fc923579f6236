//! What is in a file: text of which the beginning is held, or bytes that are none.

use std::io::{self, Read};

/// A zero byte that early says that a file is no text, to git and to diff.
const TOLD_BY: usize = 8000;

const CHUNK: usize = 16 << 10;

/// What is in a file.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// The beginning; of what is no text nothing.
    pub(super) text: Vec<u8>,
    /// How many lines there are, whether held or not.
    pub(super) lines: u64,
    /// There is more than is held.
    pub(super) is_cut: bool,
    pub(super) is_binary: bool,
    /// The lines that a patch adds and removes, were this one.
    pub(super) patched: (u64, u64),
    /// The last line has no end.
    pub(super) is_open: bool,
}

impl Content {
    /// The target of a symbolic link.
    pub(super) fn link(target: &[u8]) -> Self {
        Self {
            text: [target, b"\n"].concat(),
            lines: 1,
            ..Self::default()
        }
    }

    /// Reads a file to its end, and holds as much as there is `room` for, which shrinks by that.
    pub(super) fn read(file: &mut impl Read, room: &mut u64) -> io::Result<Self> {
        let mut content = Self::default();
        let mut lines = Lines::default();
        let mut chunk = [0; CHUNK];
        let mut length = 0;
        loop {
            let piece = match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => &chunk[..count],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let early = &piece[..piece.len().min(TOLD_BY.saturating_sub(length))];
            content.is_binary |= early.contains(&0);
            length = length.saturating_add(piece.len());
            lines.count(piece);
            let held = usize::try_from(*room).map_or(piece.len(), |room| room.min(piece.len()));
            content.text.extend_from_slice(&piece[..held]);
            content.is_cut |= held < piece.len();
            *room -= held as u64;
        }
        if content.is_binary {
            *room += content.text.len() as u64;
            content.text = Vec::new();
            content.is_cut = false;
        }
        content.is_open = length > 0 && !lines.at_start;
        content.lines = lines.ended + u64::from(content.is_open);
        content.patched = lines.patched;
        Ok(content)
    }

    /// What stands first, without its last line's end.
    pub(super) fn first_line(&self) -> &[u8] {
        let line = self.text.split(|&byte| byte == b'\n').next();
        line.unwrap_or_default()
    }
}

/// Counts lines as they come.
#[derive(Debug)]
struct Lines {
    at_start: bool,
    ended: u64,
    /// A line that begins with `@` was seen: in a patch, what is added and removed stands below.
    in_hunk: bool,
    patched: (u64, u64),
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            at_start: true,
            ended: 0,
            in_hunk: false,
            patched: (0, 0),
        }
    }
}

impl Lines {
    fn count(&mut self, piece: &[u8]) {
        for line in piece.split_inclusive(|&byte| byte == b'\n') {
            if self.at_start {
                match line.first() {
                    Some(b'@') => self.in_hunk = true,
                    Some(b'+') if self.in_hunk => self.patched.0 += 1,
                    Some(b'-') if self.in_hunk => self.patched.1 += 1,
                    _ => {}
                }
            }
            self.at_start = line.ends_with(b"\n");
            self.ended += u64::from(self.at_start);
        }
    }
}
