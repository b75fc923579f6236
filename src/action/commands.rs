//! Finds what a COMMAND stands for: a built-in action, or a program `larch-COMMAND`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use super::mail::{self, AddressError};
use crate::fsx::is_executable;
use crate::rules::ActionName;

/// The built-in action that does nothing and succeeds.
const NOOP: &str = "noop";

/// What the name of a program of COMMAND begins with.
const PREFIX: &str = "larch-";

/// What runs for a COMMAND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Program {
    /// The built-in `noop`: nothing runs, and it succeeds.
    Noop,
    /// A built-in mail action: larch runs itself, and becomes this `sendmail`.
    Mail(PathBuf),
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
    /// A mail action has nothing to send with.
    #[error(
        "mail is handed to the program sendmail, which is not on the PATH, in /usr/sbin or in /usr/lib; any mail system brings it along"
    )]
    NoSendmail,
    /// The THUNK is not what the action needs.
    #[error("{action}: {why}")]
    BadThunk {
        /// The action.
        action: String,
        /// What is wrong.
        why: AddressError,
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
    exec_path: Vec<PathBuf>,
    found: Mutex<HashMap<String, Result<Program, FindError>>>,
}

impl Commands {
    /// Looks in the directories of `exec_path`, the first one first. Relative directories are left
    /// out, since what they mean would depend on where the poll was started.
    pub fn new(mut exec_path: Vec<PathBuf>) -> Self {
        exec_path.retain(|dir| dir.is_absolute());
        Self {
            exec_path,
            found: Mutex::default(),
        }
    }

    /// What runs for `command`. Built-in actions come before programs.
    pub fn find(&self, command: &str) -> Result<Program, FindError> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = found.get(command) {
            return known.clone();
        }
        let answer = self.look_up(command);
        found.insert(command.to_owned(), answer.clone());
        answer
    }

    /// Whether `action` can run: its command is there, and a built-in one is content with its THUNK.
    pub fn check(&self, action: &ActionName) -> Result<(), FindError> {
        if mail::is_mail(action.command())
            && let Err(why) = mail::addresses(action.thunk())
        {
            let action = action.to_string();
            return Err(FindError::BadThunk { action, why });
        }
        self.find(action.command()).map(drop)
    }

    fn look_up(&self, command: &str) -> Result<Program, FindError> {
        if command == NOOP {
            return Ok(Program::Noop);
        }
        if mail::is_mail(command) {
            let sendmail = mail::find_sendmail(&self.exec_path);
            return sendmail.map(Program::Mail).ok_or(FindError::NoSendmail);
        }
        let mut not_executable = None;
        for dir in &self.exec_path {
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
        self.exec_path
            .iter()
            .filter_map(|dir| fs::read_dir(dir).ok())
            .flatten()
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let name = entry.file_name().to_str()?.strip_prefix(PREFIX)?.to_owned();
                is_executable(&entry.path()).then_some(name)
            })
            .chain([NOOP].into_iter().chain(mail::COMMANDS).map(str::to_owned))
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
        let commands = Commands::new(vec!["relative".into(), first.clone(), second.clone()]);
        assert_eq!(commands.find("noop"), Ok(Program::Noop));
        assert_eq!(
            commands.find("later"),
            Ok(Program::Executable(second.join("larch-later")))
        );
        for name in ["never", "dir"] {
            assert_eq!(
                commands.find(name),
                Err(FindError::NotExecutable {
                    path: first.join(format!("larch-{name}"))
                })
            );
        }
    }

    #[test]
    fn an_unknown_command_names_its_nearest_neighbour() {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join("larch-mail-list"), 0o755);
        file(&dir.path().join("larch-mail-lisp"), 0o644);
        let commands = Commands::new(vec![dir.path().to_owned()]);
        let nearest = |command: &str| match commands.find(command) {
            Err(FindError::Unknown { nearest, .. }) => nearest,
            other => panic!("{other:?}"),
        };
        assert_eq!(nearest("mail-lits").as_deref(), Some("mail-list"));
        assert_eq!(nearest("nop").as_deref(), Some("noop"));
        assert_eq!(nearest("webhook"), None);
    }

    #[test]
    fn what_was_found_once_stays_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("larch-x");
        file(&path, 0o755);
        let commands = Commands::new(vec![dir.path().to_owned()]);
        let first = commands.find("x");
        fs::remove_file(path).unwrap();
        assert_eq!(commands.find("x"), first);
    }
}
