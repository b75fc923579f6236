//! How mail leaves this machine: a relay that speaks SMTP, a program like sendmail, or a Maildir.
//!
//! A [`Carrier`] takes one finished message for one recipient, and says how it went in words for the
//! one who watches over larch. It knows nothing of what is told, and looks at no message.
//!
//! The conversation with a relay is lettre's, over a line of our own: `dial` and `tls` make a `wire`,
//! `bridge` lends it to lettre's code, a `session` is what is said over it, and `smtp` keeps
//! `sessions` for the next message.

mod breaker;
mod bridge;
mod carrier;
mod dial;
mod failure;
mod lines;
mod maildir;
mod patience;
mod relay;
mod sendmail;
mod session;
mod sessions;
mod smtp;
mod tls;
mod wire;

pub use carrier::Carrier;
