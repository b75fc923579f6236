//! How a mail leaves this machine.

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ureq::http::Uri;

use super::file::File;
use super::kind::{Kind, Written, Wrong};
use super::secret::{MASK, Secret};

/// What is escaped in a part of a URL.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'+');

/// How a mail leaves this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A mail server: `smtp://…` or `smtps://…`.
    Smtp(SmtpServer),
    /// A program like sendmail: `sendmail`, the one that is found, or `sendmail:PATH`.
    Sendmail(Option<PathBuf>),
    /// A mailbox in the form of a Maildir: `maildir:PATH`.
    Maildir(PathBuf),
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer {
    /// Its name or address, an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Who logs in; `None`: nobody does.
    pub user: Option<String>,
    /// The password, where it stands in the URL.
    pub password: Option<Secret>,
    /// What the client calls itself, if not by the host's name.
    pub hello: Option<String>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: `smtp://HOST`.
    None,
    /// By STARTTLS, if the server offers it: `smtp://HOST?tls=opportunistic`.
    Opportunistic,
    /// By STARTTLS: `smtp://HOST?tls=required`.
    Required,
    /// From its start: `smtps://HOST`.
    Wrapped,
}

impl Kind for Transport {
    type Value = Self;

    fn name() -> Cow<'static, str> {
        "transport".into()
    }

    fn words() -> Cow<'static, str> {
        "\"smtp://[USER@]HOST[:PORT][?tls=required|opportunistic]\", \"smtps://…\", \"sendmail\", \
         \"sendmail:PATH\" or \"maildir:PATH\""
            .into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Self, Vec<Wrong>> {
        let text = written.get_ref().as_str().unwrap_or_default();
        let path = |path: &str| {
            let fits = !path.is_empty() && !path.contains('\0');
            fits.then(|| file.base().join(path))
        };
        let transport = match text.split_once(':') {
            None if text == "sendmail" => Some(Self::Sendmail(None)),
            Some(("sendmail", place)) => path(place).map(|place| Self::Sendmail(Some(place))),
            Some(("maildir", place)) => path(place).map(Self::Maildir),
            Some(("smtp" | "smtps", _)) => SmtpServer::parse(text).map(Self::Smtp),
            _ => None,
        };
        match transport {
            Some(Self::Smtp(server)) if server.password.is_some() && !file.is_private() => {
                let message = "has a password, and others than the owner may read the file";
                Err(vec![Wrong::new(message).help(
                    "chmod 600 the file, or give the password by `password_file` or `password_env`",
                )])
            }
            Some(transport) => Ok(transport),
            None => Err(<Self as Kind>::wrong()),
        }
    }

    fn show(value: &Self) -> Option<toml::Value> {
        Some(value.to_string().into())
    }
}

/// As the settings write it, but for the password.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(server) => server.fmt(f),
            Self::Sendmail(None) => f.write_str("sendmail"),
            Self::Sendmail(Some(path)) => write!(f, "sendmail:{}", path.display()),
            Self::Maildir(path) => write!(f, "maildir:{}", path.display()),
        }
    }
}

impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, query) = match self.tls {
            Tls::None => ("smtp", ""),
            Tls::Opportunistic => ("smtp", "?tls=opportunistic"),
            Tls::Required => ("smtp", "?tls=required"),
            Tls::Wrapped => ("smtps", ""),
        };
        write!(f, "{scheme}://")?;
        if let Some(user) = &self.user {
            write!(f, "{}", utf8_percent_encode(user, ESCAPED))?;
            if self.password.is_some() {
                write!(f, ":{MASK}")?;
            }
            f.write_str("@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?;
        } else {
            f.write_str(&self.host)?;
        }
        if self.port != self.tls.port() {
            write!(f, ":{}", self.port)?;
        }
        if let Some(hello) = &self.hello {
            write!(f, "/{}", utf8_percent_encode(hello, ESCAPED))?;
        }
        f.write_str(query)
    }
}

impl SmtpServer {
    /// Reads the URL of a server. `None`: it is none.
    fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?.as_str();
        let (login, place) = match authority.rsplit_once('@') {
            Some((login, place)) => (Some(login), place),
            None => (None, authority),
        };
        let host = uri.host().filter(|host| !host.is_empty())?;
        let tls = match (uri.scheme_str(), uri.query()) {
            (Some("smtps"), None) => Tls::Wrapped,
            (Some("smtp"), None) => Tls::None,
            (Some("smtp"), Some("tls=opportunistic")) => Tls::Opportunistic,
            (Some("smtp"), Some("tls=required")) => Tls::Required,
            _ => return None,
        };
        let port = match place.strip_prefix(host)? {
            "" => tls.port(),
            _ => uri.port_u16().filter(|port| *port > 0)?,
        };
        let (user, password) = match login.map(|login| login.split_once(':')) {
            None => (None, None),
            Some(None) => (Some(decoded(login?)?), None),
            Some(Some((user, password))) => {
                (Some(decoded(user)?), Some(Secret::new(decoded(password)?)))
            }
        };
        let hello = match uri.path() {
            "" | "/" => None,
            path => Some(decoded(path.strip_prefix('/')?)?),
        };
        Some(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            tls,
            user,
            password,
            hello,
        })
    }
}

impl Tls {
    /// The port where none is given, as lettre has it.
    fn port(self) -> u16 {
        match self {
            Self::None => 25,
            Self::Opportunistic | Self::Required => 587,
            Self::Wrapped => 465,
        }
    }
}

/// What a part of a URL stands for; nothing that could act on a protocol of lines.
fn decoded(part: &str) -> Option<String> {
    let text = percent_decode_str(part).decode_utf8().ok()?;
    let fits = !text.is_empty() && !text.contains(char::is_control);
    fits.then(|| text.into_owned())
}
