//! The errors of the operator's commands, with ways out that name the directory as it was given.

use std::path::Path;

use super::error::CliError;
use super::exit::Exit;
use super::style::word;
use super::suggest::nearest_name;
use crate::name::{Level, Name};
use crate::notify::operate::OperateError;
use crate::store::PartState;

/// The directory as a word of the commands that hints tell.
pub(crate) fn dir_word(dir: &Path) -> String {
    word(&dir.display().to_string()).into_owned()
}

/// A name as an argument that means it, and nothing of another level.
pub(crate) fn name_argument(name: &Name) -> String {
    if Name::parse(name.as_str(), None).is_ok_and(|likely| likely == *name) {
        name.to_string()
    } else {
        format!("{}:{name}", name.level())
    }
}

/// What turns an error of a command over `dir` into one with the way out.
pub(crate) fn refused(dir: &Path) -> impl Fn(OperateError) -> CliError {
    let dir = dir_word(dir);
    move |error| {
        let hint = match &error {
            OperateError::NoSuchDelivery(_) => {
                format!("to list all that are kept: larch log {dir} -n all")
            }
            OperateError::NotInState {
                uid,
                subject,
                state,
                ..
            } => match state {
                PartState::Done => format!(
                    "to tell it once more: larch replay {dir} {} --delivery {uid}",
                    name_argument(subject)
                ),
                PartState::Running | PartState::Owed => return error.into(),
                _ => format!("to see it in full: larch log {dir} --delivery {uid}"),
            },
            OperateError::Unknown {
                name,
                missing,
                beside,
            } if nearest_name(missing, beside).is_none() => {
                format!(
                    "to see what would watch it: larch explain {dir} {}",
                    name_argument(name)
                )
            }
            OperateError::NoRule { name, .. } => {
                format!(
                    "to see which rules concern it: larch explain {dir} {}",
                    name_argument(name)
                )
            }
            OperateError::OfHistory { name, category } => {
                let version = name.at_level(Level::Version);
                let again = version.map_or_else(
                    || format!("{} --below", name_argument(name)),
                    |version| name_argument(&version),
                );
                format!(
                    "to tell its revisions again: larch replay {dir} {again} --from-start; to forget all \
                     of the category: larch forget {dir} {}",
                    name_argument(category)
                )
            }
            _ => return error.into(),
        };
        CliError::new(Exit::Failure, error).hint(hint)
    }
}
