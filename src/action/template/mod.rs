//! Text made by templates, in the language of Jinja.
//!
//! A [`Template`] is one file, or one setting; [`Templates`] are some that belong together, larch's
//! own, of which files in a directory stand in for any. They are plain text, so nothing is escaped:
//! the filter `tojson` makes JSON of a value, `pad(WIDTH)` adds blanks for a column, and `cut(WIDTH)`
//! shortens. A variable that is not there is an error, and so is a template that does not come to an
//! end, or makes more than 16 MiB. Lines that hold nothing but `{% … %}` leave no line behind.
//!
//! A template comes from whoever may write the settings, what it is given comes from strangers: that
//! is data, and never read as a template. Nothing here knows what is rendered, or for whom.

mod engine;
mod error;
mod one;
mod several;

pub use engine::prepared;
pub use error::TemplateError;
pub use one::Template;
pub use several::Templates;
