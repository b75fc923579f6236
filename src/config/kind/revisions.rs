//! Which revisions of a history are told.

use super::Words;
use crate::archive::Revisions;

impl Words for Revisions {
    const NAME: &'static str = "revisions";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        [
            ("new", Self::New),
            ("every", Self::Every),
            ("tip", Self::Tip),
            ("first-parent", Self::FirstParent),
        ]
        .into_iter()
    }
}
