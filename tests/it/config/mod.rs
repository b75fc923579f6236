//! The settings: what is read, how layers merge, what a person is told of a mistake, and what
//! `larch config` prints.

mod command;
mod mistakes;
mod reading;
mod secrets;

use std::fs::{File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use larch::config::{Config, ConfigError, Problem};

/// Loads the texts as layers, the strongest first, of a notification directory `/n`.
fn load(layers: &[&str]) -> Result<Config, ConfigError> {
    load_with_mode(0o644, layers)
}

/// As [`load`], from files of this mode.
fn load_with_mode(mode: u32, layers: &[&str]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = (0..layers.len())
        .map(|number| dir.path().join(format!("{number}.toml")))
        .collect();
    for (path, text) in paths.iter().zip(layers) {
        put(path, text.as_bytes())
            .set_permissions(Permissions::from_mode(mode))
            .unwrap();
    }
    Config::load(Path::new("/n"), &paths)
}

fn put(path: &Path, bytes: &[u8]) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// The problems as `line:column message (help)`.
fn problems(layers: &[&str]) -> Vec<String> {
    let error = load(layers).unwrap_err();
    error.problems.iter().map(in_a_line).collect()
}

fn in_a_line(problem: &Problem) -> String {
    match problem {
        Problem::Invalid {
            line,
            column,
            message,
            help,
            ..
        } => format!(
            "{line}:{column} {message} ({})",
            help.as_deref().unwrap_or_default()
        ),
        Problem::Unreadable { .. } => problem.to_string(),
    }
}
