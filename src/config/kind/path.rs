//! Paths of files and directories.

use std::borrow::Cow;
use std::path::PathBuf;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// The path of a file or directory; read, it is joined to the notification directory.
pub(in crate::config) enum FilePath {}

impl Kind for FilePath {
    type Value = PathBuf;

    fn name() -> Cow<'static, str> {
        "path".into()
    }

    fn words() -> Cow<'static, str> {
        "a path; a relative one starts at the notification directory".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<PathBuf, Vec<Wrong>> {
        match written.get_ref().as_str() {
            Some(path) if !path.is_empty() && !path.contains('\0') => Ok(file.base().join(path)),
            _ => Err(Self::wrong()),
        }
    }

    fn show(value: &PathBuf) -> Option<toml::Value> {
        Some(value.to_string_lossy().into_owned().into())
    }
}
