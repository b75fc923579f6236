//! What a repository elsewhere says that it has, as `git ls-remote --symref` prints it.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher as _;

use super::super::refs::Refs;
use crate::archive::Look;
use crate::clock::Nanos;

/// The refs of a repository elsewhere, and the one that HEAD names.
pub(super) fn parse(text: &[u8]) -> (Refs, Option<Vec<u8>>) {
    let mut head = None;
    let mut refs = Vec::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Some(tab) = line.iter().position(|byte| *byte == b'\t') else {
            continue;
        };
        let (value, name) = (&line[..tab], &line[tab + 1..]);
        match value.strip_prefix(b"ref: ") {
            Some(target) if name == b"HEAD" => head = Some(target.to_owned()),
            // What an annotated tag is of is no ref.
            None if !name.ends_with(b"^{}") => {
                refs.push((name, String::from_utf8_lossy(value).into_owned()));
            }
            _ => {}
        }
    }
    let is_head = |name: &[u8]| head.as_deref() == Some(name);
    let refs = refs.into_iter().map(|(name, id)| {
        let is_head = is_head(name);
        (name, id, is_head)
    });
    (Refs::new(refs), head)
}

/// What the next look is compared with. It can be trusted at once: it is of no time but of the refs
/// themselves.
pub(super) fn look(refs: &Refs) -> Look {
    Look::Note {
        newest: Nanos::MIN,
        bytes: digest(refs).into(),
    }
}

/// Whether two lists say the same of every ref.
pub(super) fn agree(one: &Refs, other: &Refs) -> bool {
    let sorted = |refs: &Refs| {
        let mut all: Vec<(Vec<u8>, String)> = refs
            .iter()
            .map(|each| (each.name.clone(), each.id.clone()))
            .collect();
        all.sort_unstable();
        all
    };
    sorted(one) == sorted(other)
}

/// Whether the repository names its objects by SHA-256.
pub(super) fn is_sha256(refs: &Refs) -> bool {
    refs.iter().next().is_some_and(|each| each.id.len() == 64)
}

/// Should another release of Rust hash otherwise, everything is listed once more.
fn digest(refs: &Refs) -> [u8; 16] {
    let mut digest = [0; 16];
    for (seed, half) in digest.chunks_exact_mut(8).enumerate() {
        let mut hasher = DefaultHasher::new();
        hasher.write_usize(seed);
        for each in refs.iter() {
            hasher.write(&each.name);
            hasher.write(if each.is_head { b"\0*" } else { b"\0 " });
            hasher.write(each.id.as_bytes());
        }
        half.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_are_read_without_what_tags_are_of() {
        let text = b"ref: refs/heads/main\tHEAD\n1\tHEAD\n3\trefs/tags/v\n4\trefs/tags/v^{}\n\
                     1\trefs/heads/main\n2\trefs/heads/\xff\n";
        let (refs, head) = parse(text);
        assert_eq!(head.as_deref(), Some(&b"refs/heads/main"[..]));
        let found: Vec<_> = refs
            .iter()
            .map(|each| (&*each.name, &*each.id, each.is_head))
            .collect();
        let expected: [(&[u8], &str, bool); 3] = [
            (b"refs/heads/main", "1", true),
            (b"refs/heads/\xff", "2", false),
            (b"refs/tags/v", "3", false),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn each_change_shows_in_the_look() {
        let looks: Vec<Look> = [
            "",
            "1\trefs/heads/a\n",
            "2\trefs/heads/a\n",
            "1\trefs/heads/b\n",
            "1\trefs/heads/a\n1\trefs/heads/b\n",
            "ref: refs/heads/a\tHEAD\n1\trefs/heads/a\n",
        ]
        .map(|text| look(&parse(text.as_bytes()).0))
        .into();
        for (at, look) in looks.iter().enumerate() {
            assert!(!looks[..at].contains(look), "{at}");
        }
    }
}
