//! What looks are taken under: another location, or other settings, may show other items.

use serde_json::json;

use crate::config::{ArchiveSettings, Glob};
use crate::name::Level;

/// The location and the settings of an archive, as far as they decide what it shows.
pub(super) struct Context {
    place: String,
    globs: String,
}

impl Context {
    pub(super) fn new(location: &str, settings: &ArchiveSettings) -> Self {
        let options = &settings.options();
        Self {
            place: format!(
                "{location}\n{} {:?} {:?}",
                options.nested, options.revisions, options.settle
            ),
            globs: json!([texts(&settings.include), texts(&settings.exclude)]).to_string(),
        }
    }

    pub(super) fn text(&self) -> String {
        format!("{}\n{}", self.place, self.globs)
    }

    /// The globs of another context, where they are not these.
    pub(super) fn globs_before<'b>(&self, before: &'b str) -> Option<&'b str> {
        let (_, globs) = before.rsplit_once('\n')?;
        (globs != self.globs).then_some(globs)
    }
}

/// The globs of a context.
pub(super) struct Globs(ArchiveSettings);

impl Globs {
    /// Reads them as they stand at the end of a context's text.
    pub(super) fn read(text: &str) -> Option<Self> {
        let [include, exclude]: [Vec<String>; 2] = serde_json::from_str(text).ok()?;
        let parse = |globs: Vec<String>| {
            let globs = globs.iter().map(|glob| Glob::parse(glob).ok());
            globs.collect::<Option<Vec<Glob>>>()
        };
        Some(Self(ArchiveSettings {
            include: parse(include)?,
            exclude: parse(exclude)?,
            ..ArchiveSettings::default()
        }))
    }

    /// Whether they let a name in, which may be one that must be asked for.
    pub(super) fn watch(&self, level: Level, name: &str, is_unasked: bool) -> bool {
        !(is_unasked && self.0.include.is_empty()) && self.0.watches(level, name)
    }
}

fn texts(globs: &[Glob]) -> Vec<&str> {
    globs.iter().map(Glob::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_globs_of_another_context_are_read() {
        let old = Context::new("/a\nb", &ArchiveSettings::watching(&["a/x"], &["a/x--\"y"]));
        let new = Context::new("/c", &ArchiveSettings::watching(&[], &[]));
        assert_eq!(old.globs_before(&old.text()), None);
        let text = old.text();
        let globs = Globs::read(new.globs_before(&text).unwrap()).unwrap();
        assert!(globs.watch(Level::Category, "a/x", false));
        assert!(!globs.watch(Level::Branch, "a/x--\"y", false));
        assert!(!globs.watch(Level::Category, "a/z", false));
        assert_eq!(new.globs_before(""), None);
        assert!(Globs::read("").is_none());
    }

    #[test]
    fn what_must_be_asked_for_was_let_in_by_an_include_alone() {
        let read = |settings| Globs::read(&Context::new("", &settings).globs).unwrap();
        assert!(!read(ArchiveSettings::watching(&[], &[])).watch(
            Level::Branch,
            "a/c--notes",
            true
        ));
        assert!(read(ArchiveSettings::watching(&["a/**"], &[])).watch(
            Level::Branch,
            "a/c--notes",
            true
        ));
    }
}
