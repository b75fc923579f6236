//! Why a program could not be started, in words that say what to do.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rustix::io::Errno;

/// What `error`, from starting `program` in `dir`, means.
pub(super) fn start_error(error: &io::Error, program: &Path, dir: &Path) -> String {
    let shown = program.display();
    match Errno::from_io_error(error) {
        Some(Errno::TOOBIG) => "the names and the environment are longer than the system allows \
             for one program; a smaller `max_items` makes shorter lists"
            .to_owned(),
        Some(Errno::NOENT | Errno::NOTDIR) if !dir.is_dir() => {
            format!(
                "the notification directory {} does not exist",
                dir.display()
            )
        }
        Some(Errno::NOENT) if program.exists() => match interpreter(program) {
            Some(interpreter) => {
                format!("the first line of {shown} names {interpreter:?}, which does not exist")
            }
            None => format!("{shown} needs a program loader that does not exist"),
        },
        Some(Errno::NOENT) => format!("{shown} does not exist any more"),
        Some(Errno::ACCESS) => format!(
            "permission denied for {shown}, for the interpreter that its first line names, or for {}",
            dir.display()
        ),
        Some(Errno::NOEXEC) => format!(
            "{shown} is no program for this machine, and its first line names no interpreter as \
             #!/bin/sh does"
        ),
        Some(Errno::TXTBSY) => format!("{shown} is being written"),
        Some(Errno::AGAIN) => format!("cannot start {shown}: too many processes run"),
        _ => format!("cannot start {shown}: {error}"),
    }
}

/// The interpreter that the first line of a script names.
fn interpreter(program: &Path) -> Option<String> {
    let mut start = Vec::new();
    File::open(program)
        .ok()?
        .take(256)
        .read_to_end(&mut start)
        .ok()?;
    let line = start
        .strip_prefix(b"#!")?
        .split(|&byte| byte == b'\n')
        .next()?;
    let word = line
        .trim_ascii_start()
        .split(|&byte| byte == b' ' || byte == b'\t')
        .next()?;
    Some(String::from_utf8_lossy(word).into_owned())
}
