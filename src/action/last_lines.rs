//! The end of an action's output, fit to be printed anywhere.

use crate::misleading::is_misleading;

/// The most characters of a line that are shown.
const WIDTH: usize = 200;

/// The last `n` lines of `output` that are not blank, joined by line feeds.
///
/// What an action prints may come from strangers, and goes to terminals and mails: characters that
/// do not print or that reorder text are shown escaped, and long lines are cut.
pub fn last_lines(output: &[u8], n: usize) -> String {
    let mut lines: Vec<String> = output
        .rsplit(|&byte| byte == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .take(n)
        .map(|line| printable(&String::from_utf8_lossy(line.trim_ascii_end()), WIDTH))
        .collect();
    lines.reverse();
    lines.join("\n")
}

/// `text` in one line of at most `width` characters and a mark where it is cut. Characters that do not
/// print or that reorder text are escaped.
pub(super) fn printable(text: &str, width: usize) -> String {
    let mut shown = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == width {
            shown.push('…');
            break;
        }
        if character == '\t' {
            shown.push(' ');
        } else if character.is_control() || is_misleading(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_shown_in_order() {
        assert_eq!(last_lines(b"", 3), "");
        assert_eq!(last_lines(b"a\nb\n\nc\n\n", 2), "b\nc");
        assert_eq!(last_lines(b"a\r\nb", 5), "a\nb");
        assert_eq!(last_lines(b"a", 0), "");
    }

    #[test]
    fn what_does_not_print_is_escaped() {
        assert_eq!(
            last_lines(b"\x1b[31mred\x07\tx\xff", 1),
            r"\u{1b}[31mred\u{7} x�"
        );
        assert_eq!(last_lines("a\u{202e}b é".as_bytes(), 1), r"a\u{202e}b é");
        assert_eq!(last_lines(b"10%\r20%\r\n", 1), r"10%\r20%");
    }

    #[test]
    fn long_lines_are_cut() {
        let long = "é".repeat(WIDTH + 1);
        assert_eq!(
            last_lines(long.as_bytes(), 1),
            format!("{}…", "é".repeat(WIDTH))
        );
    }
}
