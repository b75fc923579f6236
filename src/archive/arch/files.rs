//! The changed files, as the headers of a patch log name them.

use std::collections::BTreeMap;

use crate::archive::{Change, ChangedFile, text};

/// The changed files as they are read. Directories end with `/`.
#[derive(Default)]
pub(super) struct Files {
    by_path: BTreeMap<String, Change>,
}

impl Files {
    /// Takes a header, its name in small letters; most are about other things.
    pub(super) fn keep(&mut self, key: &str, value: &[u8]) {
        let Some((what, kind)) = key.rsplit_once('-') else {
            return;
        };
        let end = match kind {
            "files" => "",
            "directories" => "/",
            _ => return,
        };
        let mut names = value
            .split(u8::is_ascii_whitespace)
            .filter(|name| !name.is_empty());
        let mut path = || {
            let name = unescape(names.next()?);
            Some((is_bookkeeping(&name), text::decode(&name, None) + end))
        };
        while let Some((is_ours, name)) = path() {
            let (is_ours, name, change) = match what {
                "new" => (is_ours, name, Change::Added),
                "removed" => (is_ours, name, Change::Removed),
                "modified" => (is_ours, name, Change::Modified),
                "renamed" => match path() {
                    Some((is_ours, new)) => (is_ours, new, Change::Renamed(name)),
                    None => return,
                },
                _ => return,
            };
            if !is_ours {
                self.add(name, change);
            }
        }
    }

    fn add(&mut self, path: String, change: Change) {
        let known = self.by_path.entry(path).or_insert_with(|| change.clone());
        *known = match (&known, change) {
            // Another file took its place.
            (Change::Added, Change::Removed) | (Change::Removed, Change::Added) => Change::Modified,
            (Change::Modified, change) => change,
            (known, _) => (*known).clone(),
        };
    }

    /// All of them, by path.
    pub(super) fn finish(self) -> Vec<ChangedFile> {
        let files = self.by_path.into_iter().map(|(path, change)| ChangedFile {
            path,
            change,
            lines: None,
        });
        files.collect()
    }
}

/// Whether a path is one of those by which GNU Arch keeps its own books in a tree.
pub(super) fn is_bookkeeping(path: &[u8]) -> bool {
    let mut steps = path.split(|&byte| byte == b'/');
    steps.clone().next() == Some(b"{arch}") || steps.any(|step| step == b".arch-ids")
}

/// The name that is written with escapes for what cannot stand in a list: `\(sp)`, `\(U+A0)`, `\\`.
/// What is no escape stands for itself.
fn unescape(mut text: &[u8]) -> Vec<u8> {
    let mut name = Vec::with_capacity(text.len());
    while let Some(at) = text.iter().position(|&byte| byte == b'\\') {
        name.extend_from_slice(&text[..at]);
        text = &text[at + 1..];
        if let Some((character, rest)) = escaped(text) {
            match u8::try_from(character) {
                Ok(byte) => name.push(byte),
                Err(_) => name.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
            text = rest;
        } else if let Some((&byte, rest)) = text.split_first() {
            if byte == b'(' {
                name.push(b'\\');
            }
            name.push(byte);
            text = rest;
        } else {
            name.push(b'\\');
        }
    }
    name.extend_from_slice(text);
    name
}

/// What stands in parentheses behind a backslash, and what follows.
fn escaped(text: &[u8]) -> Option<(char, &[u8])> {
    let text = text.strip_prefix(b"(")?;
    let end = text.iter().position(|&byte| byte == b')')?;
    let character = match &text[..end] {
        b"sp" => ' ',
        b"tab" => '\t',
        b"nl" => '\n',
        b"cr" => '\r',
        b"np" => '\u{c}',
        other => {
            let digits = str::from_utf8(other.strip_prefix(b"U+")?).ok()?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
        }
    };
    Some((character, &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn files(headers: &[(&str, &str)]) -> Vec<(String, Change)> {
        let mut files = Files::default();
        for (key, value) in headers {
            files.keep(key, value.as_bytes());
        }
        let files = files.finish().into_iter();
        files.map(|file| (file.path, file.change)).collect()
    }

    #[test]
    fn escapes_are_those_that_tla_writes() {
        for (written, name) in [
            (
                &br"a\(sp)b\(tab)c\(nl)d\(cr)e\(np)f"[..],
                &b"a b\tc\nd\re\x0cf"[..],
            ),
            (br#"b\\s q\"q par(en)"#, br#"b\s q"q par(en)"#),
            (br"c\(U+1)\(U+B)\(U+FC)", b"c\x01\x0b\xfc"),
            (br"\(U+20AC)", "€".as_bytes()),
            (
                br"\(x) \( \(U+) \(U+110000) \",
                br"\(x) \( \(U+) \(U+110000) \",
            ),
            (b"\xfc", b"\xfc"),
        ] {
            assert_eq!(unescape(written), name, "{}", written.escape_ascii());
        }
    }

    #[test]
    fn lists_become_files() {
        let named = |path: &str, change| (path.to_owned(), change);
        assert_eq!(
            files(&[
                ("new-files", ".arch-ids/n.id n d/.arch-ids/=id both"),
                ("new-directories", "nd nd/.arch-ids"),
                ("removed-files", "r both"),
                (
                    "renamed-files",
                    r"old\(sp)1 new\(sp)1 .arch-ids/a.id .arch-ids/b.id lone"
                ),
                ("renamed-directories", "d1 d2"),
                ("modified-files", r"new\(sp)1 m {arch}/=tagging-method"),
                ("new-patches", "x"),
                ("files", "x"),
            ]),
            [
                named("both", Change::Modified),
                named("d2/", Change::Renamed("d1/".to_owned())),
                named("m", Change::Modified),
                named("n", Change::Added),
                named("nd/", Change::Added),
                named("new 1", Change::Renamed("old 1".to_owned())),
                named("r", Change::Removed),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_list_does_harm(key in "(new|renamed|x)-(files|directories)", value in any::<Vec<u8>>()) {
            let mut files = Files::default();
            files.keep(&key, &value);
            files.finish();
        }
    }
}
