//! Finds the program that a command of the settings begins with.

use std::path::{Path, PathBuf};

use crate::fsx::{find_executable, is_executable};

/// The file of a program, else what is wrong: one with a `/` starts at the notification directory
/// `dir`, another is looked for in `exec_path`, where actions are.
pub fn locate(program: &str, dir: &Path, exec_path: &[PathBuf]) -> Result<PathBuf, String> {
    if !program.contains('/') {
        return find_executable(program, exec_path).ok_or_else(|| {
            format!(
                "there is no program `{program}` on the PATH or in LARCH_EXEC_PATH; one in the \
                 notification directory is written `./{program}`"
            )
        });
    }
    let path = dir.join(program);
    if is_executable(&path) {
        return Ok(path);
    }
    let shown = path.display();
    Err(if path.exists() {
        format!("{shown} is not an executable file; `chmod +x` makes it one")
    } else {
        format!("there is no program {shown}")
    })
}
