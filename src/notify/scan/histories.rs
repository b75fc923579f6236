//! What is new in the histories of one category, and to whom.

use std::collections::{HashMap, HashSet};

use super::{Finding, Scan};
use crate::archive::{ArchiveError, Asked, History, Look, Question};
use crate::fault;
use crate::name::Name;
use crate::store::{HistoryScan, ReadVersion, Reader, Store, SubjectId, ToldHistory, Watched};

/// What was found in the histories of one category.
#[derive(Default)]
pub(super) struct CategoryNews {
    pub(super) scan: Option<HistoryScan>,
    /// Something of it could not be read.
    pub(super) failed: bool,
}

impl Scan<'_> {
    /// Asks what is new of `versions`, the watched ones of a category.
    pub(super) fn news(
        &mut self,
        store: &mut dyn Store,
        history: &dyn History,
        category: &Name,
        versions: &[Watched],
    ) -> crate::store::Result<CategoryNews> {
        let ids: Vec<SubjectId> = versions.iter().map(|version| version.id).collect();
        let readers = store.readers(category, &ids, &self.policy())?;
        let by_id: HashMap<SubjectId, &Watched> = ids.iter().copied().zip(versions).collect();
        let questions: Vec<Question<'_>> = readers
            .iter()
            .map(|reader| question(reader, &by_id))
            .collect();
        let answers = match history.news(category, &questions) {
            Ok(answers) => answers,
            Err(ArchiveError::NoSuchSubject(_)) => return self.vanished(store, versions),
            Err(error) => {
                // Said once for the category, by its first version.
                if let Some(version) = versions.first() {
                    self.keep(store, version, Finding::Failed(error))?;
                }
                return Ok(CategoryNews {
                    failed: true,
                    scan: None,
                });
            }
        };
        (self.scanner.ground.progress)(category.as_str());
        let mut found = CategoryNews::default();
        let mut unread = HashSet::new();
        let mut told = Vec::new();
        for (reader, answer) in readers.iter().zip(answers) {
            let lost = answer.lost;
            let mut read = ToldHistory {
                action: reader.action.clone(),
                position: answer.position,
                news: Vec::new(),
                held: false,
            };
            for (asked, news) in reader.versions.iter().zip(answer.versions) {
                let version = by_id[&asked.id];
                match news {
                    Ok(mut news) => {
                        if !asked.added {
                            news.skipped = 0;
                        }
                        read.news.push((version.id, version.name.clone(), news));
                    }
                    // The same for every action: once is enough.
                    Err(error) if unread.insert(version.id) => {
                        let finding = Finding::of(store, error, version, Some(Look::Covered))?;
                        found.failed |= matches!(finding, Finding::Failed(_));
                        self.keep(store, version, finding)?;
                    }
                    Err(_) => {}
                }
            }
            if lost {
                self.hold_back(store, category, reader, &mut read)?;
            }
            told.push(read);
        }
        let read = versions
            .iter()
            .filter(|version| !unread.contains(&version.id));
        found.scan = Some(HistoryScan {
            category: category.clone(),
            told,
            versions: read
                .map(|version| (version.id, version.name.clone()))
                .collect(),
        });
        Ok(found)
    }

    /// The news of a category that is not there any more since it was looked at.
    fn vanished(
        &mut self,
        store: &mut dyn Store,
        versions: &[Watched],
    ) -> crate::store::Result<CategoryNews> {
        let mut failed = false;
        for version in versions {
            let error = ArchiveError::NoSuchSubject(version.name.clone());
            let finding = Finding::of(store, error, version, Some(Look::Covered))?;
            failed |= matches!(finding, Finding::Failed(_));
            self.keep(store, version, finding)?;
        }
        Ok(CategoryNews { scan: None, failed })
    }

    /// Where the archive lost what was told, what seems new may have been told: what the journal
    /// knows was, and what is left is held if it is a flood.
    fn hold_back(
        &self,
        store: &dyn Store,
        category: &Name,
        reader: &Reader,
        told: &mut ToldHistory,
    ) -> crate::store::Result<()> {
        let mut revisions = told
            .news
            .iter()
            .flat_map(|(_, _, news)| &news.new)
            .map(String::as_str);
        let known = store.told_of(category, &reader.action, &mut revisions)?;
        let mut left = 0;
        for (_, _, news) in &mut told.news {
            let mut doubtful = news.new.len().saturating_sub(news.sure);
            news.new.retain(|part| {
                let is_sure = doubtful == 0;
                doubtful = doubtful.saturating_sub(1);
                is_sure || !known.contains(part) || reader.untold.contains(part)
            });
            left += news.new.len();
        }
        told.held = left > self.settings.flood;
        Ok(())
    }

    /// Records what is new in histories.
    pub(super) fn record_histories(
        &mut self,
        store: &mut dyn Store,
        histories: &[HistoryScan],
    ) -> crate::store::Result<()> {
        if histories.is_empty() {
            return Ok(());
        }
        fault::point("before-record");
        let now = self.now();
        let recorded = store.record_histories(histories, &self.policy(), now)?;
        fault::point("after-record");
        self.scanned.recorded += recorded;
        for scan in histories.iter().filter(|_| self.scanner.keeps_found) {
            for (id, version) in &scan.versions {
                let told = scan.told.iter().filter(|told| !told.held);
                let news = told.flat_map(|told| &told.news);
                let parts = news
                    .filter(|(of, ..)| of == id)
                    .flat_map(|(.., news)| &news.new);
                // What is new to several actions was found once.
                let mut met = HashSet::new();
                let parts: Vec<&String> = parts.filter(|part| met.insert(*part)).collect();
                self.keep_found(version, parts, now);
            }
        }
        Ok(())
    }
}

fn question<'a>(reader: &'a Reader, by_id: &HashMap<SubjectId, &'a Watched>) -> Question<'a> {
    let asked = |version: &'a ReadVersion| Asked {
        name: &by_id[&version.id].name,
        position: version.position.as_deref(),
        first: version.first,
    };
    Question {
        position: reader.position.as_deref(),
        versions: reader.versions.iter().map(asked).collect(),
        untold: reader.untold.iter().map(String::as_str).collect(),
    }
}
