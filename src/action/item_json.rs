//! One item as an action reads it on standard input: a line of JSON.

use serde::Serialize;

use super::Item;
use crate::archive::Description;
use crate::clock::rfc3339;
use crate::name::{Level, Name};

/// The stable format of an item. Fields are never renamed or removed, and every field but `gone` is
/// always there, with `null` where there is nothing to say; new ones may be added.
#[derive(Debug, Serialize)]
pub(super) struct ItemJson<'a> {
    name: &'a str,
    level: String,
    archive: &'a str,
    category: Option<&'a str>,
    branch: Option<&'a str>,
    version: Option<&'a str>,
    revision: Option<&'a str>,
    detected_at: String,
    id: Option<&'a str>,
    author: Option<&'a str>,
    date: Option<&'a str>,
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    gone: bool,
}

impl<'a> ItemJson<'a> {
    /// `description` is `None` for a revision that is gone, and for items of other levels.
    pub(super) fn new(item: &'a Item, description: Option<&'a Description>) -> Self {
        let parts = Parts::of(&item.name);
        let known = |field: fn(&Description) -> &Option<String>| {
            description.and_then(|description| field(description).as_deref())
        };
        Self {
            name: item.name.as_str(),
            level: item.name.level().to_string(),
            archive: item.name.archive(),
            category: parts.category,
            branch: parts.branch,
            version: parts.version,
            revision: parts.revision,
            detected_at: rfc3339(item.detected_at),
            id: known(|description| &description.id),
            author: known(|description| &description.author),
            date: known(|description| &description.date),
            summary: known(|description| &description.summary),
            gone: item.name.level() == Level::Revision && description.is_none(),
        }
    }
}

/// The item as one line of JSON, without the line feed.
///
/// - `name`: the qualified name; `level`: `category`, `branch`, `version` or `revision`.
/// - `archive`, `category`, `branch`, `version`, `revision`: the parts of the name, each without
///   what stands before it; `null` for what the name does not have.
/// - `detected_at`: when larch saw it for the first time, RFC 3339 in UTC.
/// - `id`, `author`, `date`, `summary`: what the archive knows of a revision; `null` for what it
///   does not know, and for other levels.
/// - `gone`: `true` for a revision that the archive no longer holds; else left out.
///
/// `description` is `None` for a revision that is gone, and for items of other levels.
pub fn item_json(item: &Item, description: Option<&Description>) -> String {
    to_json(&ItemJson::new(item, description))
}

/// The JSON of something that is made of text, numbers and booleans.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("text, numbers and booleans always have a JSON form")
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference to the field"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// The parts of a name below its archive.
#[derive(Debug, Default, PartialEq, Eq)]
struct Parts<'a> {
    category: Option<&'a str>,
    branch: Option<&'a str>,
    version: Option<&'a str>,
    revision: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Parts `name` from both ends, so that a version without a branch has none.
    fn of(name: &'a Name) -> Self {
        let level = name.level();
        let parts: Vec<&str> = name
            .package()
            .split("--")
            .filter(|part| !part.is_empty())
            .collect();
        let mut rest = parts.into_iter();
        let category = rest.next();
        let mut last = |above| {
            if level >= above {
                rest.next_back()
            } else {
                None
            }
        };
        let revision = last(Level::Revision);
        let version = last(Level::Version);
        Self {
            category,
            branch: rest.next(),
            version,
            revision,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str) -> Item {
        Item {
            name: Name::parse(name, None).unwrap(),
            detected_at: 1_100_000_000 * crate::clock::SECOND,
        }
    }

    #[test]
    fn a_revision_tells_what_the_archive_knows() {
        let description = Description {
            author: Some("Jo \"J\" <jo@x.org>".to_owned()),
            date: None,
            summary: Some("a\u{1b}b".to_owned()),
            id: None,
        };
        assert_eq!(
            item_json(&item("jo@x.org--a/c--b--1.0--patch-10"), Some(&description)),
            concat!(
                r#"{"name":"jo@x.org--a/c--b--1.0--patch-10","level":"revision","archive":"jo@x.org--a","#,
                r#""category":"c","branch":"b","version":"1.0","revision":"patch-10","#,
                r#""detected_at":"2004-11-09T11:33:20Z","id":null,"author":"Jo \"J\" <jo@x.org>","#,
                r#""date":null,"summary":"a\u001bb"}"#
            )
        );
    }

    #[test]
    fn a_revision_without_description_is_gone() {
        assert!(item_json(&item("a@b/c--1--base-0"), None).ends_with(r#""gone":true}"#));
        assert!(!item_json(&item("a@b/c--b--1"), None).contains("gone"));
    }

    #[test]
    fn a_version_need_not_have_a_branch() {
        type Case = (&'static str, [Option<&'static str>; 4]);
        let cases: [Case; 6] = [
            ("a@b/c", [Some("c"), None, None, None]),
            ("a@b/c--b", [Some("c"), Some("b"), None, None]),
            ("a@b/c--b--1", [Some("c"), Some("b"), Some("1"), None]),
            ("a@b/c--1", [Some("c"), None, Some("1"), None]),
            (
                "a@b/c--b--1--base-0",
                [Some("c"), Some("b"), Some("1"), Some("base-0")],
            ),
            (
                "a@b/c--1--base-0",
                [Some("c"), None, Some("1"), Some("base-0")],
            ),
        ];
        for (name, [category, branch, version, revision]) in cases {
            let expected = Parts {
                category,
                branch,
                version,
                revision,
            };
            assert_eq!(Parts::of(&item(name).name), expected, "{name}");
        }
        let branch = Name::parse("a@b/nob", Some(Level::Branch)).unwrap();
        assert_eq!(Parts::of(&branch).branch, None);
    }
}
