//! What an HTTP request needs.

use std::borrow::Cow;

use ureq::http::{HeaderName, HeaderValue, Uri};

use super::{Entry, Kind, Written, Wrong};
use crate::config::file::File;
use crate::config::secret::{self, Secret};

/// The URL of something on a web server. Its host is shown, and nothing else: whoever knows the URL
/// of a webhook may mostly post to it.
pub(in crate::config) enum Url {}

impl Kind for Url {
    type Value = Secret;

    fn name() -> Cow<'static, str> {
        "URL".into()
    }

    fn words() -> Cow<'static, str> {
        "a URL: \"https://HOST/PATH\" or \"http://HOST/PATH\"".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Secret, Vec<Wrong>> {
        let text = written.get_ref().as_str().unwrap_or_default();
        let is_web = |uri: &Uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
        };
        let uri = text.parse::<Uri>().ok().filter(is_web);
        let uri = uri.ok_or_else(Self::wrong)?;
        let has_password = uri
            .authority()
            .is_some_and(|place| place.as_str().contains('@'));
        if has_password && !file.is_private() {
            let message = "has a password, and others than the owner may read the file";
            return Err(vec![Wrong::new(message).help("make it private: chmod 600")]);
        }
        Ok(Secret::new(text.to_owned()))
    }

    fn show(value: &Secret) -> Option<toml::Value> {
        let (scheme, rest) = value.expose().split_once("://")?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let hidden = if rest.len() > host.len() + 1 {
            secret::MASK
        } else {
            ""
        };
        Some(format!("{scheme}://{host}/{hidden}").into())
    }
}

/// Headers of a request.
pub(in crate::config) enum Headers {}

impl Entry for Headers {
    const NAME: &'static str = "headers";
    const WORDS: &'static str = "a table of headers, such as { X-Name = \"text\" }";

    fn fits(name: &str, text: &str) -> bool {
        name.parse::<HeaderName>().is_ok() && text.parse::<HeaderValue>().is_ok()
    }
}
