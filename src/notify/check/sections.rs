//! Sections of the settings that can do nothing.

use std::collections::HashSet;
use std::path::Path;

use super::Finding;
use crate::config::{Config, Glob};
use crate::name::Level;

/// Reports sections for archives that are not among `archives`, which the rules name, and globs that
/// no name in their archive can match, because the archive is not part of them, say.
pub(super) fn check(
    path: &Path,
    config: &Config,
    archives: &HashSet<String>,
    findings: &mut Vec<Finding>,
) {
    for (archive, settings) in &config.archives {
        if !archives.contains(archive) {
            findings.push(Finding::UnusedSection {
                path: path.to_owned(),
                archive: archive.clone(),
            });
        }
        let can_match = |glob: &Glob| {
            glob.matches(Level::Archive, archive) || glob.may_match_below(Level::Archive, archive)
        };
        let globs = settings.include.iter().chain(&settings.exclude);
        findings.extend(
            globs
                .filter(|glob| !can_match(glob))
                .map(|glob| Finding::IdleGlob {
                    path: path.to_owned(),
                    archive: archive.clone(),
                    glob: glob.as_str().to_owned(),
                }),
        );
    }
}
