//! Self-service: who wants mail of what stands in a file, `=subscribers`, and
//! `mail-subscribers:` in a rule sends it to them.
//!
//! [`Subscribers`] is the file as it was read, and [`Subscription`] one line of it, which gives its
//! [`Verdict`] on an item. A bad line costs nobody else's mail.

mod desk;
mod file;
mod line;
mod path_glob;
mod subscription;
mod wishes;

pub(super) use desk::Desk;
pub use file::{ReadError, Subscribers};
pub use path_glob::PathGlob;
pub use subscription::{Kinds, Pace, Subscription, Verdict};

/// The command of the action.
pub const COMMAND: &str = "mail-subscribers";

/// The name of the file in a notification directory.
pub const FILE_NAME: &str = "=subscribers";
