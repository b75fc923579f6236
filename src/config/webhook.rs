//! `[webhook.NAME]`: where the action `webhook:NAME` posts to, and how.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::kind::{FilePath, Headers, Line, Maybe, Table, Timeout, Url, Word, YesOrNo};
use super::section::{Named, section};
use super::{Per, Secret};

section! {
    /// Where the action `webhook:NAME` posts to, and how.
    pub struct WebhookSettings {
        /// Where it is posted to. It is kept as a secret, since it may hold one.
        #[required = true]
        #[example = r#""https://ci.example.org/hook""#]
        pub url: Secret as Url = Secret::default();
        /// The file, of mode 0600, whose first line is the secret that signs each request.
        #[absent = "nothing is signed"]
        #[example = r#""ci.secret""#]
        pub secret_file: Option<PathBuf> as Maybe<FilePath> = None;
        /// More headers.
        #[example = r#"{ X-Origin = "larch" }"#]
        pub headers: BTreeMap<String, Secret> as Table<Headers> = BTreeMap::new();
        /// The file with the template of the body.
        #[absent = "the JSON of larch"]
        #[example = r#""ci.json""#]
        pub template: Option<PathBuf> as Maybe<FilePath> = None;
        /// The Content-Type of a body that is made of a template.
        pub content_type: String as Line = "application/json".to_owned();
        /// How long one request may take.
        pub timeout: Duration as Timeout = Duration::from_secs(30);
        /// How often it is posted: once for a batch of new items, or once for each item.
        pub per: Per as Word<Per> = Per::Batch;
        /// Whether what waits to be posted again holds back what comes after it.
        pub ordered: bool as YesOrNo = true;
    }
}

impl Named for WebhookSettings {
    const EXAMPLE: &'static str = "ci";
}
