//! The built-in mail actions: `mail-new-revisions:ADDRESS[,ADDRESS…]`, and so on for each level, and
//! `mail-each-revision`.
//!
//! [`MailAction`] divides a delivery by address and message; the addresses are the rule's, or those of
//! the [`subscribers`]. For one attempt it makes the `letter`, and gives it to the `Mailer`, which
//! knows how mail leaves this machine.

mod act;
mod addresses;
mod compose;
mod divide;
mod letter;
mod limit;
mod mailer;
pub mod subscribers;
mod transport;

pub use act::MailAction;
pub use addresses::{AddressError, addresses};
pub use letter::{Notice, TEMPLATES, check_templates, stray_templates};
use mailer::{Mailer, Outgoing};
pub use transport::Carrier;

/// The command that mails each revision by itself, with its diff.
pub const EACH: &str = "mail-each-revision";

/// The commands that mail what is new of a level: categories, branches, versions and revisions.
pub const NEW: [&str; 4] = [
    "mail-new-categories",
    "mail-new-branches",
    "mail-new-versions",
    "mail-new-revisions",
];
