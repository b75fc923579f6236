//! The questions that a helper is asked, and what its answers must be.

use super::fault::{Failure, Fault};
use super::listing::{Items, position_of};
use super::program::Program;
use super::protocol::{Answer, Failed, Request, Subject};
use crate::archive::{ArchiveError, Description, Look};
use crate::name::Name;

/// The most revisions that one request asks for.
const MOST_REVISIONS: usize = 512;

impl Program<'_> {
    /// What is in a subject.
    pub(super) fn list(&self, subject: &Name, last: Option<&Look>) -> Result<Items, ArchiveError> {
        self.talk(Some(subject), |helper| {
            let can = helper.capabilities();
            // Where delegated categories are is to be known of all of them.
            let position = last
                .and_then(position_of)
                .filter(|_| can.since && !can.delegates);
            let request = Request::List {
                subject: Subject::new(subject),
                position,
            };
            let mut items = Items::new(subject.level(), can);
            let end = helper.ask(&request, &mut |answer| items.take(answer))?;
            items.end(end, position.is_some(), last)?;
            Ok(items)
        })
    }

    /// What is known of revisions of one version; `None` for each that is gone.
    pub(super) fn describe(
        &self,
        revisions: &[&Name],
    ) -> Result<Vec<Option<Description>>, ArchiveError> {
        let Some(version) = revisions.first().and_then(|name| name.parent()) else {
            return Ok(Vec::new());
        };
        self.talk(Some(&version), |helper| {
            if !helper.capabilities().describe {
                return Ok(vec![Some(Description::default()); revisions.len()]);
            }
            let mut described = Vec::with_capacity(revisions.len());
            for some in revisions.chunks(MOST_REVISIONS) {
                let request = Request::Describe {
                    subjects: some.iter().copied().map(Subject::new).collect(),
                };
                let before = described.len();
                helper.ask(&request, &mut |answer| {
                    let known = answer.description.is_some() != answer.gone;
                    described.extend(known.then_some(answer.description));
                    Ok(known && described.len() - before <= some.len())
                })?;
                let answers = described.len() - before;
                if answers != some.len() {
                    let problem = format!("it described {answers} of {} revisions", some.len());
                    return Err(Fault::Wrong(problem).into());
                }
            }
            Ok(described)
        })
    }

    /// The whole log of a revision.
    pub(super) fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError> {
        self.talk(Some(revision), |helper| {
            if !helper.capabilities().log {
                return Err(Failure::Refused(Failed::unable("it has no logs to show")));
            }
            let request = Request::Log {
                subject: Subject::new(revision),
            };
            let mut log = Vec::new();
            helper.ask(&request, &mut |answer| {
                let piece = Answer::bytes(answer.text, answer.text_base64.as_deref());
                Ok(piece.map(|piece| log.extend(piece)).is_some())
            })?;
            Ok(log)
        })
    }
}
