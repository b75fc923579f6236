//! A name as JSON: whole, and in its parts.

use serde::Serialize;

use crate::name::Name;

/// The fields that every JSON object about an item has. Parts that the name does not have are left
/// out; that of a version without a branch has none.
#[derive(Debug, Serialize)]
pub(crate) struct ItemJson<'a> {
    name: &'a str,
    level: String,
    archive: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
}

impl<'a> ItemJson<'a> {
    pub(crate) fn new(name: &'a Name) -> Self {
        Self {
            name: name.as_str(),
            level: name.level().to_string(),
            archive: name.archive(),
            category: name.category(),
            branch: name.branch(),
            version: name.version(),
            revision: name.revision(),
        }
    }
}
