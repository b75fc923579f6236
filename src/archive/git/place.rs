//! Where a repository is, and how its category is called.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::FileType;

use super::kind::Kind;
use super::root::Root;
use crate::archive::ArchiveError;
use crate::name;

/// Where a repository is, relative to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The repository, or the top of its work tree: where git begins.
    pub(super) dir: PathBuf,
    /// The repository.
    pub(super) git_dir: PathBuf,
}

/// The repositories by their categories' parts: their paths without `.git`.
///
/// Where both `x.git` and `x` are there, the first is `x`; the other is `x/.git` if it is a work tree,
/// and `x/.` if it is not.
pub(super) fn by_category(root: &Root, found: Vec<Place>) -> BTreeMap<String, Place> {
    let mut categories = BTreeMap::new();
    let (shortened, plain): (Vec<_>, Vec<_>) = found
        .into_iter()
        .map(|place| {
            let path = if place.dir.as_os_str().is_empty() {
                own_name(root)
            } else {
                place.dir.as_os_str().as_bytes().to_owned()
            };
            (path, place)
        })
        .partition(|(path, _)| without_suffix(path).is_some());
    for (path, place) in shortened {
        let path = without_suffix(&path).unwrap_or(&path);
        categories.insert(name::encode(path), place);
    }
    for (mut path, place) in plain {
        let mut part = name::encode(&path);
        if categories.contains_key(&part) {
            let suffix = if place.dir == place.git_dir {
                "/."
            } else {
                "/.git"
            };
            path.extend_from_slice(suffix.as_bytes());
            part = name::encode(&path);
        }
        categories.insert(part, place);
    }
    categories
}

/// What the root is called where it is a repository itself; a `.git` goes by what it stands in.
fn own_name(root: &Root) -> Vec<u8> {
    let path = root.path(Path::new(""));
    let name = match path.file_name() {
        Some(name) if name == ".git" => path.parent().and_then(Path::file_name),
        name => name,
    };
    name.unwrap_or(OsStr::new("repository"))
        .as_bytes()
        .to_owned()
}

fn without_suffix(path: &[u8]) -> Option<&[u8]> {
    path.strip_suffix(b".git")
        .filter(|rest| rest.last().is_some_and(|&byte| byte != b'/'))
}

/// What can be said of a category without a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// It is there.
    Here(Place),
    /// It is not there.
    Nowhere,
    /// Only a search can tell.
    Unsure,
}

/// Goes straight to the repository that a category's part names: a search would find it there too,
/// if nothing on the way is a symbolic link or a boundary.
pub(super) fn guess(root: &Root, part: &str, nested: bool) -> Result<Guess, ArchiveError> {
    let bytes = name::decode(part);
    let path = Path::new(OsStr::from_bytes(&bytes));
    let is_plain = |each: Component<'_>| matches!(each, Component::Normal(name) if name != ".git" && name != "lost+found");
    let is_canonical = path.components().all(is_plain)
        && path.components().collect::<PathBuf>().as_os_str() == path.as_os_str();
    if !is_canonical || bytes.contains(&0) {
        return Ok(Guess::Unsure);
    }
    for above in path.ancestors().skip(1) {
        let is_real = match root.kind(above)? {
            None => return Ok(Guess::Nowhere),
            kind => above.as_os_str().is_empty() || kind == Some(FileType::Directory),
        };
        let is_passable = match Kind::of(root, above)? {
            Kind::Plain => true,
            Kind::WorkTree | Kind::Elsewhere => nested && !above.as_os_str().is_empty(),
            Kind::Bare => false,
        };
        if !is_real || !is_passable {
            return Ok(Guess::Unsure);
        }
    }
    let mut long = bytes.clone();
    long.extend_from_slice(b".git");
    for candidate in [Path::new(OsStr::from_bytes(&long)), path] {
        match root.kind(candidate)? {
            None => continue,
            Some(FileType::Directory) => {}
            Some(_) => return Ok(Guess::Unsure),
        }
        let git_dir = match Kind::of(root, candidate)? {
            Kind::Bare => candidate.to_owned(),
            Kind::WorkTree => candidate.join(".git"),
            Kind::Elsewhere | Kind::Plain => continue,
        };
        if candidate == path && without_suffix(&bytes).is_some() {
            continue;
        }
        return Ok(Guess::Here(Place {
            dir: candidate.to_owned(),
            git_dir,
        }));
    }
    Ok(Guess::Nowhere)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn categories(root: &Root, dirs: &[&str]) -> Vec<(String, String)> {
        let found = dirs.iter().map(|dir| Place {
            dir: dir.trim_end_matches('!').into(),
            git_dir: match dir.strip_suffix('!') {
                Some(dir) => dir.into(),
                None => Path::new(dir).join(".git"),
            },
        });
        by_category(root, found.collect())
            .into_iter()
            .map(|(part, place)| (part, place.dir.display().to_string()))
            .collect()
    }

    #[test]
    fn a_category_is_a_path_without_its_suffix() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("own.git")).unwrap();
        let root = Root::open(&dir.path().join("own.git")).unwrap();
        for (dirs, expected) in [
            (
                &["a/x.git!", "y"][..],
                &[("a/x", "a/x.git"), ("y", "y")][..],
            ),
            (&["x.git!", "x"], &[("x", "x.git"), ("x/.git", "x")]),
            (&["x", "x.git!"], &[("x", "x.git"), ("x/.git", "x")]),
            (&["x!", "x.git!"], &[("x", "x.git"), ("x/.", "x")]),
            (&["x.git.git!"], &[("x.git", "x.git.git")]),
            (&["a--b", "#"], &[("%23", "#"), ("a%2D%2Db", "a--b")]),
            (&["", "own"], &[("own", ""), ("own/.git", "own")]),
        ] {
            let found = categories(&root, dirs);
            let found: Vec<(&str, &str)> = found
                .iter()
                .map(|(part, dir)| (part.as_str(), dir.as_str()))
                .collect();
            assert_eq!(found, expected);
        }
    }
}
