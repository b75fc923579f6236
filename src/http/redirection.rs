//! Which redirections are followed.

use ureq::http::{StatusCode, Uri};

/// Whether an answer says that what is asked for is elsewhere.
pub(crate) fn is_redirection(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// Where a redirection leads, if it stays on its host: to the same port by the same scheme, or from
/// http to https.
pub(crate) fn redirected(from: &str, to: &str) -> Option<String> {
    let (scheme, rest) = from.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let to = if to.contains("://") {
        to.to_owned()
    } else if to.starts_with("//") {
        format!("{scheme}:{to}")
    } else if to.starts_with('/') {
        format!("{scheme}://{authority}{to}")
    } else {
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        format!("{scheme}://{authority}/{above}/{to}")
    };
    let (old, new): (Uri, Uri) = (from.parse().ok()?, to.parse().ok()?);
    let same_host = old.host()?.eq_ignore_ascii_case(new.host()?);
    let has_user = new.authority()?.as_str().contains('@');
    let stays = match (old.scheme_str()?, new.scheme_str()?) {
        ("http", "https") => matches!(new.port_u16(), None | Some(443)),
        (old_scheme, new_scheme) => old_scheme == new_scheme && port(&old) == port(&new),
    };
    (same_host && stays && !has_user).then_some(to)
}

fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| match uri.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_redirections_on_the_same_host_are_followed() {
        let from = "http://h/a/.listing";
        for (to, expected) in [
            ("http://h/b/.listing", Some("http://h/b/.listing")),
            ("http://H:80/b", Some("http://H:80/b")),
            ("https://h/a/.listing", Some("https://h/a/.listing")),
            ("/b/.listing", Some("http://h/b/.listing")),
            ("x", Some("http://h/a/x")),
            ("//h/x", Some("http://h/x")),
            ("//other/x", None),
            ("http://other/a", None),
            ("http://h.other/a", None),
            ("http://h:81/a", None),
            ("https://h:81/a", None),
            ("http://h@other/a", None),
            ("http://jo@h/a", None),
            ("ftp://h/a", None),
            ("http://h/a b", None),
        ] {
            assert_eq!(redirected(from, to).as_deref(), expected, "{to}");
        }
        assert_eq!(redirected("https://h/a", "http://h/a"), None);
    }
}
