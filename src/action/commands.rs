//! Finds what a COMMAND stands for: a built-in action, or a program `larch-COMMAND`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::built_in::{self, NOOP};
use super::program::{self, Input, Invocation};
use super::{Attempt, BuiltIn, Ended, Means, Outcome, ProcessGroup};
use crate::fsx::is_executable;
use crate::name::Level;
use crate::rules::{ActionName, Diagnostic};

/// What the name of a program of COMMAND begins with.
const PREFIX: &str = "larch-";

/// What runs for a COMMAND.
#[derive(Clone, Debug)]
pub enum Program {
    /// The built-in `noop`: nothing runs, and it succeeds.
    Noop,
    /// Another built-in action.
    BuiltIn(Arc<dyn BuiltIn>),
    /// The program in this file.
    Executable(PathBuf),
}

/// Why nothing runs for a COMMAND.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FindError {
    /// Neither a built-in action nor a program has this name.
    #[error(
        "no action is called `{command}`: it is not built in, and there is no program larch-{command} on the PATH or in LARCH_EXEC_PATH{}",
        nearest.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
    )]
    Unknown {
        /// The COMMAND.
        command: String,
        /// The action whose name is most like it, if one is.
        nearest: Option<String>,
    },
    /// A built-in action has not what it needs.
    #[error("{why}")]
    NotReady {
        /// What is not ready; the same for all actions that need it.
        service: &'static str,
        /// What is missing, and the way out.
        why: String,
    },
    /// The THUNK is not what the action needs.
    #[error("{action}: {why}")]
    BadThunk {
        /// The action.
        action: String,
        /// What is wrong.
        why: String,
    },
    /// There is such a file, but this user may not execute it, or it is no regular file.
    #[error("{} is not an executable file; `chmod +x` makes it one", path.display())]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
}

/// Whether a command is the built-in that does nothing.
pub fn does_nothing(command: &str) -> bool {
    command == NOOP
}

/// Where commands are looked for. Each is looked up once, so that one poll runs the same program
/// from its beginning to its end.
#[derive(Debug)]
pub struct Commands {
    means: Arc<Means>,
    found: Mutex<HashMap<String, Result<Program, FindError>>>,
}

impl Commands {
    /// Looks in the directories of the means' `exec_path`, the first one first. Relative directories
    /// are left out, since what they mean would depend on where the poll was started.
    pub fn new(mut means: Means) -> Self {
        means.exec_path.retain(|dir| dir.is_absolute());
        Self {
            means: Arc::new(means),
            found: Mutex::default(),
        }
    }

    /// What built-in actions have at hand.
    pub fn means(&self) -> &Arc<Means> {
        &self.means
    }

    /// What runs for `command`. Built-in actions come before programs.
    pub fn find(&self, command: &str) -> Result<Program, FindError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let command = built_in::keeper(command);
        if let Some(known) = found.get(command) {
            return known.clone();
        }
        let answer = self.look_up(command);
        found.insert(command.to_owned(), answer.clone());
        answer
    }

    /// Whether `action` can run: its command is there, and a built-in one is content with its THUNK.
    pub fn check(&self, action: &ActionName) -> Result<(), FindError> {
        match self.find(action.command())? {
            Program::BuiltIn(built_in) => built_in.check(action).map_err(|why| {
                let action = action.to_string();
                FindError::BadThunk { action, why }
            }),
            Program::Noop | Program::Executable(_) => Ok(()),
        }
    }

    /// Whether what `action` makes of items of `level` can be made of samples.
    pub fn try_out(&self, action: &ActionName, level: Level) -> Result<(), FindError> {
        let tried = self
            .built_in(action)
            .map_or(Ok(()), |built_in| built_in.try_out(action, level));
        tried.map_err(|why| {
            let action = action.to_string();
            FindError::BadThunk { action, why }
        })
    }

    /// The built-in action of `action`, where it is one.
    pub fn built_in(&self, action: &ActionName) -> Option<Arc<dyn BuiltIn>> {
        match self.find(action.command()) {
            Ok(Program::BuiltIn(built_in)) => Some(built_in),
            _ => None,
        }
    }

    /// What is wrong with the files that built-in actions have of their own; `None` if none was read.
    pub fn findings(&self) -> Option<Vec<Diagnostic>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let findings = found.values().filter_map(|program| match program {
            Ok(Program::BuiltIn(built_in)) => built_in.findings(),
            _ => None,
        });
        findings.reduce(|all, more| [all, more].concat())
    }

    /// The word for all commands that reach the same recipients in the same way as `action`.
    pub fn family(&self, action: &ActionName) -> String {
        built_in::open(action.command(), &self.means).map_or_else(
            || action.command().to_owned(),
            |built_in| built_in.family(action),
        )
    }

    /// What an edited rule's recipients have to do with those of the rule it was: the recipients of `new`,
    /// in its order, with an empty one where its deliveries are told whole or divided anew. `None`: all
    /// stay what they are.
    pub fn heirs(&self, old: &ActionName, new: &ActionName) -> Option<Vec<String>> {
        // Whether they can run now does not matter.
        let open = |action: &ActionName| built_in::open(action.command(), &self.means);
        match (open(old), open(new)) {
            (Some(before), Some(after)) if before.family(old) == after.family(new) => {
                after.recipients(new)
            }
            _ => Some(vec![String::new()]),
        }
    }

    /// Makes one attempt of an action that [`Commands::check`] is content with.
    ///
    /// `started` is told the process group of what is started, at once after the start, so that it can
    /// be recorded. When `stop` turns true the attempt ends within [`Attempt::grace`] and about a
    /// tenth of a second.
    pub fn attempt(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        let not_run = |outcome| Ended::without_output(outcome, Duration::ZERO);
        // A bad THUNK of a built-in action must never be made up for by an item's name.
        let found = self.check(attempt.action);
        match found.and_then(|()| self.find(attempt.action.command())) {
            Ok(Program::Noop) => not_run(Outcome::Success),
            Ok(Program::BuiltIn(built_in)) => built_in.attempt(attempt, started, stop),
            Ok(Program::Executable(program)) => {
                let invocation = Invocation {
                    program: &program,
                    arguments: program::arguments(attempt),
                    environment: program::environment(attempt),
                    dir: attempt.dir,
                    input: Input::Items {
                        items: attempt.items,
                        describe: attempt.describe,
                    },
                    timeout: attempt.timeout,
                    grace: attempt.grace,
                    output_limit: attempt.output_limit,
                };
                program::run(&invocation, started, stop)
            }
            Err(error) => not_run(Outcome::NotStarted(error.to_string())),
        }
    }

    /// Lets a test have its own built-in action.
    #[cfg(test)]
    pub(crate) fn put(&self, command: &str, built_in: Arc<dyn BuiltIn>) {
        let mut found = self.found.lock().unwrap();
        found.insert(command.to_owned(), Ok(Program::BuiltIn(built_in)));
    }

    fn look_up(&self, command: &str) -> Result<Program, FindError> {
        if command == NOOP {
            return Ok(Program::Noop);
        }
        if let Some(built_in) = built_in::open(command, &self.means) {
            return match built_in.ready() {
                Ok(()) => Ok(Program::BuiltIn(built_in)),
                Err((service, why)) => Err(FindError::NotReady { service, why }),
            };
        }
        let mut not_executable = None;
        for dir in &self.means.exec_path {
            let path = dir.join(format!("{PREFIX}{command}"));
            if is_executable(&path) {
                return Ok(Program::Executable(path));
            }
            if not_executable.is_none() && path.exists() {
                not_executable = Some(path);
            }
        }
        Err(match not_executable {
            Some(path) => FindError::NotExecutable { path },
            None => FindError::Unknown {
                command: command.to_owned(),
                nearest: self.nearest(command),
            },
        })
    }

    /// The known command that is most like `command`, if one is so like it that a slip of the
    /// fingers explains the difference.
    fn nearest(&self, command: &str) -> Option<String> {
        let slips = (command.chars().count() / 3).max(1);
        let distance = |name: &str| strsim::damerau_levenshtein(name, command);
        self.means
            .exec_path
            .iter()
            .filter_map(|dir| fs::read_dir(dir).ok())
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().to_str()?.strip_prefix(PREFIX)?.to_owned();
                is_executable(&entry.path()).then_some(name)
            })
            .chain(built_in::commands().map(str::to_owned))
            .map(|name| (distance(&name), name))
            .filter(|(distance, _)| *distance <= slips)
            .min()
            .map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, Permissions, create_dir, set_permissions};
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::*;

    fn file(path: &Path, mode: u32) {
        File::create(path).unwrap();
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn looking_in(exec_path: Vec<PathBuf>) -> Commands {
        Commands::new(Means {
            exec_path,
            ..Means::default()
        })
    }

    fn executable(commands: &Commands, name: &str) -> PathBuf {
        match commands.find(name) {
            Ok(Program::Executable(path)) => path,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_executable_of_the_path_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (first, second) = (dir.path().join("1"), dir.path().join("2"));
        create_dir(&first).unwrap();
        create_dir(&second).unwrap();
        file(&first.join("larch-later"), 0o644);
        file(&second.join("larch-later"), 0o755);
        file(&first.join("larch-never"), 0o644);
        create_dir(first.join("larch-dir")).unwrap();
        file(&second.join("larch-mail-list"), 0o755);
        let commands = looking_in(vec!["relative".into(), first.clone(), second.clone()]);
        assert!(matches!(commands.find("noop"), Ok(Program::Noop)));
        assert_eq!(executable(&commands, "later"), second.join("larch-later"));
        for name in ["never", "dir"] {
            let Err(FindError::NotExecutable { path }) = commands.find(name) else {
                panic!("{name} cannot be executed");
            };
            assert_eq!(path, first.join(format!("larch-{name}")));
        }
    }

    #[test]
    fn an_unknown_command_names_its_nearest_neighbour() {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join("larch-mail-list"), 0o755);
        file(&dir.path().join("larch-mail-lisp"), 0o644);
        let commands = looking_in(vec![dir.path().to_owned()]);
        let nearest = |command: &str| match commands.find(command) {
            Err(FindError::Unknown { nearest, .. }) => nearest,
            other => panic!("{other:?}"),
        };
        assert_eq!(nearest("mail-lits").as_deref(), Some("mail-list"));
        assert_eq!(nearest("nop").as_deref(), Some("noop"));
        assert_eq!(nearest("webhok").as_deref(), Some("webhook"));
        assert_eq!(nearest("unlike"), None);
    }

    #[test]
    fn what_was_found_once_stays_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("larch-x");
        file(&path, 0o755);
        let commands = looking_in(vec![dir.path().to_owned()]);
        let first = executable(&commands, "x");
        fs::remove_file(path).unwrap();
        assert_eq!(executable(&commands, "x"), first);
    }
}
