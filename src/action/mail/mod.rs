//! The built-in mail actions: `mail-new-revisions:ADDRESS[,ADDRESS…]`, and so on for each level.
//!
//! One delivery is one message in plain text, made of the lines of JSON that every action reads, and
//! handed to the local `sendmail`. larch runs itself for it, so that a mail action is bounded,
//! ended and heard as any program is. Nothing here prints, reads the environment or starts anything.

mod addresses;
mod letter;
mod news;
mod sendmail;

pub use addresses::{AddressError, addresses};
pub use letter::{Letter, LetterError};
pub use news::News;
pub use sendmail::{find_sendmail, sendmail_arguments};

/// The commands of the mail actions, for categories, branches, versions and revisions.
pub const COMMANDS: [&str; 4] = [
    "mail-new-categories",
    "mail-new-branches",
    "mail-new-versions",
    "mail-new-revisions",
];

/// Whether a command is a mail action.
pub fn is_mail(command: &str) -> bool {
    COMMANDS.contains(&command)
}
