//! [`Template`]: one by itself.

use std::io;
use std::path::Path;

use minijinja::Environment;
use serde::Serialize;

use super::{TemplateError, engine};
use crate::fsx::open_regular;

/// One template, read and compiled.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    place: String,
}

impl Template {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, TemplateError> {
        Self::inline(&path.display().to_string(), text_of(path)?)
    }

    /// Takes `text`, which stands at `place`: what errors name, such as a file or a setting.
    pub fn inline(place: &str, text: String) -> Result<Self, TemplateError> {
        let mut environment = engine::environment();
        environment
            .add_template_owned(NAME, text)
            .map_err(|error| engine::bad(&error, false, NAME, |_| place.to_owned()))?;
        Ok(Self {
            environment,
            place: place.to_owned(),
        })
    }

    /// Fills it in: `context` is a struct or a map, whose fields are the template's variables.
    pub fn render(&self, context: &impl Serialize) -> Result<String, TemplateError> {
        engine::render(&self.environment, NAME, context, |_| self.place.clone())
    }
}

/// What the only template of its environment is called.
const NAME: &str = "template";

/// The text of a template's file.
pub(super) fn text_of(path: &Path) -> Result<String, TemplateError> {
    let read = || io::read_to_string(open_regular(path)?.0);
    read().map_err(|source| TemplateError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn render(text: &str) -> Result<String, String> {
        let context = BTreeMap::from([("name", "{{ 1 }}\u{1b}<b>"), ("empty", "")]);
        Template::inline("[x] title", text.to_owned())
            .and_then(|template| template.render(&context))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_data_and_come_out_as_they_are() {
        for (text, made) in [
            ("{{ name }}\n", "{{ 1 }}\u{1b}<b>\n"),
            ("{{ name | tojson }}", r#""{{ 1 }}\u001b\u003cb\u003e""#),
            (
                "a\n  {% if empty %}\nb\n  {% else %}\nc\n  {% endif %}\nd\n\n",
                "a\nc\nd\n\n",
            ),
        ] {
            assert_eq!(render(text).unwrap(), made);
        }
    }

    #[test]
    fn no_filter_takes_what_is_undefined() {
        for filter in [
            "chain([1])",
            "cut(3)",
            "e",
            "escape",
            "first",
            "groupby('x')",
            "indent(2)",
            "items",
            "join",
            "length",
            "list",
            "map(attribute='x')",
            "pad(3)",
            "pprint",
            "safe",
            "sort",
            "string",
            "tojson",
            "trim",
            "upper",
            "zip([1])",
        ] {
            for value in ["nam", "name.nam"] {
                let made = render(&format!("{{{{ {value} | {filter} }}}}"));
                assert!(made.is_err(), "{value} | {filter}: {made:?}");
            }
        }
        for text in ["nam", "[1, [nam]]", "{'a': nam}"] {
            let error = render(&format!("{{{{ {text} | tojson }}}}")).unwrap_err();
            assert_eq!(
                error, "[x] title:1: undefined value: `nam` is undefined",
                "{text}"
            );
        }
        assert_eq!(render("{{ nam | default(1) | tojson }}").unwrap(), "1");
        assert_eq!(
            render("{{ {'a': [name, none]} | tojson(indent=2) }}").unwrap(),
            "{\n  \"a\": [\n    \"{{ 1 }}\\u001b\\u003cb\\u003e\",\n    null\n  ]\n}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, what) in [
            ("a\nb {{ nam }}", "[x] title:2: undefined value: `nam`"),
            ("a\n{% if %}", "[x] title:2: syntax error"),
            ("{{ name | shout }}", "[x] title:1: unknown filter"),
            ("{{ name.x.y }}", "[x] title:1: undefined value: `name.x`"),
            ("{% include 'other' %}", "[x] title:1: template not found"),
            (
                "{% macro m() %}{{ m() }}{% endmacro %}\n{{ m() }}",
                "[x] title:1: invalid operation: recursion limit",
            ),
            (
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
                "[x] title:1: it does not come to an end",
            ),
            (
                "{% for a in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
                "[x] title:1: it makes more than 16 MiB",
            ),
        ] {
            let error = render(text).unwrap_err();
            assert!(error.starts_with(what), "{error}");
        }
    }
}
