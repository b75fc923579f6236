//! One of a few words.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Kind, Written, Wrong};
use crate::config::file::File;
use crate::config::nearest::nearest;

/// What is chosen by one of a few words.
pub(in crate::config) trait Words: PartialEq + Sized {
    /// What a manual calls it.
    const NAME: &'static str;

    /// Every word, and what it means.
    fn all() -> impl Iterator<Item = (&'static str, Self)>;

    /// What a word means; `None` if it is none of them.
    fn from_word(word: &str) -> Option<Self> {
        let (_, value) = Self::all().find(|(known, _)| *known == word)?;
        Some(value)
    }

    /// As [`Words::from_word`]; else says which words there are.
    fn one_of(word: &str) -> Result<Self, String> {
        Self::from_word(word).ok_or_else(|| {
            let words: Vec<&str> = Self::all().map(|(word, _)| word).collect();
            format!("is one of {}", words.join(", "))
        })
    }
}

/// One of the words of `W`.
pub(in crate::config) struct Word<W>(PhantomData<W>);

impl<W: Words> Kind for Word<W> {
    type Value = W;

    fn name() -> Cow<'static, str> {
        W::NAME.into()
    }

    fn words() -> Cow<'static, str> {
        let words: Vec<String> = W::all().map(|(word, _)| format!("\"{word}\"")).collect();
        match words.split_last() {
            Some((last, rest)) if !rest.is_empty() => {
                format!("{} or {last}", rest.join(", ")).into()
            }
            _ => words.concat().into(),
        }
    }

    fn read(written: &Written<'_>, _: &File) -> Result<W, Vec<Wrong>> {
        let text = written.get_ref().as_str().unwrap_or_default();
        W::from_word(text).ok_or_else(|| {
            let mut wrongs = Self::wrong();
            for wrong in &mut wrongs {
                let meant = nearest(text, W::all().map(|(word, _)| word));
                wrong.help = meant.map(|meant| format!("did you mean \"{meant}\"?"));
            }
            wrongs
        })
    }

    fn show(value: &W) -> Option<toml::Value> {
        let (word, _) = W::all().find(|(_, known)| known == value)?;
        Some(word.into())
    }
}
