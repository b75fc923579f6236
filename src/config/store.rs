//! `[store]`: where the state is, and for how long.

use std::path::PathBuf;
use std::time::Duration;

use super::kind::{FilePath, Maybe, Span};
use super::section::section;

section! {
    /// Where the private state is, and for how long.
    pub struct StoreSettings {
        /// The directory of the state; it must not be on a network file system.
        #[absent = "`+state`"]
        #[example = r#""+state""#]
        pub path: Option<PathBuf> as Maybe<FilePath> = None;
        /// How long ended deliveries and their output are kept; what is owed is always kept.
        pub keep: Duration as Span = Duration::from_hours(90 * 24);
    }
}
