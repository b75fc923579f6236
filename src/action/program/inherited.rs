//! The variables that a poll may inherit, and that would mislead its actions.

use crate::archive::git::GIT_LOCAL_VARIABLES;

/// What speaks of a repository, a transaction or a hook in which somebody started the poll.
pub(super) const OF_OTHERS: [&[&str]; 3] =
    [&GIT_LOCAL_VARIABLES, &TLA_HOOK_VARIABLES, &HOOK_VARIABLES];

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

/// The variables that only hooks get. A poll started from one inherits them, and its actions are told
/// of other things.
const HOOK_VARIABLES: [&str; 9] = [
    "LARCH_POINT",
    "LARCH_RECIPIENT",
    "LARCH_STAGE",
    "LARCH_RESULT",
    "LARCH_EXIT_CODE",
    "LARCH_DURATION",
    "LARCH_ERRORS",
    "LARCH_OUTCOME",
    "LARCH_DELIVERY_JSON",
];
