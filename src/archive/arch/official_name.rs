//! The name that an archive was made under.

use crate::name::gnu;

/// The file that holds it; a mirror's holds its master's name.
pub(super) const FILE: &str = "=meta-info/name";

/// The name that the text of [`FILE`] tells, if it is one.
pub(super) fn told_by(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text);
    let name = text.lines().next().unwrap_or("").trim();
    gnu::is_archive(name).then(|| name.to_owned())
}
