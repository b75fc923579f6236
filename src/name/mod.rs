//! Qualified names: `ARCHIVE/CATEGORY--BRANCH--VERSION--REVISION`, or a part of it from the left.
//!
//! A name is a key for ever, and it comes from strangers: it is parsed once, here, and what holds a
//! [`Name`] need not look at its text again: it holds no white space, no control or format
//! characters and no `#`, and it does not begin with `-`. Knows nothing of rules, stores or archives.
//!
//! The grammar of [`Name::parse`] is that of all kinds of archives. What GNU Arch alone accepts is in
//! [`gnu`]; how the other kinds make a part out of arbitrary bytes is [`encode`] and [`decode`].

mod encoding;
pub mod gnu;
mod level;
mod order;
mod parse;
mod qualified;

pub use encoding::{decode, encode};
pub use level::{Level, UnknownLevel};
pub use order::compare_parts;
pub use parse::NameError;
pub use qualified::Name;
