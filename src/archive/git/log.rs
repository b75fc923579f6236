//! The text of a commit or a tag, for people: headers, an empty line, the message, changed files.

use std::fmt::Write as _;

use super::object::{Kind, Object};
use super::program::Git;
use crate::archive::ArchiveError;

/// What `cat-archive-log` prints. Files follow a commit's message: a letter for what happened to it
/// since the first parent (`A`dded, `M`odified, `D`eleted, `T`ype changed), a tab, its path.
pub(super) fn text(git: &Git<'_>, id: &str, object: &Object) -> Result<Vec<u8>, ArchiveError> {
    let mut text = String::new();
    for (name, value) in headers(id, object) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(text, "{name}: {value}").expect("a string takes everything");
        }
    }
    text.push('\n');
    text.push_str(&object.message());
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let mut text = text.into_bytes();
    if object.kind == Kind::Commit {
        let files = match changed_files(git, id) {
            // A partial clone may lack the trees; the commit is worth showing all the same.
            Err(ArchiveError::Program { said, .. }) => {
                format!("The changed files cannot be listed: {said}\n").into_bytes()
            }
            files => files?,
        };
        if !files.is_empty() {
            text.push(b'\n');
            text.extend_from_slice(&files);
        }
    }
    Ok(text)
}

fn headers(id: &str, object: &Object) -> Vec<(&'static str, Option<String>)> {
    let signed = |who, when, name| {
        let (by, at) = object
            .signature(name)
            .map_or((None, None), |made| (Some(made.who), made.date));
        [(who, by), (when, at)]
    };
    let id = id.to_owned();
    let mut headers = Vec::new();
    match object.kind {
        Kind::Commit => {
            let parents: Vec<_> = object
                .headers("parent")
                .map(String::from_utf8_lossy)
                .collect();
            headers.push(("Commit", Some(id)));
            headers.push(("Parents", Some(parents.join(" "))));
            headers.extend(signed("Author", "Author-Date", "author"));
            headers.extend(signed("Committer", "Commit-Date", "committer"));
        }
        Kind::Tag => {
            let kind = object.header("type").unwrap_or_default();
            let of = object.header("object").map(|of| format!("{of} {kind}"));
            headers.push(("Tag", object.header("tag")));
            headers.push(("Tag-Id", Some(id)));
            headers.push(("Object", of));
            headers.extend(signed("Tagger", "Date", "tagger"));
        }
        Kind::Tree | Kind::Blob => {
            headers.push(("Object", Some(format!("{id} {}", object.kind))));
        }
    }
    headers
}

/// A line for each file that differs from the first parent's, or is there if there is none.
fn changed_files(git: &Git<'_>, id: &str) -> Result<Vec<u8>, ArchiveError> {
    let args = [
        "diff-tree",
        "--root",
        "--diff-merges=first-parent",
        "--no-commit-id",
        "--name-status",
        "--no-renames",
        "--no-ext-diff",
        "--no-textconv",
        "-r",
        "-z",
        id,
        "--",
    ];
    let listed = git.output(&args, b"")?;
    let mut fields = listed.split(|&byte| byte == 0);
    let mut lines = Vec::with_capacity(listed.len());
    while let (Some(what), Some(path)) = (fields.next(), fields.next()) {
        lines.extend_from_slice(what);
        lines.push(b'\t');
        lines.extend_from_slice(&quoted(path));
        lines.push(b'\n');
    }
    Ok(lines)
}

/// A path as it is or, where it would mislead, in double quotes with the escapes of C, as git does.
fn quoted(path: &[u8]) -> Vec<u8> {
    let misleads = |text: &str| {
        text.contains(|c: char| c.is_control() || c == '"' || c == '\\')
            || text.starts_with(' ')
            || text.ends_with(' ')
    };
    if str::from_utf8(path).is_ok_and(|text| !misleads(text)) {
        return path.to_owned();
    }
    let mut text = String::from('"');
    for chunk in path.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => text.extend(['\\', character]),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                other if other.is_control() => {
                    push_octal(&mut text, other.encode_utf8(&mut [0; 4]).as_bytes());
                }
                other => text.push(other),
            }
        }
        push_octal(&mut text, chunk.invalid());
    }
    text.push('"');
    text.into_bytes()
}

fn push_octal(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        write!(text, "\\{byte:03o}").expect("a string takes everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_would_mislead_are_quoted() {
        for (path, shown) in [
            (&b"a b/\xc3\xbc"[..], &b"a b/\xc3\xbc"[..]),
            (b"a\nM\tb", b"\"a\\nM\\tb\""),
            (b"\"\\", b"\"\\\"\\\\\""),
            (b"\xff\x1b[0m", b"\"\\377\\033[0m\""),
            (b" x", b"\" x\""),
        ] {
            assert_eq!(quoted(path), shown);
        }
    }
}
