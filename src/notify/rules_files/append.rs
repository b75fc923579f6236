//! Appending what was handed down.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::RulesFindings;
use crate::causes::with_causes;
use crate::clock::rfc3339;
use crate::fault;
use crate::name::Level;
use crate::notify::directory::Directory;
use crate::notify::report::Problem;
use crate::notify::words::plural;
use crate::rules::{self, Block, Rule};
use crate::store::{Engine, Lock, PendingLine, Result, Store};

/// Appends what was handed down to the rules file of `level`.
pub(in crate::notify) fn append_lines(
    dir: &Directory,
    engine: &dyn Engine,
    store: &mut dyn Store,
    level: Level,
    findings: &mut RulesFindings,
) -> Result<()> {
    let _guard = engine.lock(&Lock::Rules)?;
    append_locked(dir, store, level, findings)
}

/// As [`append_lines`], for a caller that holds the rules lock.
pub(in crate::notify) fn append_locked(
    dir: &Directory,
    store: &mut dyn Store,
    level: Level,
    findings: &mut RulesFindings,
) -> Result<()> {
    let lines = store.pending_lines(level)?;
    if lines.is_empty() {
        return Ok(());
    }
    let path = dir.rules(level);
    fault::point("before-append");
    let stored = OnceCell::new();
    let known = |line: &str| {
        let written: &HashSet<String> = stored.get_or_init(|| {
            let rules = store.rules(level).unwrap_or_default().into_iter();
            let written = rules.filter(|stored| stored.written);
            written.map(|stored| stored.rule.text()).collect()
        });
        written.contains(line)
    };
    if let Err(error) = rules::append(&path, &blocks(&lines), &known) {
        let lines = plural(lines.len(), "line");
        findings.problems.push(Problem {
            key: format!("append/{}", path.display()),
            title: format!(
                "cannot add {lines} to {}: {}",
                path.display(),
                with_causes(&error)
            ),
            details: vec![
                "What was to be added acts as rules all the same, and the next poll adds it."
                    .to_owned(),
            ],
            warning: false,
        });
        return Ok(());
    }
    fault::point("after-append");
    let ids: Vec<_> = lines.iter().map(|line| line.id).collect();
    store.lines_written(level, &ids)?;
    fault::point("after-mark");
    Ok(())
}

/// The lines, each group of one parent and time under one comment. The same lines make the same
/// blocks at every try, which is how a torn one is known again.
fn blocks(lines: &[PendingLine]) -> Vec<Block> {
    lines
        .chunk_by(|a, b| a.parent == b.parent && a.added_at == b.added_at)
        .map(|group| Block {
            comment: group.first().map_or_else(String::new, |line| {
                format!("added {} for {}", rfc3339(line.added_at), line.parent)
            }),
            lines: group.iter().map(|line| line.text.clone()).collect(),
        })
        .collect()
}

/// The lines that stand commented out in the rules file of `level`.
pub(in crate::notify) fn commented_out(dir: &Directory, level: Level) -> HashSet<String> {
    let path = dir.rules(level);
    std::fs::read(&path).map_or_else(
        |_| HashSet::new(),
        |bytes| {
            let parsed = rules::parse(level, &path, &bytes);
            parsed.commented.iter().map(Rule::text).collect()
        },
    )
}
