//! What larch and a helper say to each other, line by line: version 1 of the protocol.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::archive::Description;
use crate::name::{Name, decode};

/// The version of the protocol that this release speaks.
pub(super) const PROTOCOL: u32 = 1;

/// A request: what larch writes, in one line.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// Counts up from 1.
    pub(super) id: u64,
    #[serde(flatten)]
    pub(super) request: &'a Request<'a>,
}

/// What is asked.
#[derive(Debug, Serialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub(super) enum Request<'a> {
    /// The first request: what larch speaks, and what of.
    Hello {
        protocol: [u32; 1],
        larch: &'a str,
        archive: &'a str,
        address: &'a str,
        /// The seconds that each request may take.
        timeout: u64,
        /// A directory for what is worth keeping between polls, where there is one.
        cache: Option<&'a str>,
    },
    /// What is in a subject.
    List {
        subject: Subject,
        position: Option<&'a str>,
    },
    /// What is known of revisions.
    Describe { subjects: Vec<Subject> },
    /// All that is known of revisions.
    Tell {
        subjects: Vec<Subject>,
        files: bool,
        /// The most bytes of a diff that are of use; none is wanted where this is missing.
        diff: Option<u64>,
    },
    /// The whole log of a revision.
    Log { subject: Subject },
}

impl Request<'_> {
    /// The word that names the request.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Hello { .. } => "hello",
            Self::List { .. } => "list",
            Self::Describe { .. } => "describe",
            Self::Tell { .. } => "tell",
            Self::Log { .. } => "log",
        }
    }
}

/// A subject or revision: its name, and the parts of that, decoded; their bytes beside them where
/// one of them is not UTF-8.
#[derive(Debug, Serialize)]
pub(super) struct Subject {
    level: String,
    name: String,
    parts: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parts_base64: Option<Vec<String>>,
}

impl Subject {
    pub(super) fn new(name: &Name) -> Self {
        let bytes: Vec<Vec<u8>> = name.parts().into_iter().flatten().map(decode).collect();
        let is_text = bytes.iter().all(|part| str::from_utf8(part).is_ok());
        let base64 = || bytes.iter().map(|part| STANDARD.encode(part)).collect();
        Self {
            level: name.level().to_string(),
            name: name.as_str().to_owned(),
            parts_base64: (!is_text).then(base64),
            parts: bytes
                .iter()
                .map(|part| String::from_utf8_lossy(part).into_owned())
                .collect(),
        }
    }
}

/// A line of an answer. Which fields there may be depends on the request; unknown ones are passed
/// over, so that later versions may add some.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own")]
pub(super) struct Answer {
    /// The request's.
    pub(super) id: u64,
    /// Nothing more follows.
    pub(super) end: bool,
    /// The request failed, and nothing more follows.
    pub(super) error: Option<Failed>,

    /// To hello: the version that is spoken from now on.
    pub(super) protocol: Option<u32>,
    /// To hello: what the helper can do.
    pub(super) capabilities: Vec<String>,

    /// To list: one item, the last part of its name.
    pub(super) item: Option<String>,
    /// To list: the same, of an item whose name is not UTF-8.
    pub(super) item_base64: Option<String>,
    /// To list, of an archive: where else the item is read.
    pub(super) location: Option<String>,
    /// To list, with the end: what to give the next time.
    pub(super) position: Option<String>,
    /// To list, with the end: only what came since the position was listed.
    pub(super) since: bool,
    /// To list, with the end: something was left out since it is not complete yet.
    pub(super) held_back: bool,

    /// To describe: what is known of one revision.
    pub(super) description: Option<Description>,
    /// To describe: the revision is not there any more.
    pub(super) gone: bool,

    /// To tell: a piece of the message below its first line.
    pub(super) body: Option<String>,
    /// To tell: a piece of that in some other encoding than UTF-8.
    pub(super) body_base64: Option<String>,
    /// To tell: some of the changed files.
    pub(super) files: Option<Vec<File>>,
    /// To tell: a piece of the diff.
    pub(super) diff: Option<String>,
    /// To tell: a piece of the diff that is not UTF-8.
    pub(super) diff_base64: Option<String>,
    /// To tell: the diff goes on, and is not told.
    pub(super) is_cut: bool,

    /// To log: a piece of it.
    pub(super) text: Option<String>,
    /// To log: a piece of it that is not UTF-8.
    pub(super) text_base64: Option<String>,
}

impl Answer {
    /// The bytes that one of two fields holds; `None` if neither is there, or both are.
    pub(super) fn bytes(text: Option<String>, base64: Option<&str>) -> Option<Vec<u8>> {
        match (text, base64) {
            (Some(text), None) => Some(text.into_bytes()),
            (None, Some(base64)) => STANDARD.decode(base64).ok(),
            _ => None,
        }
    }
}

/// A changed file.
#[derive(Debug, Deserialize)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) change: FileChange,
    /// Where it was renamed, what it was called before.
    pub(super) from: Option<String>,
    pub(super) added: Option<u64>,
    pub(super) removed: Option<u64>,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FileChange {
    Added,
    Modified,
    Removed,
    Renamed,
}

/// Why a request failed.
#[derive(Debug, Deserialize)]
pub(super) struct Failed {
    pub(super) kind: FailedKind,
    pub(super) message: String,
}

impl Failed {
    /// Of a request that the helper cannot answer.
    pub(super) fn unable(message: &str) -> Self {
        Self {
            kind: FailedKind::Failed,
            message: message.to_owned(),
        }
    }
}

/// What a failure says about the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum FailedKind {
    /// The archive was reached, and does not hold the subject.
    Gone,
    /// The archive cannot be reached; it is of no use to ask for more.
    Unreachable,
    /// This request failed, and others may not.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{Level, encode};

    fn json(request: &Request<'_>) -> String {
        serde_json::to_string(&Line { id: 7, request }).unwrap()
    }

    #[test]
    fn parts_travel_decoded_and_bytes_beside_them() {
        let archive = Name::parse("src", Some(Level::Archive)).unwrap();
        let category = archive.child(&encode(b"a b--c")).unwrap();
        let branch = category.child(&encode(b"\xff")).unwrap();
        let list = |name| Request::List {
            subject: Subject::new(name),
            position: None,
        };
        assert_eq!(
            json(&list(&category)),
            concat!(
                r#"{"id":7,"request":"list","subject":{"level":"category","name":"src/a%20b%2D%2Dc","#,
                r#""parts":["a b--c"]},"position":null}"#
            )
        );
        assert_eq!(
            json(&list(&branch)),
            concat!(
                r#"{"id":7,"request":"list","subject":{"level":"branch","name":"src/a%20b%2D%2Dc--%FF","#,
                "\"parts\":[\"a b--c\",\"\u{fffd}\"],",
                r#""parts_base64":["YSBiLS1j","/w=="]},"position":null}"#
            )
        );
    }

    #[test]
    fn an_answer_says_one_thing_in_one_way() {
        let text = || Some("x".to_owned());
        assert_eq!(Answer::bytes(text(), None), Some(b"x".to_vec()));
        assert_eq!(Answer::bytes(None, Some("/w==")), Some(vec![0xff]));
        for (text, base64) in [(None, None), (text(), Some("eA==")), (None, Some("%"))] {
            assert_eq!(Answer::bytes(text, base64), None);
        }
    }
}
