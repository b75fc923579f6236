//! Telling again what histories hold: nothing of them is kept that could be moved back, so that what
//! is to be told is asked of the archive or of the journal, and owed at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::again::item_of;
use super::{OperateError, Operator, Replayed, Result, Sight, Whence};
use crate::archive::{Archive, ArchiveError, Asked, Question};
use crate::causes::with_causes;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::{Level, Name};
use crate::store::{Again, Reader, SubjectId, SubjectRecord};

/// For each action the revisions that are new to it, each with the version that brings it.
pub(super) type Coming = HashMap<String, HashMap<String, Name>>;

/// A version, and the actions that are told again of it.
type Version = (SubjectRecord, Vec<String>);

impl Operator {
    /// Owes again what lies behind `whence` in `versions`, which are of one category.
    ///
    /// What the next poll finds new is left to it. `is_whole`: they are all that is told again of the
    /// category, so that each revision is told by one of them, as when they are met.
    pub(super) fn retell(
        &mut self,
        versions: &[Version],
        is_whole: bool,
        whence: &Whence,
        sight: &Sight<'_>,
    ) -> Result<Vec<Replayed>> {
        let again = match whence {
            Whence::Since(at) => self.delivered(versions, *at, None)?,
            Whence::Delivery(id) => {
                let uid = self.delivery(id)?.uid;
                self.delivered(versions, Nanos::MIN, Some(&uid))?
            }
            Whence::Start | Whence::After(_) => {
                let mut again = self.held_by_archive(versions, is_whole, sight)?;
                if let (Whence::After(text), Some((version, _))) = (whence, versions.first()) {
                    self.cut(&version.name, &mut again, text)?;
                }
                again
            }
        };
        let again: Vec<Again> = again
            .into_iter()
            .filter(|again| !again.revisions.is_empty())
            .collect();
        let max_items = self.config.delivery.max_items;
        self.store.tell_again(&again, max_items, sight.now)?;
        // Actions that hear of equally many are counted together.
        let mut counts: BTreeMap<(SubjectId, usize), usize> = BTreeMap::new();
        for again in &again {
            *counts
                .entry((again.version, again.revisions.len()))
                .or_default() += 1;
        }
        let replayed = counts.into_iter().filter_map(|((id, items), actions)| {
            let (subject, _) = versions.iter().find(|(version, _)| version.id == id)?;
            Some(Replayed {
                subject: subject.clone(),
                items,
                actions,
                waits: false,
            })
        });
        Ok(replayed.collect())
    }

    /// What deliveries hold.
    fn delivered(
        &self,
        versions: &[Version],
        since: Nanos,
        first: Option<&str>,
    ) -> Result<Vec<Again>> {
        let mut again = Vec::new();
        for (version, actions) in versions {
            for action in actions {
                let revisions = self
                    .store
                    .delivered(version.id, Some(action), since, first)?;
                again.push(again_of(version, action, revisions));
            }
        }
        Ok(again)
    }

    /// What the archive holds and the next poll does not find new.
    fn held_by_archive(
        &self,
        versions: &[Version],
        is_whole: bool,
        sight: &Sight<'_>,
    ) -> Result<Vec<Again>> {
        let Some((first, _)) = versions.first() else {
            return Ok(Vec::new());
        };
        let name = first.name.archive();
        let failed = |error: ArchiveError| unreadable(name, with_causes(&error));
        let archive = self.archive(name, sight);
        let archive = archive.map_err(|why| unreadable(name, why))?;
        let Some(category) = first.name.at_level(Level::Category) else {
            return Ok(Vec::new());
        };
        let mut actions: Vec<&String> = versions.iter().flat_map(|(_, actions)| actions).collect();
        actions.sort();
        actions.dedup();
        let told: Vec<Vec<&SubjectRecord>> = actions
            .iter()
            .map(|action| {
                let own = versions.iter().filter(|(_, own)| own.contains(action));
                own.map(|(version, _)| version).collect()
            })
            .collect();
        let names = |versions: &Vec<&SubjectRecord>| {
            let names = versions.iter().map(|version| version.name.clone());
            names.collect::<Vec<Name>>()
        };
        let asked: Vec<Vec<Name>> = told.iter().map(names).collect();
        let whole = ask_for_all(archive.as_ref(), &category, &asked).map_err(failed)?;
        let coming = self.coming(archive.as_ref(), &category)?;
        let mut listed: HashMap<&Name, HashSet<String>> = HashMap::new();
        let mut again = Vec::new();
        for ((action, told), whole) in actions.into_iter().zip(told).zip(whole) {
            for (version, mut revisions) in told.into_iter().zip(whole) {
                if !is_whole && !listed.contains_key(&version.name) {
                    let parts = match archive.list(&version.name, None, &|_| false) {
                        Ok(listing) => listing.parts.into_iter().collect(),
                        Err(ArchiveError::NoSuchSubject(_)) => HashSet::new(),
                        Err(error) => return Err(failed(error)),
                    };
                    listed.insert(&version.name, parts);
                }
                let own = listed.get(&version.name);
                revisions.retain(|part| own.is_none_or(|own| own.contains(part)));
                if let Some(coming) = coming.get(action) {
                    revisions.retain(|part| !coming.contains_key(part));
                }
                again.push(again_of(version, action, revisions));
            }
        }
        Ok(again)
    }

    /// What the next poll finds new in a category.
    pub(super) fn coming(&self, archive: &dyn Archive, category: &Name) -> Result<Coming> {
        let settings = self.settings(category.archive());
        let mut versions = self.store.watched_in(category, Level::Version)?;
        versions.retain(|version| settings.watches(Level::Version, version.name.as_str()));
        let ids: Vec<SubjectId> = versions.iter().map(|version| version.id).collect();
        let policy = self.policy(category.archive());
        let readers = self.store.readers(category, &ids, &policy)?;
        let names: HashMap<SubjectId, &Name> = versions
            .iter()
            .map(|version| (version.id, &version.name))
            .collect();
        let Some(history) = archive.history() else {
            return Ok(Coming::new());
        };
        let questions: Vec<Question<'_>> = readers
            .iter()
            .map(|reader| question(reader, &names))
            .collect();
        let answers = history
            .news(category, &questions)
            .map_err(|error| unreadable(category.archive(), with_causes(&error)))?;
        let mut coming = Coming::new();
        for (reader, (question, answer)) in readers.iter().zip(questions.iter().zip(answers)) {
            let own = coming.entry(reader.action.clone()).or_default();
            for (asked, news) in question.versions.iter().zip(answer.versions) {
                let new = news.map(|news| news.new).unwrap_or_default();
                own.extend(new.into_iter().map(|part| (part, asked.name.clone())));
            }
        }
        Ok(coming)
    }

    /// Leaves what comes after an item.
    fn cut(&self, version: &Name, again: &mut [Again], text: &str) -> Result<()> {
        let item = item_of(version, text)?;
        let mut is_known = false;
        for again in again {
            let place = again.revisions.iter().position(|part| part == item.part());
            is_known |= place.is_some();
            let told = place.map_or(again.revisions.len(), |place| place + 1);
            again.revisions.drain(..told);
        }
        if is_known {
            Ok(())
        } else {
            Err(self.unknown(&item)?)
        }
    }
}

fn unreadable(archive: &str, why: String) -> OperateError {
    OperateError::Archive {
        archive: archive.to_owned(),
        why,
    }
}

fn again_of(version: &SubjectRecord, action: &str, revisions: Vec<String>) -> Again {
    Again {
        version: version.id,
        name: version.name.clone(),
        action: action.to_owned(),
        revisions,
    }
}

/// What each of these sets of versions holds, as told to one who meets them.
fn ask_for_all(
    archive: &dyn Archive,
    category: &Name,
    sets: &[Vec<Name>],
) -> std::result::Result<Vec<Vec<Vec<String>>>, ArchiveError> {
    let Some(history) = archive.history() else {
        return Ok(vec![Vec::new(); sets.len()]);
    };
    let questions: Vec<Question<'_>> = sets
        .iter()
        .map(|versions| Question {
            position: None,
            versions: versions
                .iter()
                .map(|name| Asked {
                    name,
                    position: None,
                    first: Limit::All,
                })
                .collect(),
            untold: Vec::new(),
        })
        .collect();
    let answers = history.news(category, &questions)?;
    let new = |answer: crate::archive::Answer| {
        let versions = answer.versions.into_iter();
        let new = versions.map(|news| news.map(|news| news.new).unwrap_or_default());
        new.collect()
    };
    Ok(answers.into_iter().map(new).collect())
}

/// What an action asks at the next poll.
fn question<'a>(reader: &'a Reader, names: &HashMap<SubjectId, &'a Name>) -> Question<'a> {
    let asked = reader.versions.iter().filter_map(|version| {
        Some(Asked {
            name: names.get(&version.id)?,
            position: version.position.as_deref(),
            first: version.first,
        })
    });
    Question {
        position: reader.position.as_deref(),
        versions: asked.collect(),
        untold: reader.untold.iter().map(String::as_str).collect(),
    }
}
