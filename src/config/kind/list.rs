//! Lists of values of one kind.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::{Kind, Written, Wrong};
use crate::config::file::File;

/// A list of values.
pub(in crate::config) struct List<K>(PhantomData<K>);

impl<K: Kind> Kind for List<K> {
    type Value = Vec<K::Value>;

    fn name() -> Cow<'static, str> {
        format!("{} list", K::name()).into()
    }

    fn words() -> Cow<'static, str> {
        format!("a list of which each is {}", K::words()).into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Self::Value, Vec<Wrong>> {
        let entries = written.get_ref().as_array().ok_or_else(Self::wrong)?;
        let (mut values, mut wrongs) = (Vec::new(), Vec::new());
        for entry in entries {
            match K::read(entry, file) {
                Ok(value) => values.push(value),
                Err(found) => wrongs.extend(found.into_iter().map(|wrong| Wrong {
                    place: Some(entry.span()),
                    ..wrong
                })),
            }
        }
        if wrongs.is_empty() {
            Ok(values)
        } else {
            Err(wrongs)
        }
    }

    fn show(value: &Self::Value) -> Option<toml::Value> {
        Some(toml::Value::Array(
            value.iter().filter_map(K::show).collect(),
        ))
    }
}

/// A value, or a list of values.
pub(in crate::config) struct OneOrMore<K>(PhantomData<K>);

impl<K: Kind> Kind for OneOrMore<K> {
    type Value = Vec<K::Value>;

    fn name() -> Cow<'static, str> {
        format!("{}, or {0} list", K::name()).into()
    }

    fn words() -> Cow<'static, str> {
        format!("{}, or a list of such", K::words()).into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Self::Value, Vec<Wrong>> {
        if written.get_ref().is_array() {
            List::<K>::read(written, file)
        } else {
            K::read(written, file).map(|value| vec![value])
        }
    }

    fn show(value: &Self::Value) -> Option<toml::Value> {
        match &value[..] {
            [one] => K::show(one),
            _ => List::<K>::show(value),
        }
    }
}
