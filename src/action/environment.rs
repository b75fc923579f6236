//! The environment and arguments of an action.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use super::{Attempt, Program};
use crate::archive::git::GIT_LOCAL_VARIABLES;
use crate::name::Level;

/// The variables by which tla tells its hook what happened. A poll started from that hook inherits
/// them, and its actions are told of other things.
const TLA_HOOK_VARIABLES: [&str; 9] = [
    "ARCH_ARCHIVE",
    "ARCH_CATEGORY",
    "ARCH_BRANCH",
    "ARCH_VERSION",
    "ARCH_REVISION",
    "ARCH_LOCATION",
    "ARCH_TREE_ROOT",
    "ARCH_TAGGED_ARCHIVE",
    "ARCH_TAGGED_REVISION",
];

/// `program` with the arguments, environment and working directory of `attempt`; standard streams
/// are not set up.
pub(super) fn command(program: &Path, attempt: &Attempt<'_>) -> Command {
    let mut command = Command::new(program);
    if let Program::Mail(_) = attempt.program {
        command.arg0("larch").arg(attempt.action.command());
    }
    if !attempt.action.thunk().is_empty() {
        command.arg(attempt.action.thunk());
    }
    command.args(attempt.items.iter().map(|item| item.name.as_str()));
    command.current_dir(attempt.dir);
    for name in GIT_LOCAL_VARIABLES.iter().chain(&TLA_HOOK_VARIABLES) {
        command.env_remove(name);
    }
    command
        .env("LARCH_DIR", attempt.dir)
        .env(DELIVERY_ID, attempt.delivery_id)
        .env("LARCH_ATTEMPT", attempt.number.to_string())
        .env("LARCH_LEVEL", attempt.level().to_string())
        .env("LARCH_SUBJECT", attempt.subject.as_str())
        .env("LARCH_COMMAND", attempt.action.command())
        .env("LARCH_THUNK", attempt.action.thunk())
        .env("LARCH_ITEM_COUNT", attempt.items.len().to_string())
        .env("LARCH_ARCHIVE", attempt.subject.archive())
        .env("LARCH_KIND", attempt.kind)
        .env("LARCH_LOCATION", attempt.location);
    if let [item] = attempt.items {
        command.env("ARCH_ARCHIVE", item.name.archive());
        if let Some(variable) = tla_variable(item.name.level()) {
            command.env(variable, item.name.package());
        }
    }
    command
}

/// The variable that marks every process of a delivery.
pub(super) const DELIVERY_ID: &str = "LARCH_DELIVERY_ID";

/// The variable in which tla gives its hook the package name of a thing of this level.
fn tla_variable(level: Level) -> Option<&'static str> {
    match level {
        Level::Archive => None,
        Level::Category => Some("ARCH_CATEGORY"),
        Level::Branch => Some("ARCH_BRANCH"),
        Level::Version => Some("ARCH_VERSION"),
        Level::Revision => Some("ARCH_REVISION"),
    }
}
