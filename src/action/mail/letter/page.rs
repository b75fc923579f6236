//! What templates are given; docs/mail-messages.md describes it to those who write some.

use serde::Serialize;

use super::Letter;
use super::entry::{Entry, Room, date};
use super::words::Words;
use crate::action::Style;
use crate::clock::rfc3339;
use crate::name::{Level, Name};

/// The variables of every template.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    style: &'static str,
    command: &'a str,
    kind: &'a str,
    recipient: String,
    delivery: &'a str,
    now: String,
    subject: &'a str,
    level: String,
    noun: &'static str,
    nouns: &'static str,
    place: String,
    count: usize,
    counts: String,
    item: &'a Entry,
    items: &'a [Entry],
    archives: Vec<Archive<'a>>,
}

/// What is new in one archive.
#[derive(Debug, Serialize)]
struct Archive<'a> {
    name: &'a str,
    count: usize,
    counts: String,
    groups: Vec<Group<'a>>,
}

/// Items of one version, or of what else they stand in.
#[derive(Debug, Serialize)]
struct Group<'a> {
    name: String,
    place: String,
    noun: &'static str,
    nouns: &'static str,
    count: usize,
    items: Vec<&'a Entry>,
}

/// The entries of all items, in their order.
pub(super) fn entries(letter: &Letter<'_>) -> Vec<Entry> {
    let mut room = Room::default();
    letter
        .items()
        .map(|(batch, news)| Entry::of(news, batch.kind, &mut room))
        .collect()
}

impl<'a> Page<'a> {
    /// The variables for a letter with these `entries`, of which there is at least one.
    pub(super) fn new(letter: &Letter<'a>, entries: &'a [Entry]) -> Self {
        let archives = archives(letter, entries);
        let item = &entries[0];
        let Words { noun, nouns, .. } = item.words;
        let groups = || archives.iter().flat_map(|archive| &archive.groups);
        let place = match (archives.as_slice(), groups().next()) {
            ([_], Some(group)) if groups().all(|other| other.place == group.place) => {
                group.place.clone()
            }
            ([archive], _) => archive.name.to_owned(),
            _ => "larch".to_owned(),
        };
        Self {
            style: match letter.style {
                Style::Batch => "batch",
                Style::Each => "each",
                Style::Digest => "digest",
                Style::Summary => "summary",
            },
            command: letter.command,
            kind: letter.batches[0].kind,
            recipient: letter.to.to_string(),
            delivery: letter.batches[0].delivery,
            now: date(&rfc3339(letter.now)),
            subject: letter.batches[0].subject.as_str(),
            level: letter.first().level().to_string(),
            noun,
            nouns,
            place,
            count: entries.len(),
            counts: counts(groups()),
            item,
            items: entries,
            archives,
        }
    }
}

/// The entries by archive, and there by what they stand in, in the order in which each came first.
fn archives<'a>(letter: &Letter<'_>, entries: &'a [Entry]) -> Vec<Archive<'a>> {
    let mut archives: Vec<(Archive<'a>, Vec<Name>)> = Vec::new();
    for ((batch, news), entry) in letter.items().zip(entries) {
        let name = &news.item.name;
        let above = name.parent().unwrap_or_else(|| name.clone());
        let known = archives
            .iter()
            .position(|(archive, _)| archive.name == entry.words.archive);
        let index = known.unwrap_or_else(|| {
            let name = entry.words.archive.as_str();
            let archive = Archive {
                name,
                count: 0,
                counts: String::new(),
                groups: Vec::new(),
            };
            archives.push((archive, Vec::new()));
            archives.len() - 1
        });
        let (archive, names) = &mut archives[index];
        // The newest group is the likely one.
        let known = names.iter().rposition(|known| *known == above);
        let group = known.unwrap_or_else(|| {
            archive.groups.push(Group {
                name: above.to_string(),
                place: Words::of(&above, batch.kind).place,
                noun: entry.words.noun,
                nouns: entry.words.nouns,
                count: 0,
                items: Vec::new(),
            });
            names.push(above);
            names.len() - 1
        });
        archive.count += 1;
        archive.groups[group].count += 1;
        archive.groups[group].items.push(entry);
    }
    let done = |(mut archive, _): (Archive<'a>, _)| {
        archive.counts = counts(archive.groups.iter());
        archive
    };
    archives.into_iter().map(done).collect()
}

/// How many there are of each kind of thing: `2 commits and 1 branch`.
fn counts<'g>(groups: impl Iterator<Item = &'g Group<'g>>) -> String {
    let mut counts: Vec<(&str, &str, usize)> = Vec::new();
    for group in groups {
        match counts.iter_mut().find(|(noun, ..)| *noun == group.noun) {
            Some((_, _, count)) => *count += group.count,
            None => counts.push((group.noun, group.nouns, group.count)),
        }
    }
    let words = counts.iter().map(|(noun, nouns, count)| {
        let noun = if *count == 1 { noun } else { nouns };
        format!("{count} {noun}")
    });
    let mut words: Vec<String> = words.collect();
    match words.pop() {
        Some(last) if !words.is_empty() => format!("{} and {last}", words.join(", ")),
        last => last.unwrap_or_default(),
    }
}

impl Letter<'_> {
    /// The name of the first item.
    pub(super) fn first(&self) -> &Name {
        &self.batches[0].news[0].item.name
    }

    /// What all items are, or stand in, of a level.
    pub(super) fn common(&self, level: Level) -> Option<Name> {
        let common = self.first().at_level(level)?;
        self.items()
            .all(|(_, news)| news.item.name.at_level(level).as_ref() == Some(&common))
            .then_some(common)
    }
}
