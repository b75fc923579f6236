//! What is wrong with hooks, found without running any.

use std::path::{Path, PathBuf};

use super::super::report::Problem;
use super::found::{Directories, hooks, idle};
use crate::config::{Config, Point};

/// Reports the hooks that cannot run, and what lies in `=hooks` and never runs.
pub(in crate::notify) fn check(dir: &Path, config: &Config, exec_path: &[PathBuf]) -> Vec<Problem> {
    let directories = Directories::read(dir);
    let mut problems: Vec<Problem> = directories.problems().collect();
    for point in Point::ALL {
        let hooks = hooks(dir, config, exec_path, point, &directories);
        problems.extend(hooks.into_iter().filter_map(|hook| {
            let why = hook.program.err()?;
            Some(Problem {
                key: format!("hook/{point}/{}", hook.label),
                title: format!("the hook {} at {point} cannot run: {why}", hook.label),
                details: Vec::new(),
                warning: false,
            })
        }));
        problems.extend(idle(dir, point, &directories).map(|label| Problem {
            key: format!("hook/{point}/{label}"),
            title: format!("{label} is no executable file, so it is never run"),
            details: vec![
                "`chmod +x` makes it one; begin its name with a dot if it is none".to_owned(),
            ],
            warning: true,
        }));
    }
    problems
}
