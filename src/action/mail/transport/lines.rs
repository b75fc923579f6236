//! The ends of lines.

use std::borrow::Cow;

/// `text` with CR LF at the end of each line, also where a CR or an LF stands alone: some relays take
/// that for the end of a line too, and might find the end of the message before it ends.
pub(super) fn with_crlf(text: &[u8]) -> Cow<'_, [u8]> {
    let is_lone = |at: usize| match text[at] {
        b'\r' => text.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || text[at - 1] != b'\r',
        _ => false,
    };
    if !(0..text.len()).any(is_lone) {
        return Cow::Borrowed(text);
    }
    let mut lines = Vec::with_capacity(text.len() + 16);
    for (at, &byte) in text.iter().enumerate() {
        if is_lone(at) {
            lines.extend_from_slice(b"\r\n");
        } else {
            lines.push(byte);
        }
    }
    Cow::Owned(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_end_of_a_line_becomes_a_whole_one() {
        for (text, lines) in [
            ("", ""),
            ("a\r\n.\r\n\r\n", "a\r\n.\r\n\r\n"),
            ("a\n.\nb", "a\r\n.\r\nb"),
            ("a\r.\r\r\n\n\r", "a\r\n.\r\n\r\n\r\n\r\n"),
        ] {
            assert_eq!(with_crlf(text.as_bytes()), lines.as_bytes(), "{text:?}");
        }
    }
}
