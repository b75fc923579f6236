//! The ids of messages, threads and lists.

use ring::digest::{SHA256, digest};

use crate::name::Name;

/// The longest id of a list.
const LIST: usize = 200;

/// The id of the message of a delivery's part: the same for all of its attempts.
pub(super) fn message(delivery: &str, host: &str) -> String {
    format!("<{delivery}@{host}>")
}

/// The id that all mails about a version refer to, so that they form one thread. No message has it.
pub(super) fn thread(version: &Name, host: &str) -> String {
    let hash = digest(&SHA256, version.as_str().as_bytes());
    let hex = hash.as_ref()[..10]
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("<{hex}.version@{host}>")
}

/// The id of the list of an archive's news, as the settings give it or else made of its name.
pub(super) fn list(setting: Option<&str>, archive: &str, host: &str) -> String {
    if let Some(setting) = setting {
        let allowed = |c: &char| c.is_ascii_graphic() || *c == ' ';
        let id: String = setting.chars().filter(allowed).take(LIST).collect();
        return if id.contains('<') {
            id
        } else {
            format!("<{}>", id.trim())
        };
    }
    let fit = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let label = |part: &str| part.chars().map(fit).collect::<String>();
    let labels: Vec<String> = archive
        .split('.')
        .filter(|part| !part.is_empty())
        .map(label)
        .collect();
    let mut id = labels.join(".");
    id.truncate(LIST);
    format!("<{}.{host}>", id.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_called_by_its_archive() {
        for (setting, archive, id) in [
            (None, "jo@x.org--2026", "<jo-x.org--2026.h.org>"),
            (None, "..ü\u{301}.", "<--.h.org>"),
            (Some("news.x.org"), "a", "<news.x.org>"),
            (Some("Ne\r\nws <news.x.org>"), "a", "News <news.x.org>"),
        ] {
            assert_eq!(list(setting, archive, "h.org"), id);
        }
    }

    #[test]
    fn a_thread_is_that_of_a_version() {
        let id = |name| thread(&Name::parse(name, None).unwrap(), "h.org");
        assert_eq!(id("a@b/c--d--1"), id("a@b/c--d--1"));
        assert_ne!(id("a@b/c--d--1"), id("a@b/c--d--2"));
    }
}
