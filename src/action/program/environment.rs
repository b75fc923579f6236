//! The environment and arguments of an action.

use std::ffi::OsString;
use std::process::Command;

use super::super::Attempt;
use super::Invocation;
use super::inherited::OF_OTHERS;
use crate::name::Level;

/// The variable that marks every process of a delivery.
pub(super) const DELIVERY_ID: &str = "LARCH_DELIVERY_ID";

/// The command of `invocation`; standard streams are not set up.
pub(super) fn command(invocation: &Invocation<'_>) -> Command {
    let mut command = Command::new(invocation.program);
    command
        .args(&invocation.arguments)
        .current_dir(invocation.dir);
    for name in OF_OTHERS.iter().copied().flatten() {
        command.env_remove(name);
    }
    command.envs(
        invocation
            .environment
            .iter()
            .map(|(name, value)| (name, value)),
    );
    command
}

/// The arguments of an action: its THUNK, unless that is empty, and the names of the items.
pub fn arguments(attempt: &Attempt<'_>) -> Vec<OsString> {
    let thunk = Some(attempt.action.thunk()).filter(|thunk| !thunk.is_empty());
    let names = attempt.items.iter().map(|item| item.name.as_str());
    thunk.into_iter().chain(names).map(Into::into).collect()
}

/// What an action's environment says of an attempt: `LARCH_*`, and `ARCH_*` as tla gives them to its
/// hook where there is one item.
pub fn environment(attempt: &Attempt<'_>) -> Vec<(String, OsString)> {
    let number = attempt.number.to_string();
    let level = attempt.level().to_string();
    let count = attempt.items.len().to_string();
    let mut variables: Vec<(String, OsString)> = vec![
        ("LARCH_DIR".into(), attempt.dir.into()),
        (DELIVERY_ID.into(), attempt.delivery_id.into()),
        ("LARCH_ATTEMPT".into(), number.into()),
        ("LARCH_LEVEL".into(), level.into()),
        ("LARCH_SUBJECT".into(), attempt.subject.as_str().into()),
        ("LARCH_COMMAND".into(), attempt.action.command().into()),
        ("LARCH_THUNK".into(), attempt.action.thunk().into()),
        ("LARCH_ITEM_COUNT".into(), count.into()),
        ("LARCH_ARCHIVE".into(), attempt.subject.archive().into()),
        ("LARCH_KIND".into(), attempt.kind.into()),
        ("LARCH_LOCATION".into(), attempt.location.into()),
    ];
    if let [item] = attempt.items {
        variables.push(("ARCH_ARCHIVE".into(), item.name.archive().into()));
        if let Some(variable) = tla_variable(item.name.level()) {
            variables.push((variable.into(), item.name.package().into()));
        }
    }
    variables
}

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
