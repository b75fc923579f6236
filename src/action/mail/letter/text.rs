//! Text from strangers, made fit to be read in a mail program.
//!
//! What could act on a terminal, turn the direction of text or hide in it becomes U+FFFD.

/// `text` in one line.
pub(super) fn line(text: &str) -> String {
    let text = text.trim();
    let one = |c| match c {
        '\t' | '\n' => ' ',
        c => seen(c),
    };
    text.replace("\r\n", "\n").chars().map(one).collect()
}

/// `text` in one line of at most `width` characters.
pub(super) fn cut_line(text: &str, width: usize) -> String {
    let line = line(text);
    if line.chars().count() <= width {
        return line;
    }
    let kept: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// `text` in one line of a header, of at most `width` characters. What looks as if it were encoded
/// is parted, so that no mail program decodes it.
pub(super) fn header(text: &str, width: usize) -> String {
    cut_line(text, width).replace("=?", "= ?")
}

/// The lines of `text`, without blanks at their ends and without empty lines around them, cut after
/// `most` bytes, and whether they were.
pub(super) fn lines(text: &str, most: usize) -> (String, bool) {
    let kept = &text[..text.floor_char_boundary(most)];
    let mut lines = String::with_capacity(kept.len());
    for line in kept.lines() {
        lines.extend(line.trim_end().chars().map(tabbed));
        lines.push('\n');
    }
    let without_blanks = lines.trim_end().trim_start_matches('\n');
    (without_blanks.to_owned(), kept.len() < text.len())
}

/// The lines of a diff, each UTF-8 or else latin-1. What stands at the end of a line stays.
pub(super) fn diff(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let (line, end) = match line.strip_suffix(b"\n") {
            Some(line) => (line.strip_suffix(b"\r").unwrap_or(line), "\n"),
            None => (line, ""),
        };
        match str::from_utf8(line) {
            Ok(line) => text.extend(line.chars().map(tabbed)),
            Err(_) => text.extend(line.iter().copied().map(char::from).map(tabbed)),
        }
        text.push_str(end);
    }
    text
}

/// The whole text of a mail, with one line feed at its end.
pub(super) fn body(text: &str) -> String {
    let line_or = |c| if c == '\n' { c } else { tabbed(c) };
    let text = text.replace("\r\n", "\n");
    let mut body: String = text.trim_end().chars().map(line_or).collect();
    body.push('\n');
    body
}

/// A character of a text in which tabs stay.
fn tabbed(c: char) -> char {
    if c == '\t' { c } else { seen(c) }
}

/// A character, or U+FFFD for one that would do something else than to be seen.
fn seen(c: char) -> char {
    let acts = c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200b}'
                | '\u{200e}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        );
    if acts { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_does_nothing() {
        for (text, shown) in [
            (" a\tb\r\nc\n", "a b c"),
            ("a\rb\0\u{1b}[2J", "a\u{fffd}b\u{fffd}\u{fffd}[2J"),
            (
                "\u{202e}evil\u{2066}\u{85}x",
                "\u{fffd}evil\u{fffd}\u{fffd}x",
            ),
            ("Grüße 🦊\u{200d}", "Grüße 🦊\u{200d}"),
        ] {
            assert_eq!(line(text), shown);
        }
        assert_eq!(header("=?utf-8?q?=0A?=\nx", 99), "= ?utf-8?q?=0A?= x");
        assert_eq!(cut_line("Grüße an alle", 7), "Grüße…");
        assert_eq!(cut_line("Grüße", 5), "Grüße");
    }

    #[test]
    fn lines_have_no_blanks_around_them() {
        let (text, is_cut) = lines("\n\n  a \t\r\n\n\tb\u{1b}\rc\n\n", 100);
        assert_eq!(
            (text.as_str(), is_cut),
            ("  a\n\n\tb\u{fffd}\u{fffd}c", false)
        );
        assert_eq!(lines("aü", 2), ("a".to_owned(), true));
    }

    #[test]
    fn a_diff_is_read_line_by_line() {
        assert_eq!(
            diff(b"-J\xf6\n+J\xc3\xb6 \t\r\n \x1b[1m\xe2\x80\xae\xff\n\\"),
            "-Jö\n+Jö \t\n \u{fffd}[1mâ\u{fffd}®ÿ\n\\"
        );
    }

    #[test]
    fn a_body_ends_with_one_line_feed() {
        assert_eq!(body("a \r\n\tb\r\u{0}\n\n \n"), "a \n\tb\u{fffd}\u{fffd}\n");
        assert_eq!(body(""), "\n");
    }
}
