//! All that a helper tells of revisions, piece by piece.

use super::fault::Fault;
use super::program::Program;
use super::protocol::{Answer, File, FileChange, Request, Subject};
use crate::archive::{ArchiveError, Change, ChangedFile, Description, Details, Diff, Wanted, text};
use crate::name::Name;

/// The most revisions that one request asks for; one alone, where a diff is wanted.
const MOST_REVISIONS: usize = 64;

/// More of a message is not kept.
const LONGEST_BODY: usize = 1 << 20;

impl Program<'_> {
    /// All that is known of revisions of one version; `None` for each that is gone.
    ///
    /// A helper that cannot tell more describes them.
    pub(super) fn tell(
        &self,
        revisions: &[&Name],
        wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        if !self.capabilities()?.tell {
            let described = self.describe(revisions)?.into_iter();
            let details = |description: Description| Details {
                description,
                ..Details::default()
            };
            return Ok(described.map(|known| known.map(details)).collect());
        }
        let version = revisions.first().and_then(|name| name.parent());
        let at_once = if wanted.diff.is_some() {
            1
        } else {
            MOST_REVISIONS
        };
        self.talk(version.as_ref(), |helper| {
            let mut told = Vec::with_capacity(revisions.len());
            for some in revisions.chunks(at_once) {
                let request = Request::Tell {
                    subjects: some.iter().copied().map(Subject::new).collect(),
                    files: wanted.files || wanted.diff.is_some(),
                    diff: wanted.diff,
                };
                let before = told.len();
                let mut pieces = Pieces::new(wanted);
                helper.ask(&request, &mut |mut answer| {
                    let (known, gone) = (answer.description.take(), answer.gone);
                    let is_over = known.is_some() || gone;
                    let fits = pieces.take(answer) || is_over;
                    if is_over {
                        let whole = std::mem::replace(&mut pieces, Pieces::new(wanted));
                        told.push(known.map(|description| whole.finish(description)));
                    }
                    Ok(fits && told.len() - before <= some.len())
                })?;
                let answers = told.len() - before;
                if answers != some.len() {
                    let problem = format!("it told of {answers} of {} revisions", some.len());
                    return Err(Fault::Wrong(problem).into());
                }
            }
            Ok(told)
        })
    }
}

/// What was told of one revision so far.
struct Pieces {
    wanted: Wanted,
    body: Vec<u8>,
    files: Option<Vec<ChangedFile>>,
    diff: Option<Diff>,
}

impl Pieces {
    fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            body: Vec::new(),
            files: None,
            diff: None,
        }
    }

    /// Takes a line; false if there is nothing in it.
    fn take(&mut self, answer: Answer) -> bool {
        let body = Answer::bytes(answer.body, answer.body_base64.as_deref());
        let diff = Answer::bytes(answer.diff, answer.diff_base64.as_deref());
        let is_something = body.is_some() || diff.is_some() || answer.files.is_some();
        self.body.extend(body.unwrap_or_default());
        text::cut(&mut self.body, LONGEST_BODY);
        if let Some(files) = answer.files {
            let known = self.files.get_or_insert_default();
            known.extend(files.into_iter().map(changed));
        }
        if let Some(piece) = diff {
            let kept = self.diff.get_or_insert_default();
            // What is longer than wanted is cut in the end.
            if kept.text.len() as u64 <= self.wanted.diff.unwrap_or_default() {
                kept.text.extend(piece);
            }
        }
        if let Some(diff) = &mut self.diff {
            diff.is_cut |= answer.is_cut;
        }
        is_something || answer.is_cut
    }

    fn finish(self, description: Description) -> Details {
        let Wanted { files, diff } = self.wanted;
        Details {
            description,
            body: text::without_blank_edges(&text::decode(&self.body, None)).to_owned(),
            files: self.files.filter(|_| files || diff.is_some()),
            diff: diff.and_then(|limit| {
                let told = self.diff?;
                Some(Diff::within(limit, told.text, told.is_cut))
            }),
        }
    }
}

fn changed(file: File) -> ChangedFile {
    ChangedFile {
        path: file.path,
        change: match (file.change, file.from) {
            (FileChange::Added, _) => Change::Added,
            (FileChange::Removed, _) => Change::Removed,
            (FileChange::Renamed, Some(from)) => Change::Renamed(from),
            (FileChange::Modified | FileChange::Renamed, _) => Change::Modified,
        },
        lines: file.added.zip(file.removed),
    }
}
