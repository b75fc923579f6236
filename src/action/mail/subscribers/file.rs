//! The whole file.

use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::{FILE_NAME, Subscription, line};
use crate::fsx::open_regular;
use crate::rules::{Diagnostic, read_lines};

/// The most bytes that are read: a file that many may write has a limit.
const LARGEST: u64 = 16 << 20;

/// The subscribers of a notification directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribers {
    /// Those whose lines can be used, in the file's order.
    pub list: Vec<Subscription>,
    /// What is wrong with the others.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why the file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

impl Subscribers {
    /// Reads the bytes of a file. `path` is for the diagnostics.
    pub fn parse(path: &Path, bytes: &[u8]) -> Self {
        let mut list = Vec::new();
        let diagnostics = read_lines(path, bytes, &mut |number, text| {
            list.extend(line::parse(number, text)?);
            Ok(())
        });
        Self { list, diagnostics }
    }

    /// Reads the file of a notification directory; `None` where there is none.
    pub fn read(dir: &Path) -> Result<Option<Self>, ReadError> {
        let path = dir.join(FILE_NAME);
        match bytes(&path) {
            Ok(bytes) => Ok(Some(Self::parse(&path, &bytes))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ReadError { path, source }),
        }
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let (file, _) = open_regular(path)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Kinds, Pace};
    use super::*;

    fn parse(bytes: &[u8]) -> Subscribers {
        Subscribers::parse(Path::new(FILE_NAME), bytes)
    }

    #[test]
    fn the_form_of_the_lines_is_free() {
        for bytes in [
            &b"# who\n\njo@example.org A/**  # why\n al@Example.ORG\tA/c path:src/** each created\n"[..],
            b"# who\r\n\r\njo@example.org A/**\r\nal@example.org A/c path:src/** created each\r\n",
        ] {
            let read = parse(bytes);
            let [jo] = &read.list[..] else {
                panic!("{read:?}");
            };
            assert_eq!((jo.line, jo.kinds, jo.pace), (3, Kinds::All, Pace::Batch));
            assert_eq!(read.diagnostics.len(), 1);
        }
        let read = parse(b"\xef\xbb\xbfal@Example.ORG path:src path:doc/*.md digest revisions");
        assert_eq!(read.diagnostics, []);
        let al = &read.list[0];
        assert_eq!(al.address.to_string(), "al@example.org");
        assert_eq!((&al.glob, al.paths.len()), (&None, 2));
        assert_eq!((al.kinds, al.pace), (Kinds::Revisions, Pace::Digest));
    }

    #[test]
    fn a_bad_line_does_not_stop_the_others() {
        for (line, column, words) in [
            (&b"jo@example.org"[..], 15, "needs a glob"),
            (b"jo A/**", 1, "`jo` is no mail address"),
            (b"-f@example.org A/**", 1, "no mail address"),
            (b"jo@example.org,al@example.org A", 1, "one address"),
            (b"jo@example.org branch:", 16, "empty glob"),
            (b"jo@example.org A path:", 18, "empty glob"),
            (b"jo@example.org A path:x created", 25, "only revisions"),
            (b"jo@example.org A B", 18, "`B` is no word"),
            (b"jo@example.org A all revisions", 22, "said twice"),
            (b"jo@example.org A each each", 23, "said twice"),
            (b"jo@example.org A\xc2\xa0each", 17, "U+00A0"),
            (b"jo@ex\xffample.org A", 6, "not UTF-8"),
        ] {
            let mut bytes = line.to_vec();
            bytes.extend(b"\nal@example.org A\n");
            let read = parse(&bytes);
            assert_eq!(read.list.len(), 1, "{read:?}");
            assert_eq!(read.list[0].line, 2);
            let [found] = &read.diagnostics[..] else {
                panic!("{read:?}");
            };
            assert!(found.is_error());
            assert!(found.message.contains(words), "{}", found.message);
            assert_eq!((found.line, found.column()), (1, column), "{words}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(b' '), Just(b'@'), Just(b'\n'), Just(b':'), Just(b'*')],
            0..80,
        )) {
            for found in parse(&bytes).diagnostics {
                let place = format!("{FILE_NAME}:{}:{}", found.line, found.column());
                prop_assert!(found.render(false).contains(&place));
            }
        }
    }
}
