//! "Did you mean …?"

use crate::name::{Level, Name};

/// The candidate that `word` is most likely a slip of; none if nothing comes near.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = 1 + word.chars().count() / 5;
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| (1..=most).contains(distance))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The one of `beside` whose last part `name` is most likely a slip of.
pub(crate) fn nearest_name<'a>(name: &Name, beside: &'a [Name]) -> Option<&'a Name> {
    let meant = nearest(name.part(), beside.iter().map(Name::part))?;
    beside.iter().find(|name| name.part() == meant)
}

/// How many digits a shortened hash has at least, and a whole one.
const HASH: (usize, usize) = (7, 40);

/// Whether this may be a revision by the beginning of its hash.
pub(crate) fn is_shortened_hash(name: &Name) -> bool {
    let part = name.part();
    name.level() == Level::Revision
        && (HASH.0..HASH.1).contains(&part.len())
        && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_hash_is_known_by_its_looks() {
        let is = |part: &str| {
            let name = format!("srv/k--heads--main--{part}");
            is_shortened_hash(&Name::parse(&name, Some(Level::Revision)).unwrap())
        };
        assert!(is("47cf7a2a1049"));
        assert!(!is("47cf7a") && !is("patch-7") && !is(&"0".repeat(40)));
    }

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let candidates = ["hello", "help", "world"];
        assert_eq!(nearest("hallo", candidates), Some("hello"));
        assert_eq!(nearest("wordl", candidates), Some("world"));
        assert_eq!(nearest("zebra", candidates), None);
        assert_eq!(nearest("x", []), None);
    }
}
