//! One item, as templates see it.

use jiff::Timestamp;
use serde::Serialize;

use super::diffstat::diffstat;
use super::news::News;
use super::text::{cut_line, diff, line, lines};
use super::words::Words;
use crate::archive::{Change, ChangedFile, Details};
use crate::clock::rfc3339;

/// The longest summary and the longest author, in characters.
const LINE: usize = 500;
/// The most bytes of one revision's message.
const MESSAGE: usize = 64 << 10;
/// The most bytes of all messages and changed files in one mail; what comes after them is brief.
const ALL: usize = 1 << 20;

/// One item, as templates see it: every field is always there.
#[derive(Debug, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a variable of its own"
)]
pub(super) struct Entry {
    name: String,
    level: String,
    #[serde(flatten)]
    pub(super) words: Words,
    detected_at: String,
    gone: bool,
    id: String,
    author: String,
    author_name: String,
    date: String,
    pub(super) summary: String,
    body: String,
    body_cut: bool,
    files: Vec<File>,
    diffstat: String,
    diff: String,
    diff_cut: bool,
    brief: bool,
}

/// A changed file.
#[derive(Debug, Serialize)]
struct File {
    path: String,
    change: &'static str,
    old_path: String,
    added: Option<u64>,
    removed: Option<u64>,
}

/// Forgets what no mail shows of a message: there may be thousands, made long on purpose.
pub(in crate::action::mail) fn shorten(body: &mut String) {
    // What is left is too long still, which the mail says.
    let end = body.floor_char_boundary(MESSAGE + 4);
    if end < body.len() {
        body.truncate(end);
        body.shrink_to_fit();
    }
}

/// How much may still be told at length in one mail.
#[derive(Debug)]
pub(super) struct Room(usize);

impl Default for Room {
    fn default() -> Self {
        Self(ALL)
    }
}

impl Entry {
    /// Makes what is shown of an item, as long as there is `room`.
    pub(super) fn of(news: &News<'_>, kind: &str, room: &mut Room) -> Self {
        let name = &news.item.name;
        let mut entry = Self {
            name: name.to_string(),
            level: name.level().to_string(),
            words: Words::of(name, kind),
            detected_at: date(&rfc3339(news.item.detected_at)),
            gone: news.is_gone(),
            id: String::new(),
            author: String::new(),
            author_name: String::new(),
            date: String::new(),
            summary: String::new(),
            body: String::new(),
            body_cut: false,
            files: Vec::new(),
            diffstat: String::new(),
            diff: String::new(),
            diff_cut: false,
            brief: false,
        };
        if let Some(details) = &news.details {
            entry.tell(details, room);
        }
        entry
    }

    fn tell(&mut self, details: &Details, room: &mut Room) {
        let known = &details.description;
        let shown = |text: &Option<String>| cut_line(text.as_deref().unwrap_or_default(), LINE);
        self.id = shown(&known.id);
        self.author = shown(&known.author);
        self.author_name = match self.author.split_once('<') {
            Some((name, _)) if !name.trim().is_empty() => name.trim().to_owned(),
            _ => self.author.clone(),
        };
        self.date = date(&shown(&known.date));
        self.summary = shown(&known.summary);
        let files = details.files.as_deref().unwrap_or_default();
        let size = details.body.len().min(MESSAGE) + 80 * files.len();
        if size > room.0 {
            room.0 = 0;
            self.brief = size > 0;
            return;
        }
        room.0 -= size;
        (self.body, self.body_cut) = lines(&details.body, MESSAGE);
        self.files = files.iter().map(File::of).collect();
        self.diffstat = diffstat(files);
        if let Some(whole) = &details.diff {
            self.diff = diff(&whole.text);
            self.diff_cut = whole.is_cut;
        }
    }
}

impl File {
    fn of(file: &ChangedFile) -> Self {
        let (change, old_path) = match &file.change {
            Change::Added => ("added", ""),
            Change::Modified => ("modified", ""),
            Change::Removed => ("removed", ""),
            Change::Renamed(old) => ("renamed", old.as_str()),
        };
        Self {
            path: line(&file.path),
            change,
            old_path: line(old_path),
            added: file.lines.map(|lines| lines.0),
            removed: file.lines.map(|lines| lines.1),
        }
    }
}

/// A time in RFC 3339 as people read it; anything else as it stands.
pub(super) fn date(text: &str) -> String {
    if text.parse::<Timestamp>().is_err() || !text.is_ascii() || text.len() < 20 {
        return text.to_owned();
    }
    let (day, rest) = text.split_at(10);
    let (time, zone) = rest[1..].split_at(8);
    let zone = match zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit()) {
        "Z" | "z" | "+00:00" => "UTC",
        zone => zone,
    };
    format!("{day} {time} {zone}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Item;
    use crate::archive::Description;
    use crate::name::Name;

    #[test]
    fn dates_are_those_of_people() {
        for (text, shown) in [
            ("2026-11-20T22:24:54Z", "2026-11-20 22:24:54 UTC"),
            ("2026-11-20T22:24:54.25Z", "2026-11-20 22:24:54 UTC"),
            ("2026-11-20T22:24:54+01:30", "2026-11-20 22:24:54 +01:30"),
            ("yesterday", "yesterday"),
            ("", ""),
        ] {
            assert_eq!(date(text), shown);
        }
    }

    #[test]
    fn what_would_make_a_mail_too_long_is_told_in_brief() {
        let item = Item {
            name: Name::parse("a@b/c--d--1--base-0", None).unwrap(),
            detected_at: 0,
        };
        let mut room = Room::default();
        let mut entry = || {
            let details = Some(Details {
                description: Description {
                    summary: Some("s".to_owned()),
                    ..Description::default()
                },
                body: "b\n".repeat(MESSAGE),
                ..Details::default()
            });
            Entry::of(
                &News {
                    item: &item,
                    details,
                },
                "arch",
                &mut room,
            )
        };
        for _ in 0..ALL / MESSAGE {
            let entry = entry();
            assert!(entry.body_cut && !entry.brief);
            assert_eq!(entry.body.len(), MESSAGE - 1);
        }
        let last = entry();
        assert!(last.brief && last.body.is_empty());
        assert_eq!(last.summary, "s");
    }
}
