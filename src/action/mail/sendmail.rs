//! The local `sendmail`, which every mail system brings along under this name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lettre::Address;

use crate::fsx::is_executable;

/// Where `sendmail` is, though it need not be on the PATH: that of cron has none of these.
const USUAL: [&str; 2] = ["/usr/sbin", "/usr/lib"];

/// The first program `sendmail` in `exec_path` or one of the usual directories.
pub fn find_sendmail(exec_path: &[PathBuf]) -> Option<PathBuf> {
    exec_path
        .iter()
        .map(PathBuf::as_path)
        .chain(USUAL.map(Path::new))
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join("sendmail"))
        .find(|path| is_executable(path))
}

/// The arguments with which it reads a message for `to`: a line of one `.` does not end the message.
pub fn sendmail_arguments(to: &[Address]) -> impl Iterator<Item = OsString> {
    let options = ["-i", "--"].map(OsString::from);
    options
        .into_iter()
        .chain(to.iter().map(|address| address.to_string().into()))
}
