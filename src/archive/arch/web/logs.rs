//! Questions about the logs of many revisions.

use super::answer::Answer;
use super::client::{Request, Wish};
use super::crew::Crew;
use super::failure::Failure;
use crate::archive::Description;
use crate::archive::arch::patch_log;

/// Whether there is something in each of these files.
pub(super) fn have_content(crew: &Crew<'_>, files: Vec<String>) -> Result<Vec<bool>, Failure> {
    let mut have = vec![false; files.len()];
    ask(crew, files, &Wish::Content, &mut |index, answer| {
        have[index] = matches!(answer, Answer::Content(true));
    })?;
    Ok(have)
}

/// What each of these logs says; `None` for what is not there.
pub(super) fn describe(
    crew: &Crew<'_>,
    files: Vec<String>,
) -> Result<Vec<Option<Description>>, Failure> {
    let mut descriptions = vec![None; files.len()];
    ask(crew, files, &Wish::Whole, &mut |index, answer| {
        if let Answer::Whole(log, _) = answer {
            descriptions[index] = patch_log::describe(log.as_slice()).ok();
        }
    })?;
    Ok(descriptions)
}

/// Asks the same of all files; those that are missing are left out.
fn ask(
    crew: &Crew<'_>,
    files: Vec<String>,
    wish: &Wish,
    take: &mut dyn FnMut(usize, Answer),
) -> Result<(), Failure> {
    let requests = files.into_iter().map(|file| Request {
        file,
        wish: wish.clone(),
    });
    let mut failed = None;
    crew.ask_all(requests.collect(), &mut |index, answer| match answer {
        Ok(answer) => take(index, answer),
        Err(Failure::Missing { .. }) => {}
        Err(failure) => failed = Some(failure),
    })?;
    failed.map_or(Ok(()), Err)
}
