//! The single parts of names that GNU Arch's tla 1.3.5 accepts.
//!
//! What it writes beside them in an archive (`,,new-category…`, `++revision-lock`, `=meta-info`,
//! `.listing`) never fits, so this grammar alone tells what in a directory is an item.

/// Whether `text` is an archive's name: `USER@HOST`, with `--` and more letters where one likes.
pub fn is_archive(text: &str) -> bool {
    let Some((user, host)) = text.split_once('@') else {
        return false;
    };
    user.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !user.ends_with(['.', '_'])
        && user.bytes().all(|byte| byte == b'_' || is_host(byte))
        && host.bytes().all(is_host)
}

/// Whether `text` is a category: a letter, then letters, digits, `,`, `%` and single `-`.
///
/// One `-` at the end is let through, as by tla.
pub fn is_category(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b",%-".contains(&byte))
        && !text.as_bytes().windows(2).any(|pair| pair == b"--")
}

/// Whether `text` is a branch; the grammar is that of categories.
pub fn is_branch(text: &str) -> bool {
    is_category(text)
}

/// Whether `text` is a version: numbers parted by single dots.
pub fn is_version(text: &str) -> bool {
    text.split('.').all(is_number)
}

/// Whether `text` is a patch level: `base-0`, `patch-N`, `version-N` or `versionfix-N`.
pub fn is_revision_level(text: &str) -> bool {
    revision_level(text).is_some()
}

/// The kind and the number of a patch level.
pub(super) fn revision_level(text: &str) -> Option<(&str, &str)> {
    let dash = text.bytes().position(|byte| byte == b'-')?;
    let (kind, number) = (&text[..dash], &text[dash + 1..]);
    let fits = match kind {
        "base" => number == "0",
        "patch" | "version" | "versionfix" => is_number(number),
        _ => false,
    };
    fits.then_some((kind, number))
}

fn is_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-.".contains(&byte)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accepts: fn(&str) -> bool, good: &str, bad: &[&str]) {
        for text in good.split(' ') {
            assert!(accepts(text), "{text}");
        }
        for text in bad {
            assert!(!accepts(text), "{text}");
        }
    }

    #[test]
    fn archives_are_addresses() {
        check(
            is_archive,
            "jo@x.org jo@x.org--2004 jo--t@x.org joe.hacker--2002@gnu.org jo_t@x.org jo@x \
             jo@localhost jo@x.org--a--b 1@x.org jo@ jo@x.org--",
            &[
                "",
                "jo",
                "jo x.org",
                "@x.org",
                "-a@h",
                ".a@h",
                "a.@h",
                "a_@h",
                "jo+t@x.org",
                "jo@x_y.org",
                "jo@x.org--a_b",
                "jo@x.org--a+b",
                "jo@@x.org",
                "jo@x.org/c",
                "j\u{f6}@x.org",
            ],
        );
    }

    #[test]
    fn categories_and_branches_begin_with_a_letter() {
        let good = "c Cat cat1 a-b cat- ca,t base-0 patch-1 c%at";
        let bad = [
            "",
            "1cat",
            "cat_x",
            "cat.x",
            "ca+t",
            "cat~",
            "a---",
            "cat--",
            "a--b",
            ",a",
            "%a",
            "\u{e9}",
            "++lock",
            "=meta-info",
            ".listing",
            ",,new-category.1.2.3.4",
            "c t",
        ];
        check(is_category, good, &bad);
        check(is_branch, good, &bad);
    }

    #[test]
    fn versions_are_numbers_parted_by_dots() {
        check(
            is_version,
            "1 1.0 1.2.3.4 01.0 007 99999999999999999999999999",
            &["", ".", "1.", ".1", "1..2", "1a", "1-2", "a", "\u{661}"],
        );
    }

    #[test]
    fn patch_levels_are_of_four_kinds() {
        check(
            is_revision_level,
            "base-0 patch-0 patch-1 patch-01 version-0 version-1 versionfix-3",
            &[
                "",
                "base-1",
                "base-00",
                "base",
                "patch-",
                "patch-x",
                "foo-1",
                "patch-1--x",
                "patch--1",
                "Patch-1",
                "++revision-lock",
            ],
        );
    }
}
