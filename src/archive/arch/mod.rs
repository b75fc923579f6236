//! GNU Arch archives, on disk and on web servers, in both layouts.
//!
//! The nested layout has a directory for each category, branch and version; the flat one has
//! versions alone, so that categories and branches exist by virtue of a version. An item is what is
//! in the right place and whose whole name fits the grammar: transient entries never do. Unlike tla,
//! what does not begin with the name of the directory above it is no item.
//!
//! Names are checked against the grammar before they become paths, so that none leads out of the
//! archive.

mod changeset;
mod disk;
mod files;
mod flat;
mod layout;
mod official_name;
mod patch_log;
mod place;
mod told;
mod web;

pub use disk::ArchArchive;
pub use web::WebArchive;
