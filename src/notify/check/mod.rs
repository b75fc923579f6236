//! What is wrong with a notification directory, found without touching it.
//!
//! Everything a poll would stumble over is looked at, each thing once, and all of it is reported.
//! Nothing is written, no lock is taken, and no action runs.

mod finding;
mod looked;
mod permissions;
mod rules;
mod sections;
mod state;
mod subscribers;

pub use finding::{Finding, Place};

use std::path::{Path, PathBuf};

use super::hooks;
use crate::action::{Commands, mail};
use crate::archive::Access;
use crate::config::Config;
use crate::params::Params;
use crate::store::StateDir;

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Checked {
    /// How many rules work.
    pub rules: usize,
    /// What is wrong: the directory and its permissions, the settings, then the rules from the top, and the state.
    pub findings: Vec<Finding>,
}

/// Looks at the notification directory `dir`. `layers` are its settings files, the strongest first,
/// `params` tells where archives are, and `commands` which actions there are.
pub fn check(
    dir: &Path,
    layers: &[PathBuf],
    params: &Params,
    commands: &Commands,
    access: &Access<'_>,
) -> Checked {
    let mut checked = Checked::default();
    let findings = &mut checked.findings;
    if let Err(finding) = permissions::directory(dir, findings) {
        findings.push(*finding);
        return checked;
    }
    for layer in layers {
        permissions::settings_file(layer, findings);
    }
    let loaded = Config::load(dir, layers).map_err(|error| {
        findings.extend(error.problems.into_iter().map(Finding::Settings));
    });
    let is_usable = loaded.is_ok();
    let config = loaded.unwrap_or_default();
    if let Some(directory) = &config.mail.templates
        && let Err(error) = mail::check_templates(directory)
    {
        let directory = directory.clone();
        findings.push(Finding::Template { directory, error });
    }
    let stray = config.mail.templates.as_deref().map(mail::stray_templates);
    let stray = stray.into_iter().flatten();
    findings.extend(stray.map(|(path, nearest)| Finding::StrayTemplate { path, nearest }));
    if is_usable {
        let hooks = hooks::check(dir, &config, &commands.means().exec_path);
        findings.extend(hooks.into_iter().map(|problem| Finding::Hook {
            dir: dir.to_owned(),
            what: problem.title,
            help: problem.details.into_iter().next(),
            is_warning: problem.warning,
        }));
    }
    let state = match &config.store.path {
        Some(path) => path.clone(),
        None => dir.join("+state"),
    };
    permissions::state(&state, findings);
    let usable = is_usable.then_some(&config);
    let files = rules::check(dir, params, access, usable, commands, &mut checked);
    subscribers::check(dir, &files, &mut checked.findings);
    // Sections of the layers below may be meant for other directories.
    if let Some(own) = layers.first()
        && let Ok(config) = Config::load(dir, std::slice::from_ref(own))
    {
        let subjects = files.iter().flat_map(|file| &file.rules);
        let archives = subjects.map(|found| found.rule.subject.archive().to_owned());
        sections::check(own, &config, &archives.collect(), &mut checked.findings);
    }
    state::check(StateDir::new(state), &files, &mut checked.findings);
    checked
}
