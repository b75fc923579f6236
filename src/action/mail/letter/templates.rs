//! The templates of mails: larch's own, and those of a directory.

use std::path::Path;

use crate::action::Style;
use crate::action::template::{TemplateError, Templates};
use crate::name::Level;

/// The template of the subject.
pub(super) const SUBJECT: &str = "subject.txt";

/// Larch's own templates, by name.
pub const TEMPLATES: &[(&str, &str)] = &[
    (SUBJECT, include_str!("../templates/subject.txt")),
    (
        "categories.txt",
        include_str!("../templates/categories.txt"),
    ),
    ("branches.txt", include_str!("../templates/branches.txt")),
    ("versions.txt", include_str!("../templates/versions.txt")),
    ("revisions.txt", include_str!("../templates/revisions.txt")),
    ("revision.txt", include_str!("../templates/revision.txt")),
    ("digest.txt", include_str!("../templates/digest.txt")),
    ("summary.txt", include_str!("../templates/summary.txt")),
    ("names.txt", include_str!("../templates/names.txt")),
    ("row.txt", include_str!("../templates/row.txt")),
    ("log.txt", include_str!("../templates/log.txt")),
    ("footer.txt", include_str!("../templates/footer.txt")),
];

/// The template of a text.
pub(super) fn of(style: Style, level: Level) -> &'static str {
    match (style, level) {
        (Style::Digest, _) => "digest.txt",
        (Style::Summary, _) => "summary.txt",
        (_, Level::Archive | Level::Category) => "categories.txt",
        (_, Level::Branch) => "branches.txt",
        (_, Level::Version) => "versions.txt",
        (Style::Each, Level::Revision) => "revision.txt",
        (Style::Batch, Level::Revision) => "revisions.txt",
    }
}

/// Larch's own templates, and those in `directory` in their place.
pub(in crate::action::mail) fn load(directory: Option<&Path>) -> Result<Templates, TemplateError> {
    Templates::new(TEMPLATES, directory)
}
