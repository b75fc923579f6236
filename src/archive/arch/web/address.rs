//! Where an archive is on the web, and how a request says who asks.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;

use super::failure::Failure;

/// The root of an archive. What it shows of itself holds no password.
#[derive(Clone, Debug)]
pub(super) struct Address {
    /// Without user, password and slashes at the end.
    root: String,
    host: String,
    authorization: Option<Secret>,
}

/// A header that is not to be shown.
#[derive(Clone)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Address {
    /// Reads a location, `http://[USER[:PASSWORD]@]HOST[:PORT][/PATH]`. What of user and password is
    /// percent-encoded is decoded.
    pub(super) fn parse(location: &str) -> Result<Self, Failure> {
        let (scheme, rest) = location.split_once("://").unwrap_or(("http", location));
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        let root = format!("{scheme}://{host}{}", path.trim_end_matches('/'));
        let refused = |why: &str| Failure::Refused {
            url: root.clone(),
            said: why.to_owned(),
        };
        if path.contains(['?', '#']) {
            return Err(refused(
                "nothing can follow an address with a `?` or a `#`; the address of an archive has neither",
            ));
        }
        let uri: Uri = root.parse().map_err(|_| {
            refused("this is no address; what is odd in it must be percent-encoded")
        })?;
        if uri.host().is_none_or(str::is_empty) {
            return Err(refused("there is no host in this address"));
        }
        let port = host.rsplit_once(':').map(|(_, port)| port);
        if uri.port_u16().is_none() && port.is_some_and(|port| !port.ends_with(']')) {
            return Err(refused("the port in this address is no number"));
        }
        let authorization = user.map(|user| {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            let mut bytes: Vec<u8> = percent_decode_str(user).collect();
            bytes.push(b':');
            bytes.extend(percent_decode_str(password));
            Secret(format!("Basic {}", BASE64_STANDARD.encode(bytes)))
        });
        Ok(Self {
            host: host.to_owned(),
            root,
            authorization,
        })
    }

    /// The host, as errors call it.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// What the header `Authorization` says.
    pub(super) fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(|secret| secret.0.as_str())
    }

    /// The URL of a file below the root. Of what names may hold, only `%` cannot stand for itself.
    pub(super) fn url(&self, file: &str) -> String {
        format!("{}/{}", self.root, file.replace('%', "%25"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_found_below_the_root() {
        for (location, url) in [
            ("http://h/a", "http://h/a/=meta-info/name"),
            ("http://h/a//", "http://h/a/=meta-info/name"),
            ("https://h:8080", "https://h:8080/=meta-info/name"),
            ("http://jo:x@h/a%20b", "http://h/a%20b/=meta-info/name"),
        ] {
            let address = Address::parse(location).unwrap();
            assert_eq!(address.url("=meta-info/name"), url, "{location}");
        }
        let address = Address::parse("http://[::1]:80/a").unwrap();
        assert_eq!(address.host(), "[::1]:80");
        assert_eq!(address.url("a%2Fb"), "http://[::1]:80/a/a%252Fb");
    }

    #[test]
    fn a_password_is_sent_and_not_shown() {
        for (location, sent) in [
            ("http://jo:secret@h/a", "jo:secret"),
            ("http://jo%40x:p%3A%2F@h/a", "jo@x:p:/"),
            ("http://jo:se@cret@h/a", "jo:se@cret"),
            ("http://jo@h/a", "jo:"),
        ] {
            let address = Address::parse(location).unwrap();
            let sent = format!("Basic {}", BASE64_STANDARD.encode(sent));
            assert_eq!(address.authorization(), Some(sent.as_str()), "{location}");
            assert_eq!(address.host(), "h");
            assert!(!format!("{address:?} {}", address.url("x")).contains("jo"));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for location in [
            "http://",
            "http:///a",
            "http://jo:secret@/a",
            "http://jo:secret@h/a b",
            "http://jo:secret@h/a?x",
            "http://jo:secret@h/a#x",
            "http://jo:secret@h:x/a",
        ] {
            let refused = Address::parse(location).unwrap_err();
            assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
        }
    }
}
