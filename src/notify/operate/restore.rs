//! Putting back lines that larch added and that disappeared from their files.

use super::{Operator, Result};
use crate::name::Level;
use crate::notify::rules_files::{RulesFindings, append_locked};
use crate::rules::Rule;
use crate::store::{Engine as _, Lock};

/// The lines that were put back into the file of one level.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The level of the file.
    pub level: Level,
    /// The lines.
    pub lines: Vec<Rule>,
    /// Why they could not be written; they act as rules all the same, and the next poll writes them.
    pub failure: Option<String>,
}

impl Operator {
    /// The lines that [`Self::restore`] would put back.
    pub fn lost(&self) -> Result<Vec<Restored>> {
        let mut lost = Vec::new();
        for level in Level::SUBJECTS {
            let stored = self.store.rules(level)?;
            let ids = self.lost_lines(level, &stored);
            if !ids.is_empty() {
                let lines = stored.into_iter().filter(|stored| ids.contains(&stored.id));
                lost.push(Restored {
                    level,
                    lines: lines.map(|stored| stored.rule).collect(),
                    failure: None,
                });
            }
        }
        Ok(lost)
    }

    /// Appends every line that larch added, and that is neither in its file, nor commented out in
    /// it, nor edited. They are rules again with the memory they had.
    pub fn restore(&mut self) -> Result<Vec<Restored>> {
        let _guard = self.engine.lock(&Lock::Rules)?;
        let mut restored = self.lost()?;
        for file in &mut restored {
            let stored = self.store.rules(file.level)?;
            let ids = self.lost_lines(file.level, &stored);
            self.store.restore_lines(&ids)?;
            let mut findings = RulesFindings::default();
            append_locked(&self.dir, self.store.as_mut(), file.level, &mut findings)?;
            file.failure = findings.problems.pop().map(|problem| problem.title);
        }
        Ok(restored)
    }
}
