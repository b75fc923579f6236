//! Tables of texts: variables, headers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use super::{Kind, Written, Wrong};
use crate::config::file::File;
use crate::config::secret::{MASK, Secret, is_secret};

/// What the entries of a table are.
pub(in crate::config) trait Entry {
    /// What a manual calls them.
    const NAME: &'static str;
    /// What the table is, in words that go on after "is".
    const WORDS: &'static str;

    /// Whether there may be such an entry.
    fn fits(name: &str, text: &str) -> bool;
}

/// A table of texts. Those whose names say so are secrets, which stand in files of their owner's
/// alone; all are kept as such, since a name may not say it.
pub(in crate::config) struct Table<E>(PhantomData<E>);

impl<E: Entry> Kind for Table<E> {
    type Value = BTreeMap<String, Secret>;

    fn name() -> Cow<'static, str> {
        E::NAME.into()
    }

    fn words() -> Cow<'static, str> {
        E::WORDS.into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Self::Value, Vec<Wrong>> {
        let entries = written.get_ref().as_table().ok_or_else(Self::wrong)?;
        let (mut texts, mut wrongs) = (BTreeMap::new(), Vec::new());
        for (name, value) in entries {
            let name = name.get_ref().as_ref();
            let text = value.get_ref().as_str();
            let wrong = match text.filter(|text| E::fits(name, text)) {
                None => Wrong::new(format!("is {}", E::WORDS)),
                Some(_) if is_secret(name) && !file.is_private() => Wrong::new(format!(
                    "has the secret `{name}`, and others than the owner may read the file"
                ))
                .help("make it private: chmod 600"),
                Some(text) => {
                    texts.insert(name.to_owned(), Secret::new(text.to_owned()));
                    continue;
                }
            };
            let place = Some(value.span());
            wrongs.push(Wrong { place, ..wrong });
        }
        if wrongs.is_empty() {
            Ok(texts)
        } else {
            Err(wrongs)
        }
    }

    fn show(value: &Self::Value) -> Option<toml::Value> {
        let shown = value.iter().map(|(name, text)| {
            let text = if is_secret(name) { MASK } else { text.expose() };
            (name.clone(), toml::Value::from(text))
        });
        Some(toml::Value::Table(shown.collect()))
    }
}
