//! Bytes of any encoding as text.

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, WINDOWS_1252};

/// The text that `bytes` are: UTF-8 where they are valid as that, otherwise what they are `declared`
/// to be, otherwise Latin-1, line by line.
///
/// Encodings are called as on the web, where Latin-1 means Windows-1252, which has letters and signs
/// in place of some control characters. Whatever the bytes are, none of them is an error. Control
/// characters stand as they are.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    let declared = declared
        .and_then(|label| Encoding::for_label(label.as_bytes()))
        .filter(|encoding| ![UTF_8, REPLACEMENT].contains(encoding));
    match (str::from_utf8(bytes), declared) {
        // The escapes of such an encoding are valid UTF-8 as well.
        (Ok(_), Some(encoding)) if !encoding.is_ascii_compatible() && bytes.contains(&ESCAPE) => {
            decode_as(encoding, bytes).into_owned()
        }
        (Ok(text), _) => text.to_owned(),
        (Err(_), Some(encoding)) => decode_as(encoding, bytes).into_owned(),
        (Err(_), None) => bytes
            .split_inclusive(|&byte| byte == b'\n')
            .map(|line| match str::from_utf8(line) {
                Ok(line) => Cow::Borrowed(line),
                Err(_) => decode_as(WINDOWS_1252, line),
            })
            .collect(),
    }
}

/// Cuts `bytes` at `length`, but not within a character of UTF-8.
pub(super) fn cut(bytes: &mut Vec<u8>, length: usize) {
    if bytes.len() <= length {
        return;
    }
    bytes.truncate(length);
    let tail = length.saturating_sub(LONGEST_CHARACTER - 1);
    let begun = (tail..length).rev().find(|&at| bytes[at] >= 0xC0);
    if let Some(begun) = begun
        && let Err(error) = str::from_utf8(&bytes[begun..])
        && error.error_len().is_none()
    {
        bytes.truncate(begun);
    }
}

/// A text without the blank lines around it.
pub(super) fn without_blank_edges(text: &str) -> &str {
    let text = text.trim_end();
    let begun = text.len() - text.trim_start().len();
    let line = text[..begun].rfind('\n').map_or(0, |end| end + 1);
    &text[line..]
}

/// What the escapes of ISO-2022-JP begin with.
const ESCAPE: u8 = 0x1B;

const LONGEST_CHARACTER: usize = 4;

fn decode_as<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Cow<'b, str> {
    encoding.decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_utf8_then_what_is_declared_then_latin1() {
        for (bytes, declared, expected) in [
            (&b"f\xc3\xbcr"[..], None, "für"),
            (b"f\xc3\xbcr", Some("ISO-8859-1"), "für"),
            (b"f\xfcr", None, "für"),
            (b"f\xfcr", Some("nonsense"), "für"),
            (b"f\xfcr", Some("UTF-8"), "für"),
            (b"f\xfcr", Some("hz-gb-2312"), "für"),
            (b"\x80uro", Some("latin1"), "€uro"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("CP1251"), "Привет"),
            (b"\x93\xfa\x96{", Some("Shift_JIS"), "日本"),
            (b"\x1b$BF|K\\\x1b(B", Some("ISO-2022-JP"), "日本"),
            (b"plain", Some("ISO-2022-JP"), "plain"),
            (b"\xc3\xbc\n\xfc\n", None, "ü\nü\n"),
            (b"\xef\xbb\xbfa\0\x1b", None, "\u{feff}a\0\u{1b}"),
            (b"", None, ""),
        ] {
            assert_eq!(decode(bytes, declared), expected, "{declared:?}");
        }
    }

    #[test]
    fn a_cut_keeps_whole_characters() {
        for (length, expected) in [
            (0, 0),
            (1, 1),
            (2, 1),
            (3, 3),
            (4, 3),
            (5, 3),
            (6, 3),
            (7, 7),
        ] {
            let mut bytes = "aüxxx".replace("xxx", "😀").into_bytes();
            cut(&mut bytes, length);
            assert_eq!(bytes.len(), expected, "{length}");
        }
        let mut latin1 = b"a\xfcb".to_vec();
        cut(&mut latin1, 2);
        assert_eq!(latin1, b"a\xfc");
        let mut bytes = b"a\xbf\xbfb".to_vec();
        cut(&mut bytes, 3);
        assert_eq!(bytes, b"a\xbf\xbf");
    }

    #[test]
    fn blank_lines_around_a_text_are_left_out() {
        for (text, expected) in [
            ("\n \n  a\n\n b\n\n", "  a\n\n b"),
            (" a ", " a"),
            (" \n\t", ""),
            ("", ""),
        ] {
            assert_eq!(without_blank_edges(text), expected);
        }
    }

    proptest! {
        #[test]
        fn all_bytes_are_some_text(
            bytes in prop::collection::vec(any::<u8>(), 0..64),
            declared in prop::option::of(prop_oneof![
                Just("latin1"), Just("utf-16le"), Just("Big5"), Just("ISO-2022-JP"), Just("x"), Just("hz-gb-2312"),
            ]),
        ) {
            let text = decode(&bytes, declared);
            prop_assert_eq!(text.is_empty(), bytes.is_empty());
        }

        #[test]
        fn text_stays_as_it_is(text in any::<String>(), length in 0..100_usize) {
            prop_assert_eq!(&decode(text.as_bytes(), None), &text);
            let mut bytes = text.clone().into_bytes();
            cut(&mut bytes, length);
            prop_assert!(bytes.len() + LONGEST_CHARACTER > length.min(text.len()));
            prop_assert!(text.starts_with(str::from_utf8(&bytes).unwrap()));
        }
    }
}
