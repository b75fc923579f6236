//! What was meant by a word that larch does not know.

/// The word of `known` that is most like `word`, if one is like it at all.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3))
        .map(|(_, known)| known)
}

/// The message and the help for a name that is none of `known`; `place` says where it stands.
pub(super) fn unknown(
    what: &str,
    name: &str,
    place: &str,
    known: &[&str],
) -> (String, Option<String>) {
    let help = match nearest(name, known.iter().copied()) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("the {what}s are {}", known.join(", ")),
    };
    (format!("there is no {what} `{name}`{place}"), Some(help))
}
