//! `[apprise.NAME]`: what the action `apprise:NAME` tells through the program apprise.

use std::path::PathBuf;
use std::time::Duration;

use super::Per;
use super::kind::{FilePath, Line, List, Maybe, Tag, Timeout, Word};
use super::section::{Named, section};

section! {
    /// What the action `apprise:NAME` tells through the program apprise.
    pub struct AppriseSettings {
        /// The file, of mode 0600, with the URLs of the services: an Apprise configuration.
        #[required = true]
        #[example = r#""team.apprise""#]
        pub urls: PathBuf as FilePath = PathBuf::new();
        /// Which of the file's URLs, by their tags.
        #[absent = "all"]
        #[example = r#"["team"]"#]
        pub tags: Vec<String> as List<Tag> = Vec::new();
        /// The template of the title.
        #[absent = "that of larch"]
        #[example = r#""New in our archives""#]
        pub title: Option<String> as Maybe<Line> = None;
        /// The file with the template of the message.
        #[absent = "that of larch"]
        #[example = r#""team.txt""#]
        pub template: Option<PathBuf> as Maybe<FilePath> = None;
        /// How long it may take.
        pub timeout: Duration as Timeout = Duration::from_mins(1);
        /// How often it is told: once for a batch of new items, or once for each item.
        pub per: Per as Word<Per> = Per::Batch;
    }
}

impl Named for AppriseSettings {
    const EXAMPLE: &'static str = "team";
}
