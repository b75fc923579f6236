//! An action that follows refs through the library, and keeps its positions as a poll does.

use std::collections::HashMap;
use std::path::Path;

use larch::archive::{self, Answer, ArchiveError, Asked, Options, Question, Revisions};
use larch::config::Limit;
use larch::name::{Level, Name};

use crate::support::access;

/// An action and what it was told in one repository.
#[derive(Clone)]
pub(crate) struct Follower {
    /// The versions that it watches, as `heads--main`, in the order in which they became known.
    pub(crate) watched: Vec<String>,
    /// What it is owed of a version that it meets; everything unless it is said here.
    pub(crate) first: HashMap<String, Limit>,
    /// What nobody was told of after all.
    pub(crate) untold: Vec<String>,
    pub(crate) position: Option<Vec<u8>>,
    pub(crate) versions: HashMap<String, Vec<u8>>,
}

/// What one poll told.
#[derive(Debug)]
pub(crate) struct Heard {
    /// The versions that have news, in the order of the question, each with its revisions.
    pub(crate) news: Vec<(String, Vec<String>)>,
    /// The versions that failed, with the reason.
    pub(crate) failed: Vec<(String, ArchiveError)>,
    pub(crate) lost: bool,
    pub(crate) skipped: usize,
}

impl Heard {
    /// All that was told, whatever the version.
    pub(crate) fn all(&self) -> Vec<&str> {
        let news = self.news.iter().flat_map(|(_, news)| news);
        news.map(String::as_str).collect()
    }
}

impl Follower {
    /// One that was told nothing yet.
    pub(crate) fn new(watched: &[&str]) -> Self {
        Self {
            watched: watched.iter().map(ToString::to_string).collect(),
            first: HashMap::new(),
            untold: Vec::new(),
            position: None,
            versions: HashMap::new(),
        }
    }

    /// The same, owed so much of what is there when it meets a version.
    pub(crate) fn with_first(mut self, first: Limit) -> Self {
        for version in &self.watched {
            self.first.insert(version.clone(), first);
        }
        self
    }

    /// Asks for news in a repository, and takes what is answered as told.
    #[track_caller]
    pub(crate) fn poll(&mut self, repository: &Path, mode: Revisions) -> Heard {
        let mut heard = poll_all(repository, mode, &mut [self]).expect("the repository is read");
        heard.remove(0)
    }
}

/// Asks for the news of several actions at once, as a poll does.
pub(crate) fn poll_all(
    repository: &Path,
    mode: Revisions,
    followers: &mut [&mut Follower],
) -> Result<Vec<Heard>, ArchiveError> {
    let root = repository.parent().unwrap();
    let access = access(Options {
        revisions: mode,
        ..Options::default()
    });
    let archive = archive::open("a", &format!("git:{}", root.display()), None, access)?;
    let file_name = repository.file_name().unwrap().to_str().unwrap();
    let category = format!("a/{}", file_name.trim_end_matches(".git"));
    let category = Name::parse(&category, Some(Level::Category)).unwrap();
    let version = |part: &String| {
        let name = format!("{category}--{part}");
        Name::parse(&name, Some(Level::Version)).unwrap()
    };
    let names: Vec<Vec<Name>> = followers
        .iter()
        .map(|one| one.watched.iter().map(version).collect())
        .collect();
    let questions: Vec<Question<'_>> = followers
        .iter()
        .zip(&names)
        .map(|(one, names)| Question {
            position: one.position.as_deref(),
            versions: one
                .watched
                .iter()
                .zip(names)
                .map(|(part, name)| Asked {
                    name,
                    position: one.versions.get(part).map(Vec::as_slice),
                    first: one.first.get(part).copied().unwrap_or(Limit::All),
                })
                .collect(),
            untold: one.untold.iter().map(String::as_str).collect(),
        })
        .collect();
    let answers = archive.history().unwrap().news(&category, &questions)?;
    Ok(answers
        .into_iter()
        .zip(followers)
        .map(|(answer, one)| one.take(answer))
        .collect())
}

impl Follower {
    fn take(&mut self, answer: Answer) -> Heard {
        let mut heard = Heard {
            news: Vec::new(),
            failed: Vec::new(),
            lost: answer.lost,
            skipped: 0,
        };
        self.position = answer.position;
        for (version, news) in self.watched.clone().into_iter().zip(answer.versions) {
            match news {
                Err(error) => heard.failed.push((version, error)),
                Ok(news) => {
                    self.versions.insert(version.clone(), news.position);
                    self.untold.retain(|id| !news.new.contains(id));
                    heard.skipped += news.skipped;
                    if !news.new.is_empty() {
                        heard.news.push((version, news.new));
                    }
                }
            }
        }
        heard
    }
}
