//! Which revisions of a history are told.

use toml::de::DeValue;

use crate::archive::Revisions;

pub(super) fn from_toml(value: &DeValue<'_>) -> Result<Revisions, String> {
    match value.as_str() {
        Some("new") => Ok(Revisions::New),
        Some("every") => Ok(Revisions::Every),
        Some("tip") => Ok(Revisions::Tip),
        Some("first-parent") => Ok(Revisions::FirstParent),
        _ => Err("is \"new\", \"every\", \"tip\" or \"first-parent\"".to_owned()),
    }
}
