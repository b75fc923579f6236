//! What apprise prints, without secrets.

/// `output` with whatever stands behind a `://` up to the next white space taken out: the URLs of
/// services hold passwords and tokens, and apprise repeats one that it does not understand.
pub(super) fn without_urls(output: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"://";
    let mut kept = Vec::with_capacity(output.len());
    let mut rest = output;
    while let Some(at) = rest.windows(MARK.len()).position(|part| part == MARK) {
        let (before, url) = rest.split_at(at + MARK.len());
        let end = url.iter().position(u8::is_ascii_whitespace);
        kept.extend_from_slice(before);
        kept.extend_from_slice("…".as_bytes());
        rest = &url[end.unwrap_or(url.len())..];
    }
    kept.extend_from_slice(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_out() {
        for (output, kept) in [
            ("", ""),
            ("all is well\n", "all is well\n"),
            (
                "bad json://jo:secret@h/x on line 1\nb",
                "bad json://… on line 1\nb",
            ),
            ("a://b://c d://e", "a://… d://…"),
            ("x://", "x://…"),
        ] {
            assert_eq!(without_urls(output.as_bytes()), kept.as_bytes());
        }
    }
}
