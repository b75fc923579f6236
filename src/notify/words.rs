//! Small pieces of the sentences that a poll says.

/// `1 line`, `2 lines`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// The beginning of an id, as `larch log` shows it.
pub(super) fn short_id(uid: &str) -> &str {
    uid.get(..8).unwrap_or(uid)
}
