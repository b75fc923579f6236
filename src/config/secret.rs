//! What must not be seen: passwords, keys, tokens.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::fsx;

/// What is shown instead of a secret.
pub(super) const MASK: &str = "***";

/// A text that is shown as `***`, wherever it is printed by mistake.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

/// Why a file yields no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others than its owner may read or write it.
    #[error("{} holds a secret, and others than its owner may use it (mode {mode:o}); `chmod 600` it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Its first line is empty.
    #[error("{} holds no secret: its first line is empty", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl Secret {
    /// Makes a secret of a text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

/// Whether what is called so (a variable, a header) is mostly a secret: the last word of the name
/// says it.
pub(super) fn is_secret(name: &str) -> bool {
    let last = name.rsplit(['-', '_']).next().unwrap_or_default();
    [
        "apikey",
        "authorization",
        "cookie",
        "credentials",
        "key",
        "pass",
        "passwd",
        "password",
        "secret",
        "token",
    ]
    .iter()
    .any(|secret| last.eq_ignore_ascii_case(secret))
}

/// A line of a settings file with a `*` for each byte of what is mostly a secret: a value behind
/// a name that says so, and of a URL everything but scheme, host and query of a host.
pub(super) fn mask_line(line: &str) -> String {
    let mut hidden = Vec::new();
    for (at, _) in line.match_indices("://") {
        let start = at + "://".len();
        let rest = &line[start..];
        let url = &rest[..rest.find(['"', '\'', ' ', '\t']).unwrap_or(rest.len())];
        let host = url.rfind('@').unwrap_or(0);
        hidden.push(start..start + host);
        if let Some(path) = url[host..].find('/') {
            hidden.push(start + host + path + 1..start + url.len());
        }
    }
    for (at, _) in line.match_indices('=') {
        let before = line[..at].trim_end_matches([' ', '\t', '"', '\'']);
        let is_word = |c: char| c.is_alphanumeric() || "-_".contains(c);
        if is_secret(&before[before.trim_end_matches(is_word).len()..]) {
            hidden.push(at + 1..line.len());
        }
    }
    let masked = line.char_indices().map(|(at, c)| {
        if hidden.iter().any(|range| range.contains(&at)) {
            "*".repeat(c.len_utf8())
        } else {
            c.to_string()
        }
    });
    masked.collect()
}

/// Reads the first line, without its end, of a file that nobody but its owner may read or write.
pub fn read_secret(path: &Path) -> Result<Secret, SecretError> {
    let text = read_private(path)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        let path = path.to_owned();
        return Err(SecretError::Empty { path });
    }
    Ok(Secret::new(line.to_owned()))
}

/// Reads a file that nobody but its owner may read or write.
fn read_private(path: &Path) -> Result<String, SecretError> {
    let mut text = String::new();
    let read = open_private(path)?.read_to_string(&mut text);
    read.map_err(|source| SecretError::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(text)
}

/// Opens a file that nobody but its owner may read or write.
pub fn open_private(path: &Path) -> Result<File, SecretError> {
    let unreadable = |source| SecretError::Read {
        path: path.to_owned(),
        source,
    };
    let (file, metadata) = fsx::open_regular(path).map_err(unreadable)?;
    if !fsx::is_private(&metadata) {
        let (path, mode) = (path.to_owned(), metadata.mode() & 0o7777);
        return Err(SecretError::Open { path, mode });
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_whether_it_is_a_secret() {
        for secret in [
            "Authorization",
            "proxy-authorization",
            "X-Api-Key",
            "GITHUB_TOKEN",
            "PASSWORD",
        ] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in ["Content-Type", "PASSWORD_FILE", "MONKEY", "X-Larch", ""] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn what_is_mostly_a_secret_is_hidden_in_a_line() {
        for (line, masked) in [
            ("jobs = 4", "jobs = 4"),
            (
                "t = \"smtp://jo:pw@host:25?tls=no\" # ö",
                "t = \"smtp://*****@host:25?tls=no\" # ö",
            ),
            ("t = \"smtp://jo:p/w@host", "t = \"smtp://******@host"),
            (
                "url = 'https://host/a/b?c=d'",
                "url = 'https://host/*******'",
            ),
            (
                "h = { A = \"1\", X-Token = \"ö\" }",
                "h = { A = \"1\", X-Token =*******",
            ),
            ("\"api-key\"=1", "\"api-key\"=*"),
            ("secret_file = \"a\"", "secret_file = \"a\""),
        ] {
            assert_eq!(mask_line(line), masked);
            assert_eq!(line.len(), masked.len());
        }
    }
}
