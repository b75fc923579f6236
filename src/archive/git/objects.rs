//! Reads many objects by one run of git.

use super::object::{Kind, Object};
use super::program::Git;
use crate::archive::ArchiveError;
use crate::name::{Level, Name};

/// More of an object is not read: nothing that a person wrote is longer.
pub(super) const LONGEST: usize = 16 << 20;

/// The object id that a revision's name holds: all of it, as git prints it.
pub(super) fn id(revision: &Name) -> Option<&str> {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let part = revision.part();
    (revision.level() == Level::Revision
        && matches!(part.len(), 40 | 64)
        && part.bytes().all(is_hex))
    .then_some(part)
}

/// Hands the objects to `each`, in the order of their ids; `None` for one that is missing.
///
/// Of each, `keep` bytes are read and the rest is passed over.
pub(super) fn read(
    git: &Git<'_>,
    ids: &[&str],
    keep: usize,
    each: &mut dyn FnMut(Option<Object>),
) -> Result<(), ArchiveError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut reader = Reader {
        keep,
        line: Vec::new(),
        body: None,
        each,
    };
    let input = ids.join("\n") + "\n";
    git.run(&["cat-file", "--batch"], input.as_bytes(), &mut |piece| {
        reader.feed(piece);
    })
}

/// Takes apart what `git cat-file --batch` prints, as it comes.
struct Reader<'e> {
    keep: usize,
    /// The beginning of a line that is not complete.
    line: Vec<u8>,
    body: Option<Body>,
    each: &'e mut dyn FnMut(Option<Object>),
}

/// An object whose text is being read.
struct Body {
    object: Object,
    size: usize,
    /// How much is still to come, with the line feed behind the text.
    left: usize,
}

impl Reader<'_> {
    fn feed(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            piece = match self.body.take() {
                Some(body) => self.feed_body(body, piece),
                None => self.feed_line(piece),
            };
        }
    }

    fn feed_line<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let Some(end) = piece.iter().position(|&byte| byte == b'\n') else {
            self.line.extend_from_slice(piece);
            return &[];
        };
        self.line.extend_from_slice(&piece[..end]);
        self.body = body(&self.line);
        if self.body.is_none() {
            (self.each)(None);
        }
        self.line.clear();
        &piece[end + 1..]
    }

    fn feed_body<'p>(&mut self, mut body: Body, piece: &'p [u8]) -> &'p [u8] {
        let (here, rest) = piece.split_at(piece.len().min(body.left));
        let text = &mut body.object.text;
        let wanted = body.size.min(self.keep) - text.len();
        text.extend_from_slice(&here[..here.len().min(wanted)]);
        body.left -= here.len();
        if body.left == 0 {
            (self.each)(Some(body.object));
        } else {
            self.body = Some(body);
        }
        rest
    }
}

/// What a line announces: `ID TYPE SIZE`, or that there is nothing.
fn body(line: &[u8]) -> Option<Body> {
    let line = str::from_utf8(line).ok()?;
    let [_, kind, size] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let size: usize = size.parse().ok()?;
    Some(Body {
        object: Object {
            kind: Kind::parse(kind)?,
            text: Vec::new(),
        },
        size,
        left: size.checked_add(1)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_in_pieces(output: &[u8], length: usize, keep: usize) -> Vec<Option<Vec<u8>>> {
        let mut objects = Vec::new();
        let mut each = |object: Option<Object>| objects.push(object.map(|object| object.text));
        let mut reader = Reader {
            keep,
            line: Vec::new(),
            body: None,
            each: &mut each,
        };
        for piece in output.chunks(length) {
            reader.feed(piece);
        }
        objects
    }

    #[test]
    fn objects_come_whole_however_they_are_cut() {
        let output = b"1 commit 4\na\nbc\n2 missing\n3 blob 0\n\n4 tag 2\n\n\n\n";
        let expected = vec![
            Some(b"a\nbc".to_vec()),
            None,
            Some(Vec::new()),
            Some(b"\n\n".to_vec()),
        ];
        for length in 1..=output.len() {
            assert_eq!(read_in_pieces(output, length, 100), expected, "{length}");
        }
    }

    #[test]
    fn what_is_too_long_is_passed_over() {
        let output = b"1 blob 6\nabcdef\n2 blob 1\ng\n";
        for length in 1..=output.len() {
            assert_eq!(
                read_in_pieces(output, length, 2),
                [Some(b"ab".to_vec()), Some(b"g".to_vec())]
            );
        }
    }

    #[test]
    fn only_a_whole_object_id_names_a_revision() {
        let hex = "0123456789abcdef".repeat(4);
        for (part, is_id) in [
            (&hex[..40], true),
            (&hex[..], true),
            (&hex[..39], false),
            (&hex.to_uppercase()[..40], false),
            ("HEAD:secret", false),
        ] {
            let name = Name::parse(&format!("a/c--heads--v--{part}"), Some(Level::Revision));
            assert_eq!(id(&name.unwrap()), is_id.then_some(part), "{part}");
        }
    }
}
