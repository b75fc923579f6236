//! Why no rule names a subject.

use super::super::{Line, LineState, Operator, Result};
use crate::name::Name;

/// Why no rule names a subject.
#[derive(Clone, Debug)]
pub enum Absent {
    /// A line stands in the file, and no poll has read it yet.
    Unread,
    /// Its line stands in the file commented out.
    CommentedOut,
    /// Larch added its line, and it was taken out.
    Lost,
    /// A person took its line out.
    Removed,
    /// This line, for what is above it, would hand a line down once everything between is detected.
    HandedDown(Box<Line>),
    /// This line, for what is above it, hands nothing down that far.
    HandsNothing(Box<Line>),
    /// No line names anything above it either.
    NothingAbove,
}

impl Operator {
    /// Why none of `rules`, the lines that name `subject`, counts; `None` if one does.
    pub(super) fn absent(&self, subject: &Name, rules: &[Line]) -> Result<Option<Absent>> {
        if rules.iter().any(|line| line.state.counts()) {
            return Ok(None);
        }
        let is = |state| rules.iter().find(|line| line.state == state);
        if is(LineState::Unread).is_some() {
            return Ok(Some(Absent::Unread));
        }
        let parsed = self.parsed(subject.level());
        if parsed.commented.iter().any(|rule| rule.subject == *subject) {
            return Ok(Some(Absent::CommentedOut));
        }
        if let Some(line) = is(LineState::Removed) {
            let added = line.stored.as_ref().and_then(|stored| stored.added_at);
            return Ok(Some(match added {
                Some(_) => Absent::Lost,
                None => Absent::Removed,
            }));
        }
        let depth = |above: &Name| usize::from(subject.level().number() - above.level().number());
        for above in subject.ancestors() {
            let mut lines = self.lines_for(&above)?;
            lines.retain(|line| line.state.counts() || line.state == LineState::Unread);
            let deepest = lines
                .into_iter()
                .max_by_key(|line| line.rule.children.len());
            if let Some(line) = deepest {
                let reaches = line.rule.children.len() >= depth(&above);
                let line = Box::new(line);
                return Ok(Some(if reaches {
                    Absent::HandedDown(line)
                } else {
                    Absent::HandsNothing(line)
                }));
            }
        }
        Ok(Some(Absent::NothingAbove))
    }
}
