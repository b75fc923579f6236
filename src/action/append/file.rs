//! The file that lines are appended to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::OFlags;

use crate::action::Outcome;
use crate::config::format_duration;
use crate::fsx;

/// How long the lock is held by others before it is asked for again.
const LOCK_STEP: Duration = Duration::from_millis(20);

/// The file of a THUNK, which starts at the notification directory `dir`, links followed; else what
/// is wrong with it. The directory that it is in must be there, and the files of larch are not for
/// others to write.
pub(super) fn find(dir: &Path, thunk: &str) -> Result<PathBuf, String> {
    if thunk.is_empty() {
        return Err("the name of a file stands behind the `:`".to_owned());
    }
    let written = dir.join(thunk);
    let path = match fs::canonicalize(&written) {
        Ok(path) => path,
        Err(error) if error.kind() == ErrorKind::NotFound => in_its_directory(&written)?,
        Err(error) => return Err(format!("cannot find {}: {error}", written.display())),
    };
    let dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    let below = path.strip_prefix(dir).ok();
    let top = below.and_then(|below| below.components().next());
    if top.is_some_and(|top| top.as_os_str().to_string_lossy().starts_with(['=', '+'])) {
        return Err(format!("{} is for larch itself", path.display()));
    }
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(not_regular(&path));
    }
    Ok(path)
}

/// The place of a file that is still to be made.
fn in_its_directory(written: &Path) -> Result<PathBuf, String> {
    let (Some(directory), Some(name)) = (written.parent(), written.file_name()) else {
        return Err(not_regular(written));
    };
    match fs::canonicalize(directory) {
        Ok(directory) => Ok(directory.join(name)),
        Err(error) => Err(format!(
            "{}, which the file would be in, cannot be found: {error}",
            directory.display()
        )),
    }
}

/// Appends lines by one write, which is on disk when this returns. A last line without its end, left
/// by a crash or a full disk, gets its end before.
pub(super) fn append(
    path: &Path,
    lines: &str,
    limit: Duration,
    stop: &AtomicBool,
) -> Result<(), Outcome> {
    let failed = |error: io::Error| {
        Outcome::deferred(format!("cannot write to {}: {error}", path.display()))
    };
    let is_new = !path.exists();
    // Without blocking: the opening of a pipe would wait for its other end.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o644)
        .custom_flags(flags.cast_signed())
        .open(path)
        .map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(Outcome::deferred(not_regular(path)));
    }
    lock(&file, path, limit, stop)?;
    let torn = is_torn(&file).map_err(failed)?;
    let lines = if torn { &format!("\n{lines}") } else { lines };
    (&file).write_all(lines.as_bytes()).map_err(failed)?;
    file.sync_data().map_err(failed)?;
    match path.parent() {
        Some(directory) if is_new => fsx::sync_directory(directory).map_err(failed),
        _ => Ok(()),
    }
}

/// Waits until nobody else who takes the lock writes; it ends with `file`.
fn lock(file: &File, path: &Path, limit: Duration, stop: &AtomicBool) -> Result<(), Outcome> {
    let until = Instant::now() + limit;
    loop {
        match fs2::FileExt::try_lock_exclusive(file) {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => {
                return Err(Outcome::deferred(format!(
                    "cannot lock {}: {error}",
                    path.display()
                )));
            }
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Outcome::Stopped);
        }
        if Instant::now() >= until {
            return Err(Outcome::deferred(format!(
                "another program holds the lock of {}, for {} now",
                path.display(),
                format_duration(limit)
            )));
        }
        thread::sleep(LOCK_STEP);
    }
}

/// Whether the last line has no end.
fn is_torn(file: &File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    let mut last = [b'\n'];
    if length > 0 {
        file.read_at(&mut last, length - 1)?;
    }
    Ok(last != [b'\n'])
}

fn not_regular(path: &Path) -> String {
    format!("{} is not a regular file", path.display())
}
