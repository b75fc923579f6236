//! Questions about the logs of many revisions.

use super::answer::Answer;
use super::client::{Request, Wish};
use super::crew::Crew;
use super::failure::Failure;

/// Whether there is something in each of these files.
pub(super) fn have_content(crew: &Crew<'_>, files: Vec<String>) -> Result<Vec<bool>, Failure> {
    let mut have = vec![false; files.len()];
    ask(crew, files, &Wish::Content, &mut |index, answer| {
        have[index] = matches!(answer, Answer::Content(true));
    })?;
    Ok(have)
}

/// What `read` makes of each of these logs; `None` for what is not there.
pub(super) fn read<T>(
    crew: &Crew<'_>,
    files: Vec<String>,
    read: impl Fn(&[u8]) -> Option<T>,
) -> Result<Vec<Option<T>>, Failure> {
    let mut found: Vec<Option<T>> = files.iter().map(|_| None).collect();
    ask(crew, files, &Wish::Whole, &mut |index, answer| {
        if let Answer::Whole(log, _) = answer {
            found[index] = read(&log);
        }
    })?;
    Ok(found)
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
