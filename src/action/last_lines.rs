//! The end of an action's output, fit to be printed anywhere.

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
        .map(printable)
        .collect();
    lines.reverse();
    lines.join("\n")
}

fn printable(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line.trim_ascii_end());
    let mut shown = String::new();
    for (count, character) in line.chars().enumerate() {
        if count == WIDTH {
            shown.push('…');
            break;
        }
        if character == '\t' {
            shown.push(' ');
        } else if character.is_control() || is_format(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Whether a character changes how others are shown, and shows nothing itself.
fn is_format(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
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
