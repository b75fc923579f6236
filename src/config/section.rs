//! How a section of the settings declares its keys.
//!
//! A section is declared once, by [`section!`]: the type, and for each key its name, its kind, its
//! default and its meaning. What is read, shown and explained of it comes from there.

use std::borrow::Cow;

use super::file::File;
use super::kind::{Written, Wrong};

/// A section of the settings.
pub(super) trait Section: Default + 'static {
    /// What it is about, line by line as the source has it.
    const ABOUT: &'static [&'static str];
    /// Its keys, in the order of the manual.
    const KEYS: &'static [Key<Self>];
}

/// A section of which there are many, each with a name.
pub(super) trait Named: Section {
    /// A name for examples.
    const EXAMPLE: &'static str;

    /// Whether there may be one with this name; else what is wrong with it.
    fn check(name: &str) -> Result<(), String> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !name.is_empty() && name.bytes().all(fits) {
            Ok(())
        } else {
            Err(format!(
                "`{name}` is no name: that is made of letters, digits, `.`, `_` and `-`"
            ))
        }
    }
}

/// A key of the section `S`.
pub(super) struct Key<S> {
    /// What is known of it without a section at hand.
    pub(super) facts: Facts,
    /// Takes over what stands in a file.
    pub(super) read: fn(&mut S, &Written<'_>, &File) -> Result<(), Vec<Wrong>>,
    /// What the section has, with secrets masked; `None` if that is nothing.
    pub(super) show: fn(&S) -> Option<toml::Value>,
}

/// What a key is.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    /// Its name.
    pub(super) name: &'static str,
    /// What it means, line by line as the source has it.
    pub(super) about: &'static [&'static str],
    /// What a manual calls the kind of its value.
    pub(super) kind: fn() -> Cow<'static, str>,
    /// What its value is, in words that go on after "is".
    pub(super) words: fn() -> Cow<'static, str>,
    /// Whether a file must set it.
    pub(super) required: bool,
    /// What is done where no file sets it, if its default does not say it.
    pub(super) absent: Option<&'static str>,
    /// A value for examples, in TOML, if its default is none.
    pub(super) example: Option<&'static str>,
}

/// Declares a section: `FIELD: TYPE as KIND = DEFAULT;` for each key, with its meaning above it, and
/// between the two, in this order and where they are needed:
///
/// - `#[key = "NAME"]`: the key's name, where the field's is another,
/// - `#[required = true]`: a file must set it,
/// - `#[absent = "WORDS"]`: what is done where no file sets it,
/// - `#[example = "TOML"]`: a value for examples, where the default is none.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        pub struct $Section:ident {
            $(
                $(#[doc = $meaning:literal])+
                $(#[key = $key:literal])?
                $(#[required = $required:literal])?
                $(#[absent = $absent:literal])?
                $(#[example = $example:literal])?
                pub $field:ident: $Type:ty as $Kind:ty = $default:expr;
            )+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $Section {
            $(
                $(#[doc = $meaning])+
                pub $field: $Type,
            )+
        }

        impl Default for $Section {
            fn default() -> Self {
                Self { $($field: $default),+ }
            }
        }

        impl $crate::config::section::Section for $Section {
            const ABOUT: &'static [&'static str] = &[$($about),+];
            const KEYS: &'static [$crate::config::section::Key<Self>] = &[$(
                $crate::config::section::Key {
                    facts: $crate::config::section::Facts {
                        name: [$($key,)? stringify!($field)][0],
                        about: &[$($meaning),+],
                        kind: <$Kind as $crate::config::kind::Kind>::name,
                        words: <$Kind as $crate::config::kind::Kind>::words,
                        required: false $(|| $required)?,
                        absent: [$(Some($absent),)? None][0],
                        example: [$(Some($example),)? None][0],
                    },
                    read: |section, written, file| {
                        section.$field =
                            <$Kind as $crate::config::kind::Kind>::read(written, file)?;
                        Ok(())
                    },
                    show: |section| <$Kind as $crate::config::kind::Kind>::show(&section.$field),
                }
            ),+];
        }
    };
}

pub(super) use section;
