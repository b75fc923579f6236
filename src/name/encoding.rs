//! Arbitrary bytes as one part of a name, and back.

use std::fmt::Write as _;

/// The format characters (general category Cf) of Unicode 16.0.
///
/// Frozen: names are keys for ever, so a character that a later Unicode adds stays as it is.
const FORMAT: [(char, char); 21] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{890}', '\u{891}'),
    ('\u{8e2}', '\u{8e2}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{2064}'),
    ('\u{2066}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{110bd}', '\u{110bd}'),
    ('\u{110cd}', '\u{110cd}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0001}', '\u{e0001}'),
    ('\u{e0020}', '\u{e007f}'),
];

/// Encodes any bytes as a part of a name, so that [`decode`] gives them back.
///
/// In upper-case hex behind a `%` stand bytes that are not valid UTF-8, white space, control and
/// format characters, `%`, `#`, and every `-` at an edge or next to another `-`; everything else
/// stands as it is. Only the empty string gives the empty string.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    // Beyond an edge counts as a `-`.
    let is_dash = |at: Option<usize>| at.is_none_or(|at| bytes.get(at).is_none_or(|&b| b == b'-'));
    let mut at = 0_usize;
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            let keep = match character {
                '%' => false,
                '-' => !is_dash(at.checked_sub(1)) && !is_dash(Some(at + 1)),
                other => is_plain(other),
            };
            if keep {
                text.push(character);
            } else {
                push_escaped(&mut text, character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            at += character.len_utf8();
        }
        push_escaped(&mut text, chunk.invalid());
        at += chunk.invalid().len();
    }
    text
}

/// The bytes that [`encode`] was given. A `%` without two upper-case hex digits stands for itself.
pub fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, after) = escaped(rest).unwrap_or((first, after));
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// The byte that is encoded at the beginning of `text`, and what follows it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [b'%', high, low, after @ ..] => Some((digit(*high)? << 4 | digit(*low)?, after)),
        _ => None,
    }
}

/// Whether a character may stand in a name at all.
///
/// `%` may: it begins an encoded byte, and GNU Arch has system categories with it.
pub(super) fn is_plain(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic() && character != '#';
    }
    !character.is_whitespace()
        && !character.is_control()
        && !FORMAT
            .iter()
            .any(|&(first, last)| (first..=last).contains(&character))
}

fn push_escaped(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        write!(text, "%{byte:02X}").expect("a string takes everything");
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::{Level, Name};

    #[test]
    fn only_what_would_mislead_is_encoded() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"master", "master"),
            (b"feature/x-y", "feature/x-y"),
            (b"a--b---c", "a%2D%2Db%2D%2D%2Dc"),
            (b"-x-", "%2Dx%2D"),
            (b"-", "%2D"),
            (b"50% #1", "50%25%20%231"),
            (b"a\tb\x7f\n", "a%09b%7F%0A"),
            (
                "\u{fc}\u{a0}\u{202e}\u{85}".as_bytes(),
                "\u{fc}%C2%A0%E2%80%AE%C2%85",
            ),
            (b"\xff-\xc3", "%FF-%C3"),
            (b"-\xff-", "%2D%FF%2D"),
        ] {
            assert_eq!(encode(bytes), text);
            assert_eq!(decode(text), bytes);
        }
    }

    #[test]
    fn a_lone_percent_sign_stands_for_itself() {
        for text in ["%", "%2", "%2d", "%zz", "a%", "%%4"] {
            assert_eq!(decode(text), text.as_bytes());
        }
        assert_eq!(decode("%%41"), b"%A");
    }

    #[test]
    fn the_table_of_format_characters_is_sorted() {
        let flat: Vec<char> = FORMAT
            .iter()
            .flat_map(|&(first, last)| [first, last])
            .collect();
        assert!(flat.is_sorted());
    }

    /// Bytes in which what is encoded is frequent.
    fn awkward() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            Just(b"-".to_vec()),
            Just(b"%".to_vec()),
            Just(b"%2D".to_vec()),
            any::<char>().prop_map(|character| character.to_string().into_bytes()),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn every_byte_string_comes_back(bytes in awkward()) {
            prop_assert_eq!(decode(&encode(&bytes)), bytes);
        }

        #[test]
        fn what_is_encoded_is_one_part_of_a_name(bytes in awkward()) {
            prop_assume!(!bytes.is_empty());
            let part = encode(&bytes);
            let mut name = Name::parse("a@b", Some(Level::Archive)).unwrap();
            for level in [Level::Category, Level::Branch, Level::Version, Level::Revision] {
                let child = name.child(&part).unwrap();
                prop_assert_eq!(child.level(), level);
                prop_assert_eq!(child.part(), part.as_str());
                prop_assert_eq!(child.parent(), Some(name));
                prop_assert_eq!(Name::parse(child.as_str(), Some(level)).unwrap(), child.clone());
                name = child;
            }
        }
    }
}
