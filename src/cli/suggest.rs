//! "Did you mean …?"

use crate::name::Name;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let candidates = ["hello", "help", "world"];
        assert_eq!(nearest("hallo", candidates), Some("hello"));
        assert_eq!(nearest("wordl", candidates), Some("world"));
        assert_eq!(nearest("zebra", candidates), None);
        assert_eq!(nearest("x", []), None);
    }
}
