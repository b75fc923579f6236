//! `=locations`: where the archives are, one file for each.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::{Params, ParamsError, first_line, make_private_directory, write_error};
use crate::fsx;
use crate::name::{Level, Name, gnu};

impl Params {
    fn locations(&self) -> PathBuf {
        self.dir.join("=locations")
    }

    /// All registered archives with their locations, by name.
    ///
    /// Files that are no registrations (temporary files, editors' backups, notes) are passed over.
    pub fn archives(&self) -> Result<Vec<(String, String)>, ParamsError> {
        let directory = self.locations();
        let unreadable = |source| ParamsError::Read {
            path: directory.clone(),
            source,
        };
        let entries = match std::fs::read_dir(&directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(unreadable(source)),
        };
        let mut archives = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !can_be_registered(&name) || entry.path().is_dir() {
                continue;
            }
            if let Some(location) = first_line(&entry.path())?
                && (gnu::is_archive(&name) || is_location(&location))
            {
                archives.push((name, location));
            }
        }
        archives.sort_unstable();
        Ok(archives)
    }

    /// Where an archive is; `None` if it is not registered.
    pub fn location(&self, name: &str) -> Result<Option<String>, ParamsError> {
        if can_be_registered(name) {
            first_line(&self.locations().join(name))
        } else {
            Ok(None)
        }
    }

    /// Registers an archive. A path that is not absolute is taken from `cwd`, and a `file://` URL
    /// is stored as the path that it means, since tla knows no such URLs.
    ///
    /// Without `force`, an archive that is registered stays as it is, and that is an error. What is
    /// at the location is not looked at.
    pub fn register(
        &self,
        name: &str,
        location: &str,
        cwd: &Path,
        force: bool,
    ) -> Result<(), ParamsError> {
        check_name(name)?;
        let location = stored_form(location, cwd)?;
        let directory = self.locations();
        make_private_directory(&directory)?;
        let path = directory.join(name);
        let text = format!("{location}\n");
        if force {
            return fsx::write_atomic(&path, text.as_bytes(), 0o644).map_err(write_error(&path));
        }
        match fsx::create_atomic(&path, text.as_bytes(), 0o644) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ParamsError::Registered {
                    name: name.to_owned(),
                    location: first_line(&path)?.unwrap_or_default(),
                })
            }
            Err(source) => Err(ParamsError::Write { path, source }),
        }
    }

    /// Forgets where an archive is. The archive itself is not touched.
    pub fn unregister(&self, name: &str) -> Result<(), ParamsError> {
        let not_registered = || ParamsError::NotRegistered(name.to_owned());
        if !can_be_registered(name) {
            return Err(not_registered());
        }
        let directory = self.locations();
        let path = directory.join(name);
        match std::fs::remove_file(&path) {
            Ok(()) => fsx::sync_directory(&directory).map_err(write_error(&directory)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(not_registered()),
            Err(source) => Err(ParamsError::Write { path, source }),
        }
    }
}

/// Takes `name` for an archive's, if one can be registered under it.
pub fn check_name(name: &str) -> Result<Name, ParamsError> {
    Name::parse(name, Some(Level::Archive))
        .ok()
        .filter(|_| can_be_registered(name))
        .ok_or_else(|| ParamsError::BadName(name.to_owned()))
}

/// Whether `name` is an archive's name, and not that of a file that tla or an editor leaves.
fn can_be_registered(name: &str) -> bool {
    Name::parse(name, Some(Level::Archive)).is_ok()
        && !name.starts_with([',', '+', '='])
        && !name.ends_with('~')
}

/// Whether `text` could be the location of an archive of any kind: a path or `KIND:ADDRESS`.
fn is_location(text: &str) -> bool {
    text.starts_with('/') || kind(text).is_some()
}

/// What stands before the first `:`, if it is a word such as names a kind of archive.
fn kind(location: &str) -> Option<&str> {
    let (kind, _) = location.split_once(':')?;
    let good = kind.starts_with(|first: char| first.is_ascii_lowercase())
        && kind.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+.-".contains(&byte)
        });
    good.then_some(kind)
}

/// A location as it is stored: a relative path is taken from `cwd`, that of `git:PATH` and `dir:PATH`
/// too, a `file://` URL becomes the path that it means, and any other address stays as it is.
pub fn stored_form(location: &str, cwd: &Path) -> Result<String, ParamsError> {
    let bad = || ParamsError::BadLocation(location.to_owned());
    if location.is_empty() || location.trim() != location || location.contains(['\n', '\r', '\0']) {
        return Err(bad());
    }
    let (kind, address) = match kind(location) {
        Some(kind @ ("git" | "dir")) => location.split_at(kind.len() + 1),
        Some("file") | None => ("", location),
        Some(_) => return Ok(location.to_owned()),
    };
    let path = match address.strip_prefix("file://") {
        // git has a way of its own to read these.
        Some(_) if kind == "git:" => return Ok(location.to_owned()),
        Some(path) if path.starts_with('/') => path,
        Some(_) => return Err(ParamsError::RemoteFile(location.to_owned())),
        None if kind == "git:" && !is_path(address) => return Ok(location.to_owned()),
        None => address,
    };
    if path.starts_with('/') {
        return Ok(format!("{kind}{path}"));
    }
    // Steps up stay as they are: what they mean is for the file system to say.
    let path = cwd
        .join(path)
        .components()
        .filter(|component| *component != Component::CurDir)
        .collect::<PathBuf>()
        .into_os_string()
        .into_string()
        .ok()
        .filter(|path| path.trim() == path && !path.contains('\n'));
    Ok(format!("{kind}{}", path.ok_or_else(bad)?))
}

/// Whether git takes an address for a path: no `:` stands before its first `/`.
fn is_path(address: &str) -> bool {
    !address
        .split('/')
        .next()
        .is_some_and(|first| first.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_stored_so_that_every_reader_finds_them() {
        let stored = |location| stored_form(location, Path::new("/home/jo")).ok();
        for (given, kept) in [
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("a b/c", "/home/jo/a b/c"),
            ("./a/", "/home/jo/a"),
            (".", "/home/jo"),
            ("../a", "/home/jo/../a"),
            ("~/a", "/home/jo/~/a"),
            ("file:///a/b", "/a/b"),
            ("http://x.org/a", "http://x.org/a"),
            ("git:/srv/git", "git:/srv/git"),
            ("git:git", "git:/home/jo/git"),
            ("git:.", "git:/home/jo"),
            ("git:./a:b/", "git:/home/jo/a:b"),
            ("git:jo@h:x.git", "git:jo@h:x.git"),
            ("git:https://h/x", "git:https://h/x"),
            ("git:file:///x", "git:file:///x"),
            ("git:ext::sh", "git:ext::sh"),
            ("dir:pool", "dir:/home/jo/pool"),
            ("dir:a:b", "dir:/home/jo/a:b"),
            ("dir:file:///pool", "dir:/pool"),
            ("svn:trunk", "svn:trunk"),
        ] {
            assert_eq!(stored(given).as_deref(), Some(kept), "{given}");
        }
        for bad in [
            "",
            " /a",
            "/a ",
            "/a\n/b",
            "/a\r",
            "file://host/a",
            "file://a",
            "dir:file://host/a",
        ] {
            assert_eq!(stored(bad), None, "{bad:?}");
        }
        assert_eq!(
            stored_form("a", Path::new("/odd ")).ok().as_deref(),
            Some("/odd /a")
        );
        assert!(stored_form(".", Path::new("/odd ")).is_err());
    }

    #[test]
    fn leftovers_of_programs_are_no_archives() {
        for name in ["jo@x.org--a", "repos", "jo@x.org--a-MIRROR"] {
            assert!(can_be_registered(name), "{name}");
        }
        for name in [
            "",
            "..",
            ".x",
            "-x",
            "a/b",
            "a b",
            "a#b",
            ",,new-location.1",
            "jo@x.org~",
            "+x",
            "=x",
        ] {
            assert!(!can_be_registered(name), "{name}");
        }
    }
}
