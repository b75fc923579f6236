//! Where an archive is, and so of which kind.

use std::path::PathBuf;

use super::ArchiveError;

/// A registered location, by kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A GNU Arch archive on disk: a path or a `file://` URL.
    Arch(PathBuf),
    /// A GNU Arch archive on a web server.
    ArchWeb(String),
    /// A git repository on disk, or a directory with many.
    Git(PathBuf),
    /// One git repository elsewhere: whatever `git ls-remote` takes.
    GitRemote(String),
    /// A plain tree.
    Dir(PathBuf),
    /// What a program lists.
    Helper {
        /// The program is `larch-archive-NAME`.
        name: String,
        /// What it is told to list.
        address: String,
    },
}

impl Location {
    /// Reads a registered location. Paths are absolute.
    pub fn parse(text: &str) -> Result<Self, ArchiveError> {
        let unknown = || ArchiveError::UnknownKind(text.to_owned());
        let absolute = |path: &str| {
            let path = path.strip_prefix("file://").unwrap_or(path);
            path.starts_with('/').then(|| PathBuf::from(path))
        };
        if text.starts_with("http://") || text.starts_with("https://") {
            return Ok(Self::ArchWeb(text.to_owned()));
        }
        if let Some(path) = absolute(text) {
            return Ok(Self::Arch(path));
        }
        let (kind, address) = text.split_once(':').ok_or_else(unknown)?;
        match kind {
            "git" if address.starts_with('/') => Ok(Self::Git(PathBuf::from(address))),
            "git" if is_git_url(address) => Ok(Self::GitRemote(address.to_owned())),
            "dir" => absolute(address).map(Self::Dir).ok_or_else(unknown),
            "git" => Err(unknown()),
            name if is_helper_name(name) && !address.starts_with("//") => Ok(Self::Helper {
                name: name.to_owned(),
                address: address.to_owned(),
            }),
            _ => Err(unknown()),
        }
    }

    /// The kind, as `LARCH_KIND` says it.
    pub fn kind(&self) -> &str {
        match self {
            Self::Arch(_) | Self::ArchWeb(_) => "arch",
            Self::Git(_) | Self::GitRemote(_) => "git",
            Self::Dir(_) => "dir",
            Self::Helper { name, .. } => name,
        }
    }

    /// Whether looking at it takes a network, or a program of which nobody knows what it takes.
    pub fn is_remote(&self) -> bool {
        matches!(
            self,
            Self::ArchWeb(_) | Self::GitRemote(_) | Self::Helper { .. }
        )
    }

    /// The host that must answer, where it is known.
    pub fn host(&self) -> Option<&str> {
        let (Self::ArchWeb(url) | Self::GitRemote(url)) = self else {
            return None;
        };
        let authority = match url.split_once("://") {
            Some(("file", _)) => return None,
            Some((_, rest)) => rest.split('/').next()?,
            // user@host:path
            None => url.split(':').next()?,
        };
        let host = authority.rsplit('@').next()?;
        (!host.is_empty()).then_some(host)
    }
}

/// A location as it may be shown: without the password that a URL in it may hold.
pub fn without_password(location: &str) -> String {
    let Some((scheme, rest)) = location.split_once("://") else {
        return location.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        None => location.to_owned(),
    }
}

/// `https://…`, `ssh://…`, `git://…`, `file://…`, `HOST:PATH` and `USER@HOST:PATH`: the transports that
/// are safe to hand to git. Never an option, never a helper such as `ext::`.
fn is_git_url(address: &str) -> bool {
    let names_a_helper = address
        .split_once("::")
        .is_some_and(|(name, _)| name.chars().all(|each| each.is_ascii_alphanumeric()));
    if address.starts_with('-') || names_a_helper {
        return false;
    }
    match address.split_once("://") {
        Some((scheme, rest)) => {
            matches!(scheme, "https" | "http" | "ssh" | "git" | "file") && !rest.starts_with('-')
        }
        None => address.split_once(':').is_some_and(|(host, path)| {
            !host.is_empty() && !host.contains('/') && !path.is_empty()
        }),
    }
}

fn is_helper_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name
            .chars()
            .all(|each| each.is_ascii_alphanumeric() || matches!(each, '.' | '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_has_its_kind() {
        let helper = |name: &str, address: &str| Location::Helper {
            name: name.to_owned(),
            address: address.to_owned(),
        };
        for (text, expected) in [
            ("/srv/a", Location::Arch("/srv/a".into())),
            ("file:///srv/a", Location::Arch("/srv/a".into())),
            ("http://h/a", Location::ArchWeb("http://h/a".into())),
            ("git:/srv/git", Location::Git("/srv/git".into())),
            (
                "git:https://h/x.git",
                Location::GitRemote("https://h/x.git".into()),
            ),
            ("git:jo@h:x.git", Location::GitRemote("jo@h:x.git".into())),
            ("git:file:///x", Location::GitRemote("file:///x".into())),
            ("dir:/pool", Location::Dir("/pool".into())),
            ("svn:https://h/x", helper("svn", "https://h/x")),
        ] {
            assert_eq!(Location::parse(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_unsafe_or_unknown_is_refused() {
        for text in [
            "",
            "relative",
            "git:relative",
            "git:-upload-pack=x",
            "git:ext::sh -c x",
            "dir:relative",
            "sftp://h/a",
            "-x:y",
            "git:ssh://-oProxyCommand=x/y",
        ] {
            assert!(Location::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (location, shown) in [
            ("http://jo:secret@h/a", "http://jo@h/a"),
            ("git:https://jo:se:c@ret@h/a", "git:https://jo@h/a"),
            ("http://h:80/a@b:c", "http://h:80/a@b:c"),
            ("git:jo@h:x.git", "git:jo@h:x.git"),
            ("/srv/a", "/srv/a"),
        ] {
            assert_eq!(without_password(location), shown);
        }
    }

    #[test]
    fn the_host_is_what_must_answer() {
        for (text, host) in [
            ("http://h:80/a", Some("h:80")),
            ("git:ssh://jo@h/x", Some("h")),
            ("git:jo@h:x.git", Some("h")),
            ("git:file:///x", None),
            ("/srv/a", None),
        ] {
            assert_eq!(Location::parse(text).unwrap().host(), host, "{text}");
        }
    }
}
