//! The sentences about rules, and about whether something was detected. Each is true by itself.

use super::super::suggest::is_shortened_hash;
use super::super::when::{distance, local};
use crate::clock::Nanos;
use crate::name::Name;
use crate::notify::operate::{Absent, AsItem, AsSubject, Detection, Explanation};
use crate::rules::file_name;

pub(super) struct Sentences {
    /// The notification directory, as it was given.
    pub(super) dir: String,
    pub(super) now: Nanos,
    /// The time before which the archive is not scanned.
    pub(super) next_scan: Option<Nanos>,
}

impl Sentences {
    /// A time, and how long ago it is.
    pub(super) fn when(&self, at: Nanos) -> String {
        format!("{} ({})", local(at), distance(at, self.now))
    }

    /// Which poll looks into the archive, without the article.
    pub(super) fn scan(&self) -> String {
        match self.next_scan {
            None => "next poll".to_owned(),
            Some(after) => format!(
                "first poll after {} (`every` in the settings)",
                self.when(after)
            ),
        }
    }

    fn since(&self, since: Option<Nanos>) -> String {
        since.map_or_else(String::new, |since| format!(" since {}", self.when(since)))
    }

    /// What is wrong with everything of the archive.
    pub(super) fn archive(&self, found: &Explanation) -> Vec<String> {
        let mut sentences = Vec::new();
        if let Some(archive) = &found.archive
            && let Some(error) = &archive.row.error
        {
            sentences.push(format!(
                "Its archive could not be scanned{}: {error}.",
                self.since(archive.error_since)
            ));
        }
        if found.is_excluded {
            sentences.push(format!(
                "`include` or `exclude` under [archive.\"{}\"] in the settings keeps it from being \
                 watched.",
                found.name.archive()
            ));
        }
        sentences
    }

    pub(super) fn detection(&self, name: &Name, item: &AsItem) -> String {
        let parent = &item.parent;
        match &item.detection {
            Detection::Detected(_, at) => format!("It was detected {}.", self.when(*at)),
            Detection::Told(at, names) if names.is_empty() => {
                format!("It was detected {}.", self.when(*at))
            }
            Detection::Told(at, names) => {
                let names: Vec<&str> = names.iter().map(Name::as_str).collect();
                format!(
                    "It was detected {}, as {}.",
                    self.when(*at),
                    names.join(" and as ")
                )
            }
            Detection::Covered => "It is in the archive, and what was told or passed over reaches \
                                   it; no delivery that is kept holds it."
                .to_owned(),
            Detection::NotWatched => {
                format!("It was not detected: no rule names {parent}, so nobody looks there.")
            }
            Detection::Excluded => {
                "It was not detected: the settings keep it from being watched.".to_owned()
            }
            Detection::ArchiveFails(error, since) => format!(
                "It was not detected, since its archive cannot be scanned{}: {error}.",
                self.since(*since)
            ),
            Detection::ParentFails(error, since) => format!(
                "It was not detected, since {parent} cannot be scanned since {}: {error}.",
                self.when(*since)
            ),
            Detection::ParentGone => format!(
                "It was not detected: {parent} is gone from its archive, and its rules sleep until it \
                 is back."
            ),
            Detection::NextPoll => format!(
                "It was not detected yet; it is in the archive, and the {} finds it.",
                self.scan()
            ),
            Detection::NotThere(listed_at) => {
                let listed = listed_at.map_or_else(
                    || format!("{parent} was never listed"),
                    |at| format!("{parent} was listed last {}", self.when(at)),
                );
                let hash = if is_shortened_hash(name) {
                    format!(" Hashes are written whole; `larch revisions {parent}` lists them.")
                } else {
                    String::new()
                };
                format!("It was not detected: the archive does not hold it ({listed}).{hash}")
            }
            Detection::CannotLook(error) => {
                format!("It was not detected, and the archive cannot be looked at now: {error}.")
            }
        }
    }

    pub(super) fn absent(&self, absent: &Absent, subject: &Name) -> String {
        let file = file_name(subject.level()).unwrap_or_default();
        let dir = &self.dir;
        match absent {
            Absent::Unread => format!("No poll has read its line yet: larch notify {dir}"),
            Absent::CommentedOut => format!("Its line stands commented out in {file}."),
            Absent::Lost => format!(
                "No rule names it now: larch added a line, which was taken out. To put it back: larch \
                 rules restore {dir}"
            ),
            Absent::Removed => format!("No rule names it now: its line was taken out of {file}."),
            Absent::HandedDown(line) => format!(
                "No rule names it yet. `{}` adds a line for it when it is detected.",
                line.rule
            ),
            Absent::HandsNothing(line) => format!(
                "No rule names it. `{}` hands nothing down to {}; add an action to that line, or a line \
                 for {subject} to {file}.",
                line.rule,
                subject.level().plural()
            ),
            Absent::NothingAbove if subject.parent().is_none() => {
                format!("No rule names it. A line for it in {file} would.")
            }
            Absent::NothingAbove => format!(
                "No rule names it or anything above it. A line for it in {file} would, or one for \
                 {} in =rules.archives that hands down.",
                subject.archive()
            ),
        }
    }

    /// How a subject is.
    pub(super) fn subject(&self, subject: &AsSubject, items: &str) -> Vec<String> {
        let Some(record) = &subject.record else {
            return vec!["Nothing is known of it.".to_owned()];
        };
        let mut sentences = Vec::new();
        sentences.push(match record.listed_at {
            Some(at) if subject.in_history => format!(
                "It was asked for news last {}; {items} in deliveries: {}.",
                self.when(at),
                subject.items
            ),
            Some(at) => format!(
                "It was listed last {}; {items} known: {}.",
                self.when(at),
                subject.items
            ),
            None => "It was never listed.".to_owned(),
        });
        if record.gone {
            sentences.push(
                "It is gone from its archive; its rules sleep until it is back, with the memory they \
                 have."
                    .to_owned(),
            );
        }
        if let Some((error, since)) = &record.error {
            sentences.push(format!(
                "It cannot be scanned since {}: {error}.",
                self.when(*since)
            ));
        }
        sentences
    }
}
