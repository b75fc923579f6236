//! Where a webhook posts to, and how.

use std::fmt::Write as _;
use std::time::Duration;

use ring::hmac;
use ureq::http::{HeaderName, HeaderValue, Uri, header};

use super::body::Body;
use crate::action::Attempt;
use crate::causes::with_causes;
use crate::config::{Per, WebhookSettings, read_secret};

/// The header that receivers know a signature by.
const SIGNATURE: &str = "x-hub-signature-256";

/// The headers that are never the settings' to say.
const OWN: [&str; 7] = [
    "host",
    "content-length",
    "content-type",
    "transfer-encoding",
    "connection",
    "idempotency-key",
    SIGNATURE,
];

/// What the names of the other headers begin with that are not the settings' to say.
const OWN_PREFIX: &str = "x-larch-";

/// The shortest value of a header that may be a secret: a shorter one stands in any text.
const SHORTEST: usize = 6;

/// Where to, and how. What it shows of itself holds no secret.
#[derive(Debug)]
pub(super) struct Target {
    /// What is posted.
    pub(super) body: Body,
    /// How long one request may take.
    pub(super) timeout: Duration,
    /// How often it is posted.
    pub(super) per: Per,
    /// Whether what waits holds back what comes after it.
    pub(super) ordered: bool,
    url: String,
    host: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    key: Option<hmac::Key>,
}

impl Target {
    /// Reads the secret's file; else says what is wrong, without any secret.
    pub(super) fn new(settings: &WebhookSettings) -> Result<Self, String> {
        let url = settings.url.expose().to_owned();
        if before_path(&url).contains('@') {
            return Err(
                "the URL has a password before its host; a section [webhook.NAME] of the settings has \
                 `headers` for it, such as { Authorization = \"Basic …\" }"
                    .to_owned(),
            );
        }
        let host = host(&url).ok_or("the URL is no address such as https://example.org/hook")?;
        let mut headers = Vec::new();
        for (name, value) in &settings.headers {
            let read = HeaderName::from_bytes(name.as_bytes()).map_err(|_| {
                format!(
                    "`{}` in `headers` is no name of a header",
                    name.escape_debug()
                )
            })?;
            if OWN.contains(&read.as_str()) || read.as_str().starts_with(OWN_PREFIX) {
                return Err(format!("larch sets the header `{name}` itself"));
            }
            let value = secret_value(value.expose())
                .map_err(|why| format!("`{name}` in `headers` {why}"))?;
            headers.push((read, value));
        }
        let key = match &settings.secret_file {
            Some(path) => {
                let secret = read_secret(path).map_err(|error| with_causes(&error))?;
                Some(hmac::Key::new(
                    hmac::HMAC_SHA256,
                    secret.expose().as_bytes(),
                ))
            }
            None => None,
        };
        Ok(Self {
            body: Body::new(settings)?,
            timeout: settings.timeout,
            per: settings.per,
            ordered: settings.ordered,
            url,
            host,
            headers,
            key,
        })
    }

    /// The URL. It may hold secrets.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// The host and its port, as they may be shown.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The headers of an attempt that posts `body`.
    pub(super) fn headers(
        &self,
        attempt: &Attempt<'_>,
        body: &[u8],
    ) -> Vec<(HeaderName, HeaderValue)> {
        let own = [
            ("x-larch-delivery", attempt.delivery_id.to_owned()),
            ("x-larch-attempt", attempt.number.to_string()),
            ("x-larch-event", attempt.level().to_string()),
            ("idempotency-key", attempt.delivery_id.to_owned()),
        ];
        let signature = self
            .key
            .as_ref()
            .map(|key| (SIGNATURE, signature(key, body)));
        let own = own
            .into_iter()
            .chain(signature)
            .filter_map(|(name, value)| {
                Some((
                    HeaderName::from_static(name),
                    HeaderValue::try_from(value).ok()?,
                ))
            });
        let mut headers = self.headers.clone();
        headers.push((header::CONTENT_TYPE, self.body.content_type.clone()));
        headers.extend(own);
        headers
    }

    /// `text` without the path and the query of the URL and the values of the settings' headers, whole
    /// or behind a word such as `Bearer`: an answer may repeat them, and they are what many services
    /// know their callers by.
    pub(super) fn masked(&self, text: &str) -> String {
        let path = self
            .url
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        let path = path.unwrap_or_default();
        let (bare, query) = path.split_once('?').unwrap_or((path, ""));
        let values = self.headers.iter().flat_map(|(_, value)| {
            let value = value.to_str().unwrap_or_default();
            [value, value.split_once(' ').map_or("", |(_, token)| token)]
        });
        let values = values.filter(|value| value.len() >= SHORTEST);
        [path, bare, query]
            .into_iter()
            .filter(|secret| secret.len() > 1)
            .chain(values)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// A value that is never shown by whoever handles it.
fn secret_value(value: &str) -> Result<HeaderValue, String> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| "holds what no header can hold".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

/// What stands between the scheme and the path of a URL.
fn before_path(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or_default();
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// The host and the port of a URL of the web.
fn host(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let authority = uri.authority()?;
    let has_port = authority
        .as_str()
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.ends_with(']'));
    let is_web = matches!(uri.scheme_str(), Some("http" | "https"));
    let is_whole = !authority.host().is_empty() && (!has_port || authority.port_u16().is_some());
    (is_web && is_whole).then(|| authority.as_str().to_owned())
}

/// What the header of a signature says.
fn signature(key: &hmac::Key, body: &[u8]) -> String {
    let mut text = "sha256=".to_owned();
    for byte in hmac::sign(key, body).as_ref() {
        // Writing to a string does not fail.
        let _always = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn target(url: &str) -> Result<Target, String> {
        let settings = WebhookSettings {
            url: Secret::new(url.to_owned()),
            ..WebhookSettings::default()
        };
        Target::new(&settings)
    }

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // RFC 4231, test case 2.
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"Jefe");
        assert_eq!(
            signature(&key, b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_target_shows_its_host_alone() {
        for (url, host) in [
            ("https://example.org/hook?token=secret", "example.org"),
            ("http://example.org:8080/x", "example.org:8080"),
            ("http://[::1]:80", "[::1]:80"),
            ("http://[::1]/secret", "[::1]"),
        ] {
            let target = target(url).unwrap();
            assert_eq!(target.host(), host);
        }
        for url in [
            "",
            "x",
            "https://",
            "https:///secret",
            "ftp://h/secret",
            "http://jo:secret@h:x/",
            "http://jo:secret@h/",
            "http://h/a b",
        ] {
            let error = target(url).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_answer_that_repeats_the_url_is_masked() {
        let target = target("https://h/services/T1?key=k2").unwrap();
        assert_eq!(
            target.masked("Cannot POST /services/T1?key=k2: no /services/T1, key=k2"),
            "Cannot POST …: no …, …"
        );
        let mut settings = WebhookSettings {
            url: Secret::new("https://h/".to_owned()),
            ..WebhookSettings::default()
        };
        for (name, value) in [("Authorization", "Bearer t0ps3cret"), ("X-A", "on")] {
            let value = Secret::new(value.to_owned());
            settings.headers.insert(name.to_owned(), value);
        }
        let target = Target::new(&settings).unwrap();
        assert_eq!(
            target.masked("a/b on: no t0ps3cret (Bearer t0ps3cret)"),
            "a/b on: no … (…)"
        );
    }
}
