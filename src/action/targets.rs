//! What a built-in action makes of its THUNKs.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::nearest;

/// What was made of each THUNK, once for a poll, or why nothing can be made of it.
#[derive(Debug)]
pub(super) struct Targets<T>(Mutex<HashMap<String, Result<Arc<T>, String>>>);

impl<T> Targets<T> {
    /// What `make` made of `thunk` when it was first asked for.
    pub(super) fn get(
        &self,
        thunk: &str,
        make: impl FnOnce() -> Result<T, String>,
    ) -> Result<Arc<T>, String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(target) = known.get(thunk) {
            return target.clone();
        }
        let target = make().map(Arc::new);
        known.insert(thunk.to_owned(), target.clone());
        target
    }
}

impl<T> Default for Targets<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// The settings in `sections` that a THUNK names, where `title` is what the sections are called.
pub(super) fn named<'a, T>(
    sections: &'a BTreeMap<String, T>,
    title: &str,
    name: &str,
) -> Result<&'a T, String> {
    if name.is_empty() {
        return Err(format!(
            "the name of a section [{title}.NAME] of the settings stands behind the `:`"
        ));
    }
    sections.get(name).ok_or_else(|| {
        let nearest = nearest(name, sections.keys().map(String::as_str));
        let meant = nearest.map_or_else(String::new, |known| format!("; did you mean `{known}`?"));
        format!("the settings have no section [{title}.{name}]{meant}")
    })
}
