//! Where hooks are found: in the settings, in their order, and then in `=hooks/POINT/`, by name.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::super::report::Problem;
use super::hook::Hook;
use crate::action::program;
use crate::config::{self, Config, Point};
use crate::fsx::{is_executable, others_can_write};

/// The name of the directory of hooks in a notification directory.
const DIRECTORY: &str = "=hooks";

/// What lies in `=hooks`.
#[derive(Debug, Default)]
pub(super) struct Directories {
    names: Vec<OsString>,
    /// Why it cannot be read.
    error: Option<String>,
}

impl Directories {
    /// Reads `=hooks` in a notification directory, which need not be there.
    pub(super) fn read(dir: &Path) -> Self {
        match names(&dir.join(DIRECTORY)) {
            Ok(names) => Self { names, error: None },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => Self {
                names: Vec::new(),
                error: Some(error.to_string()),
            },
        }
    }

    /// Whether there is a directory of the point.
    fn holds(&self, point: Point) -> bool {
        self.names.iter().any(|name| name == point.word())
    }

    /// What is wrong with `=hooks`.
    pub(super) fn problems(&self) -> impl Iterator<Item = Problem> {
        let unreadable = self.error.as_ref().map(|error| Problem {
            key: format!("hooks/{DIRECTORY}"),
            title: format!("cannot read {DIRECTORY}: {error}"),
            details: vec!["No hook in it is run.".to_owned()],
            warning: false,
        });
        let odd = self.names.iter().filter_map(|name| {
            let name = name.to_string_lossy();
            if Point::of_word(&name).is_some() {
                return None;
            }
            let words = Point::ALL.into_iter().map(Point::word);
            let hint =
                config::nearest(&name, words).map(|word| format!("; did you mean `{word}`?"));
            Some(Problem {
                key: format!("hooks/{name}"),
                title: format!(
                    "{DIRECTORY}/{name} is the directory of no point of a poll{}",
                    hint.unwrap_or_default()
                ),
                details: vec!["Nothing in it is ever run.".to_owned()],
                warning: true,
            })
        });
        unreadable.into_iter().chain(odd)
    }
}

/// The hooks of a point, in the order in which they run.
pub(super) fn hooks(
    dir: &Path,
    config: &Config,
    exec_path: &[PathBuf],
    point: Point,
    directories: &Directories,
) -> Vec<Hook> {
    let settings = config.hooks.iter().filter(|hook| hook.on == point);
    let mut hooks: Vec<Hook> = settings
        .map(|hook| from_settings(dir, exec_path, hook))
        .collect();
    let mut met = HashMap::new();
    for hook in &mut hooks {
        let count = met.entry(hook.label.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            hook.label = format!("{} ({count})", hook.label);
        }
    }
    if directories.holds(point) {
        hooks.extend(in_directory(dir, point));
    }
    hooks
}

/// What lies in the directory of a point and is never run, as it is called in reports.
pub(super) fn idle(
    dir: &Path,
    point: Point,
    directories: &Directories,
) -> impl Iterator<Item = String> {
    let directory = dir.join(DIRECTORY).join(point.word());
    let names = if directories.holds(point) {
        candidates(&directory).unwrap_or_default()
    } else {
        Vec::new()
    };
    let idle = names
        .into_iter()
        .filter(move |name| !is_executable(&directory.join(name)));
    idle.map(move |name| format!("{DIRECTORY}/{point}/{}", name.to_string_lossy()))
}

fn from_settings(dir: &Path, exec_path: &[PathBuf], settings: &config::Hook) -> Hook {
    let (word, arguments) = settings
        .command
        .split_first()
        .map_or(("", &[][..]), |(word, rest)| (word, rest));
    let located = program::locate(word, dir, exec_path);
    let program = located.and_then(|path| {
        let directory = path.parent().map(Path::to_owned);
        trusted(directory.iter().chain([&path]))?;
        Ok(path)
    });
    Hook {
        arguments: arguments.iter().map(OsString::from).collect(),
        matches: settings.matches.clone(),
        timeout: settings.timeout,
        ..Hook::new(word.to_owned(), program)
    }
}

/// The executables of a point's directory, by name. Hidden files and backups are left out.
fn in_directory(dir: &Path, point: Point) -> Vec<Hook> {
    let all = dir.join(DIRECTORY);
    let directory = all.join(point.word());
    let names = match candidates(&directory) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Vec::new(),
        Err(error) => {
            let label = format!("{DIRECTORY}/{point}");
            return vec![Hook::new(label, Err(format!("cannot read it: {error}")))];
        }
    };
    let hooks = names.into_iter().filter_map(|name| {
        let path = directory.join(&name);
        if !is_executable(&path) {
            return None;
        }
        let program = trusted([&all, &directory, &path]).map(|()| path.clone());
        let label = format!("{DIRECTORY}/{point}/{}", name.to_string_lossy());
        Some(Hook::new(label, program))
    });
    hooks.collect()
}

/// The names in the directory of a point that may be hooks, in order.
fn candidates(directory: &Path) -> io::Result<Vec<OsString>> {
    let mut names = names(directory)?;
    names.retain(|name| !name.as_encoded_bytes().ends_with(b"~"));
    names.sort();
    Ok(names)
}

/// The names in a directory that do not begin with a dot.
fn names(directory: &Path) -> io::Result<Vec<OsString>> {
    let names = fs::read_dir(directory)?.map(|entry| Ok(entry?.file_name()));
    let mut names: Vec<OsString> = names.collect::<io::Result<_>>()?;
    names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
    Ok(names)
}

/// Refuses what others could have written, where root would run it.
fn trusted<'p>(paths: impl IntoIterator<Item = &'p PathBuf>) -> Result<(), String> {
    let is_open = |path: &PathBuf| path.metadata().is_ok_and(|look| others_can_write(&look));
    match paths.into_iter().find(|path| is_open(path)) {
        Some(path) => Err(format!(
            "others than root can write to {}: chown root and chmod go-w it",
            path.display()
        )),
        None => Ok(()),
    }
}
