//! What may stand as the value of a key.
//!
//! A [`Kind`] reads a value out of a file, says in words what it wants, and writes a value as
//! a file would have it. It knows nothing of keys and sections.

mod count;
mod glob;
mod list;
mod mail;
mod path;
mod program;
mod revisions;
mod size;
mod span;
mod table;
mod text;
mod web;
mod word;

pub(super) use count::Count;
pub(super) use list::{List, OneOrMore};
pub(super) use mail::{MailAddress, MailSender, Unsubscribe};
pub(super) use path::FilePath;
pub(super) use program::{Environment, Program, Variable};
pub(super) use size::Size;
pub use size::parse_size;
pub(super) use span::{Span, Timeout};
pub use span::{format_duration, parse_duration};
pub(super) use table::{Entry, Table};
pub(super) use text::{Line, Tag, YesOrNo};
pub(super) use web::{Headers, Url};
pub(super) use word::{Word, Words};

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::file::File;

/// A value as it stands in a file.
pub(super) type Written<'a> = Spanned<DeValue<'a>>;

/// What may stand as the value of a key.
pub(super) trait Kind {
    /// What the settings hold.
    type Value;

    /// What a manual calls it.
    fn name() -> Cow<'static, str>;

    /// What it is, in words that go on after "is".
    fn words() -> Cow<'static, str>;

    /// Reads what stands in `file`.
    fn read(written: &Written<'_>, file: &File) -> Result<Self::Value, Vec<Wrong>>;

    /// Writes it as a file would have it, but with secrets masked; `None` if it is not there.
    fn show(value: &Self::Value) -> Option<toml::Value>;

    /// What is wrong with a value that is something else.
    fn wrong() -> Vec<Wrong> {
        vec![Wrong::new(format!("is {}", Self::words()))]
    }
}

/// What is wrong with a value.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Where in the file the entry is that is at fault, if it is not the whole value.
    pub(super) place: Option<Range<usize>>,
    /// What is wrong, in words that go on after the key's name.
    pub(super) message: String,
    /// The way out.
    pub(super) help: Option<String>,
}

impl Wrong {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            place: None,
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        let help = Some(help.into());
        Self { help, ..self }
    }
}

/// A value that may be missing.
pub(super) struct Maybe<K>(std::marker::PhantomData<K>);

impl<K: Kind> Kind for Maybe<K> {
    type Value = Option<K::Value>;

    fn name() -> Cow<'static, str> {
        K::name()
    }

    fn words() -> Cow<'static, str> {
        K::words()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Self::Value, Vec<Wrong>> {
        K::read(written, file).map(Some)
    }

    fn show(value: &Self::Value) -> Option<toml::Value> {
        value.as_ref().and_then(K::show)
    }
}
