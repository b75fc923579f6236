//! An archive that is to be registered: what it is called, where it is, and what is there.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::style::{printable, warn};
use crate::archive::{self, ArchiveError, Location, Survey};
use crate::causes::with_causes;
use crate::name::Name;
use crate::params::{self, ParamsError};

/// An archive that can be read.
#[derive(Debug)]
pub(crate) struct Newcomer {
    pub(crate) name: Name,
    /// Its location, as it is stored.
    pub(crate) stored: String,
    pub(crate) location: Location,
    survey: Survey,
}

/// Why an archive is not to be registered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewcomerError {
    #[error(transparent)]
    Params(#[from] ParamsError),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the archive at {0} does not say its name")]
    Nameless(String),
}

impl NewcomerError {
    /// The error with the way out for an archive that cannot be read, or for one without a name.
    pub(crate) fn with_hints(self, unreadable: &str, nameless: &str) -> CliError {
        match self {
            Self::Params(error) => error.into(),
            Self::Archive(error) => {
                let hint = if looks_like_git(&error) {
                    GIT
                } else {
                    unreadable
                };
                CliError::from(error).hint(hint)
            }
            Self::Nameless(_) => CliError::new(Exit::Failure, self).hint(nameless),
        }
    }
}

const GIT: &str = "it looks like git; that is watched as git:PATH";

/// Whether what is in no format of GNU Arch is a repository, or holds some.
fn looks_like_git(error: &ArchiveError) -> bool {
    let ArchiveError::UnknownFormat { path, .. } = error else {
        return false;
    };
    let is_repository = |dir: &Path| {
        dir.join(".git").exists() || dir.join("HEAD").exists() && dir.join("refs").is_dir()
    };
    let Some(dir) = path.parent() else {
        return false;
    };
    let below = std::fs::read_dir(dir).into_iter().flatten().flatten();
    is_repository(dir) || below.into_iter().any(|entry| is_repository(&entry.path()))
}

impl Newcomer {
    /// Looks at the archive at `location`, where a relative path begins at `cwd`. Without a `name` it gets the one that it says it has, or the
    /// last part of its path or URL.
    pub(crate) fn meet(
        context: &Context,
        name: Option<&str>,
        location: &str,
        cwd: &Path,
    ) -> Result<Self, NewcomerError> {
        let name = name.map(params::check_name).transpose()?;
        let stored = params::stored_form(location, cwd)?;
        let location = Location::parse(&stored)?;
        let name = match name {
            Some(name) => name,
            None => own_name(context, &stored, &location)?,
        };
        let is_git = matches!(location, Location::Git(_) | Location::GitRemote(_));
        let mut access = context.access();
        // A person counts what was made a moment ago, too.
        access.options.settle = Duration::ZERO;
        let archive = archive::open(name.as_str(), &stored, None, access)?;
        let survey = archive::survey(archive.as_ref(), &name, is_git)?;
        drop(archive);
        Ok(Self {
            name,
            stored,
            location,
            survey,
        })
    }

    /// What is there, in one line.
    pub(crate) fn found(&self) -> String {
        let categories = self.survey.categories;
        let (kind, refs) = match &self.location {
            Location::Arch(_) | Location::ArchWeb(_) => ("GNU Arch archive".to_owned(), None),
            Location::Git(_) if categories != 1 => {
                ("git repositories".to_owned(), Some(self.survey.versions))
            }
            Location::Git(_) | Location::GitRemote(_) => {
                ("git repository".to_owned(), Some(self.survey.versions))
            }
            Location::Dir(_) => ("directory tree".to_owned(), None),
            Location::Helper { name, .. } => (format!("{name} archive"), None),
        };
        let counted = |number: usize, one: &str, many: &str| {
            format!("{number} {}", if number == 1 { one } else { many })
        };
        let refs = refs
            .map(|refs| format!(", {}", counted(refs, "ref", "refs")))
            .unwrap_or_default();
        let categories = counted(categories, "category", "categories");
        format!("{kind} at {}: {categories}{refs}", self.address())
    }

    /// Says which categories cannot be read, and why.
    pub(crate) fn warn_of_unreadable(&self, context: &Context) {
        for (category, error) in &self.survey.unreadable {
            warn(context, &format!("{category}: {}", with_causes(error)));
        }
    }

    /// The location as it may be shown, without the kind where that is said apart.
    fn address(&self) -> String {
        let address = match &self.location {
            Location::Arch(_) | Location::ArchWeb(_) => &self.stored,
            _ => self
                .stored
                .split_once(':')
                .map_or("", |(_, address)| address),
        };
        printable(&without_secret(address)).into_owned()
    }
}

/// An address without the user and password that a URL may hold.
fn without_secret(address: &str) -> Cow<'_, str> {
    let shown = address.split_once("://").and_then(|(scheme, rest)| {
        let (authority, _) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, _) = authority.rsplit_once('@')?;
        Some(format!("{scheme}://{}", &rest[user.len() + 1..]))
    });
    shown.map_or(Cow::Borrowed(address), Cow::Owned)
}

/// The name that the archive gives itself, or that its location suggests.
fn own_name(context: &Context, stored: &str, location: &Location) -> Result<Name, NewcomerError> {
    let archive = archive::open("", stored, None, context.access())?;
    let name = archive.official_name()?;
    let name = match &name {
        Some(name) => name,
        None => base_name(stored, location),
    };
    params::check_name(name)
        .map_err(|_| NewcomerError::Nameless(without_secret(stored).into_owned()))
}

/// The last part of a path or URL; empty for a GNU Arch archive, which has a name of its own.
fn base_name<'a>(stored: &'a str, location: &Location) -> &'a str {
    if let Location::Arch(_) | Location::ArchWeb(_) = location {
        return "";
    }
    let last = stored.trim_end_matches('/').rsplit(['/', ':']).next();
    let last = last.unwrap_or_default();
    last.strip_suffix(".git").unwrap_or(last)
}

/// Where relative paths begin.
pub(crate) fn working_directory() -> Result<PathBuf, CliError> {
    std::env::current_dir().map_err(|error| {
        CliError::new(Exit::Failure, error)
            .hint("the working directory is gone; go elsewhere, or give an absolute path")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sees_a_password() {
        for (address, shown) in [
            ("https://jo:secret@h/a@b", "https://h/a@b"),
            ("https://token@h", "https://h"),
            ("https://h/a@b", "https://h/a@b"),
            ("/srv/a@b", "/srv/a@b"),
            ("jo@h:x", "jo@h:x"),
        ] {
            assert_eq!(without_secret(address), shown);
        }
    }

    #[test]
    fn a_location_suggests_a_name() {
        for (location, name) in [
            ("git:/srv/git", "git"),
            ("git:/srv/hello.git/", "hello"),
            ("git:https://h/x/hello.git", "hello"),
            ("git:jo@h:hello.git", "hello"),
            ("dir:/pool", "pool"),
            ("svn:https://h/x", "x"),
            ("git:/", ""),
            ("/srv/a", ""),
            ("https://h/a", ""),
        ] {
            let parsed = Location::parse(location).unwrap();
            assert_eq!(base_name(location, &parsed), name, "{location}");
        }
    }
}
