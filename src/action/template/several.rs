//! [`Templates`]: some that belong together, of which files of one's own stand in for any.

use std::path::{Path, PathBuf};

use minijinja::Environment;
use serde::Serialize;

use super::one::text_of;
use super::{TemplateError, engine};

/// What a built-in template is called where a file stands in for it.
const OWN: &str = "larch/";

/// Some templates by name. Each may include the others; `larch/NAME` is the built-in one, also where
/// a file stands in for it.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    directory: Option<PathBuf>,
}

impl Templates {
    /// The `built_in` ones by name, and what is in `directory` before them. Those of the `built_in`
    /// that are there are read and compiled; others are when they are included.
    pub fn new(
        built_in: &'static [(&'static str, &'static str)],
        directory: Option<&Path>,
    ) -> Result<Self, TemplateError> {
        let mut environment = engine::environment();
        let mut made = Self {
            environment: Environment::empty(),
            directory: directory.map(Path::to_owned),
        };
        for &(name, text) in built_in {
            let text = match made.file(name) {
                Some(path) => text_of(&path)?,
                None => text.to_owned(),
            };
            environment
                .add_template_owned(name, text)
                .map_err(|error| engine::bad(&error, false, name, |name| made.place(name)))?;
        }
        let others = made.directory.clone();
        environment.set_loader(move |name| {
            if let Some(name) = name.strip_prefix(OWN) {
                let own = built_in.iter().find(|(known, _)| *known == name);
                return Ok(own.map(|(_, text)| (*text).to_owned()));
            }
            let path = others.as_deref().and_then(|dir| file_in(dir, name));
            path.map(|path| text_of(&path))
                .transpose()
                .map_err(|error| {
                    let why = crate::causes::with_causes(&error);
                    minijinja::Error::new(minijinja::ErrorKind::TemplateNotFound, why)
                })
        });
        made.environment = environment;
        Ok(made)
    }

    /// Fills in a template: `context` is a struct or a map, whose fields are its variables.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, TemplateError> {
        engine::render(&self.environment, name, context, |name| self.place(name))
    }

    /// The file that stands in for a template.
    fn file(&self, name: &str) -> Option<PathBuf> {
        file_in(self.directory.as_deref()?, name)
    }

    /// Where a template stands.
    fn place(&self, name: &str) -> String {
        match self.file(name) {
            Some(path) => path.display().to_string(),
            None => format!("{OWN}{}", name.trim_start_matches(OWN)),
        }
    }
}

/// The file of this name in `directory`, and nowhere else, if it is there.
fn file_in(directory: &Path, name: &str) -> Option<PathBuf> {
    let is_name = !name.contains('/') && !name.starts_with('.');
    let path = directory.join(name);
    (is_name && path.exists()).then_some(path)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::io::Write as _;

    use super::*;

    const OWN: &[(&str, &str)] = &[
        ("a.txt", "own a: {{ x }}\n{% include 'foot.txt' %}"),
        ("foot.txt", "own foot\n"),
    ];

    fn render(files: &[(&str, &str)], name: &str) -> Result<String, String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let mut file = File::create(dir.path().join(name)).unwrap();
            file.write_all(text.as_bytes()).unwrap();
        }
        Templates::new(OWN, Some(dir.path()))
            .and_then(|templates| templates.render(name, &BTreeMap::from([("x", 1)])))
            .map_err(|error| {
                let place = format!("{}/", dir.path().display());
                crate::causes::with_causes(&error).replace(&place, "")
            })
    }

    #[test]
    fn a_file_stands_in_for_the_template_of_its_name() {
        for (files, made) in [
            (&[][..], "own a: 1\nown foot\n"),
            (&[("foot.txt", "mine\n")], "own a: 1\nmine\n"),
            (
                &[
                    ("a.txt", "mine, then {% include 'larch/a.txt' %}"),
                    ("foot.txt", "{{ x + 1 }}"),
                ],
                "mine, then own a: 1\n2",
            ),
            (
                &[("a.txt", "{% include 'more' %}"), ("more", "more\n")],
                "more\n",
            ),
        ] {
            assert_eq!(render(files, "a.txt").unwrap(), made);
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_the_file_in_which_it_is() {
        for (files, what) in [
            (&[("a.txt", "\n{{ y }}")][..], "a.txt:2: undefined value"),
            (
                &[("foot.txt", "\n\n{{ y }}")],
                "foot.txt:3: undefined value",
            ),
            (&[("foot.txt", "{{")], "foot.txt:1: syntax error"),
            (
                &[("a.txt", "\n{% include '../x' %}")],
                "a.txt:2: template not found",
            ),
        ] {
            let error = render(files, "a.txt").unwrap_err();
            assert!(error.starts_with(what), "{error}");
        }
    }
}
