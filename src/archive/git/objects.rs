//! Reads many objects at once.

use super::desk::{Asked, Desk, Reading};
use super::object::{Kind, Object};
use super::program::Git;
use crate::archive::resident::Next;
use crate::archive::{ArchiveError, text};
use crate::name::{Level, Name};

const CAT_FILE: &[&str] = &["cat-file", "--batch"];

/// More of an object is not read: nothing that a person wrote is longer.
pub(super) const LONGEST: usize = 16 << 20;

/// The object id that a revision's name holds: all of it, as git prints it.
pub(super) fn id(revision: &Name) -> Option<&str> {
    let part = revision.part();
    (revision.level() == Level::Revision && is_id(part)).then_some(part)
}

/// Whether a text is a whole object id, as git prints it.
pub(super) fn is_id(text: &str) -> bool {
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    matches!(text.len(), 40 | 64) && text.bytes().all(is_hex)
}

/// What `make` makes of each object, in the order of their ids; `None` for one that is missing.
///
/// Of each, `keep` bytes are read and the rest is passed over.
pub(super) fn read<T>(
    desk: &Desk,
    git: &Git<'_>,
    ids: &[&str],
    keep: usize,
    make: impl Fn(&str, Object) -> T,
) -> Result<Vec<Option<T>>, ArchiveError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let question = ids.join("\n") + "\n";
    let make = &make;
    let begin = || Reader {
        ids,
        keep,
        line: Vec::new(),
        body: None,
        made: Vec::with_capacity(ids.len()),
        make,
    };
    match desk.ask(git, CAT_FILE, question.as_bytes(), begin)? {
        Asked::Answered(reader) => Ok(reader.made),
        Asked::Ended(error) => Err(error),
    }
}

/// Takes apart what `git cat-file --batch` prints, as it comes.
struct Reader<'i, T, M> {
    ids: &'i [&'i str],
    keep: usize,
    /// The beginning of a line that is not complete.
    line: Vec<u8>,
    body: Option<Body>,
    made: Vec<Option<T>>,
    make: M,
}

/// An object whose text is being read.
struct Body {
    object: Object,
    size: usize,
    /// How much is still to come, with the line feed behind the text.
    left: usize,
}

impl<T, M: Fn(&str, Object) -> T> Reading for Reader<'_, T, M> {
    fn take(&mut self, mut piece: &[u8]) -> Next {
        while !piece.is_empty() {
            piece = match self.body.take() {
                Some(body) => self.feed_body(body, piece),
                None => self.feed_line(piece),
            };
        }
        if self.is_whole() {
            Next::Nothing
        } else {
            Next::More
        }
    }

    fn is_whole(&self) -> bool {
        self.made.len() >= self.ids.len()
    }

    fn is_unknown(&self) -> bool {
        self.made.iter().any(Option::is_none)
    }
}

impl<T, M: Fn(&str, Object) -> T> Reader<'_, T, M> {
    fn feed_line<'p>(&mut self, piece: &'p [u8]) -> &'p [u8] {
        let Some(end) = piece.iter().position(|&byte| byte == b'\n') else {
            self.line.extend_from_slice(piece);
            return &[];
        };
        self.line.extend_from_slice(&piece[..end]);
        self.body = body(&self.line);
        if self.body.is_none() {
            self.made.push(None);
        }
        self.line.clear();
        &piece[end + 1..]
    }

    fn feed_body<'p>(&mut self, mut body: Body, piece: &'p [u8]) -> &'p [u8] {
        let (here, rest) = piece.split_at(piece.len().min(body.left));
        let text = &mut body.object.text;
        // With one byte more than is kept, whether it is cut within a character can be told.
        let wanted = body.size.min(self.keep.saturating_add(1)) - text.len();
        text.extend_from_slice(&here[..here.len().min(wanted)]);
        body.left -= here.len();
        if body.left == 0 {
            text::cut(&mut body.object.text, self.keep);
            let id = self.ids.get(self.made.len()).copied().unwrap_or_default();
            self.made.push(Some((self.make)(id, body.object)));
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
        let expected = output.iter().filter(|byte| byte.is_ascii_digit()).count();
        let mut reader = Reader {
            ids: &vec![""; expected],
            keep,
            line: Vec::new(),
            body: None,
            made: Vec::new(),
            make: |_: &str, object: Object| object.text,
        };
        for piece in output.chunks(length) {
            reader.take(piece);
        }
        reader.made
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
