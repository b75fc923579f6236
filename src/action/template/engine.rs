//! How all templates are read and filled in.

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, Serde, Value, ValueKind, ValueOrKwargs};
use minijinja::{AutoEscape, Environment, ErrorKind, State, UndefinedBehavior, filters};
use serde::Serialize;

use super::TemplateError;

/// The most steps: enough for ten thousand items, and over within a second.
const FUEL: u64 = 5_000_000;

/// The widest column that `pad` makes.
const WIDEST: usize = 1000;

/// The most bytes that come out.
const LONGEST: usize = 16 << 20;

/// Where templates live.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true);
    syntax.lstrip_blocks(true);
    syntax.keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are Jinja's own"));
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Without it, errors do not say which variable is undefined.
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    environment.add_filter("pad", |text: String, width: usize| {
        // A width of millions is no table.
        format!("{text:0$}", width.min(WIDEST))
    });
    environment.add_filter("cut", cut);
    for (name, filter) in [
        ("chain", Value::from_function(filters::chain)),
        ("e", Value::from_function(filters::escape)),
        ("escape", Value::from_function(filters::escape)),
        ("groupby", Value::from_function(filters::groupby)),
        ("join", Value::from_function(filters::join)),
        ("pprint", Value::from_function(filters::pprint)),
        ("tojson", Value::from_function(filters::tojson)),
        ("zip", Value::from_function(filters::zip)),
    ] {
        environment.add_filter(name, strict(filter));
    }
    environment
}

/// A filter of the library that takes what is undefined for something, made to refuse it.
fn strict(
    filter: Value,
) -> impl Fn(&mut State<'_, '_>, Rest<ValueOrKwargs>) -> Result<Value, minijinja::Error>
+ Send
+ Sync
+ 'static {
    move |state, values| {
        let values = values.into_values();
        for value in &values {
            refuse_undefined(state, value)?;
        }
        filter.call(state, &values)
    }
}

/// Refuses what is undefined, in lists and maps too.
fn refuse_undefined(state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_undefined() {
        // The error of a filter that is strict by itself names the variable.
        state.apply_filter("string", std::slice::from_ref(value))?;
        return Err(ErrorKind::UndefinedError.into());
    }
    let is_map = value.kind() == ValueKind::Map;
    if is_map || value.kind() == ValueKind::Seq {
        for part in value.try_iter()? {
            let part = if is_map { value.get_item(&part)? } else { part };
            refuse_undefined(state, &part)?;
        }
    }
    Ok(())
}

/// The first `width` characters; where there are more, the last one kept is `…`.
fn cut(text: String, width: usize) -> String {
    if text.char_indices().nth(width).is_none() {
        return text;
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// `context` made ready for several templates, which is most of the work of a short one.
pub fn prepared<T: Serialize>(context: &T) -> impl Serialize + use<T> {
    Value::from(Serde(context))
}

/// Fills in the template `name`; `place` says where a template stands that has a name.
pub(super) fn render(
    environment: &Environment<'static>,
    name: &str,
    context: &impl Serialize,
    place: impl Fn(&str) -> String,
) -> Result<String, TemplateError> {
    let mut text = Bounded::default();
    let rendered = environment.get_template(name).and_then(|template| {
        let context = Value::from(Serde(context));
        template.render_captured_to(context, &mut text).map(drop)
    });
    match rendered {
        Ok(()) => Ok(String::from_utf8_lossy(&text.bytes).into_owned()),
        Err(error) => Err(bad(&error, text.is_full, name, place)),
    }
}

/// The error of the template in which it arose, which another one may have included.
pub(super) fn bad(
    error: &minijinja::Error,
    is_full: bool,
    name: &str,
    place: impl Fn(&str) -> String,
) -> TemplateError {
    let mut innermost = error;
    while let Some(inner) = std::error::Error::source(innermost)
        .and_then(|source| source.downcast_ref::<minijinja::Error>())
    {
        innermost = inner;
    }
    let why = match innermost.kind() {
        _ if is_full => format!("it makes more than {} MiB", LONGEST >> 20),
        ErrorKind::OutOfFuel => "it does not come to an end".to_owned(),
        kind => match innermost.detail() {
            Some(detail) => format!("{kind}: {detail}"),
            None => kind.to_string(),
        },
    };
    TemplateError::Bad {
        place: place(innermost.name().unwrap_or(name)),
        line: innermost.line().unwrap_or(1),
        why,
    }
}

/// Bytes, and no more than [`LONGEST`] of them.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LONGEST {
            self.is_full = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
