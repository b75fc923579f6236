//! The local `sendmail`, which every mail system brings along under this name.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::action::mail::Outgoing;
use crate::action::program::{self, Input, Invocation};
use crate::action::{Ended, Means, Outcome, ProcessGroup};
use crate::fsx::find_executable;

/// How long it has between TERM and KILL.
const GRACE: Duration = Duration::from_secs(5);

/// The most bytes that are kept of what it prints.
const OUTPUT_LIMIT: u64 = 64 << 10;

/// Where `sendmail` is, though it need not be on the PATH: that of cron has none of these.
const USUAL: [&str; 2] = ["/usr/sbin", "/usr/lib"];

/// The first program `sendmail` in `exec_path` or one of the usual directories.
pub(super) fn find_sendmail(exec_path: &[PathBuf]) -> Option<PathBuf> {
    let places = [exec_path, &USUAL.map(PathBuf::from)].concat();
    find_executable("sendmail", &places)
}

/// Hands a message to `program`. A line of one `.` does not end the message, and an address is no
/// option.
pub(super) fn send(
    program: &Path,
    means: &Means,
    outgoing: &Outgoing<'_>,
    started: &mut dyn FnMut(ProcessGroup),
    stop: &AtomicBool,
) -> Ended {
    let text: Vec<u8> = outgoing
        .message
        .iter()
        .copied()
        .filter(|&byte| byte != b'\r')
        .collect();
    let mut arguments: Vec<OsString> = vec!["-i".into()];
    // Not everybody may choose the sender: nobody does who has not set it.
    if means.config.mail.from.is_some() {
        arguments.extend(["-f".into(), outgoing.from.to_string().into()]);
    }
    arguments.extend(["--".into(), outgoing.to.to_string().into()]);
    let invocation = Invocation {
        program,
        arguments,
        environment: vec![("LARCH_DELIVERY_ID".into(), outgoing.delivery_id.into())],
        dir: &means.dir,
        input: Input::Bytes(&text),
        timeout: outgoing.timeout,
        grace: GRACE,
        output_limit: OUTPUT_LIMIT,
    };
    let mut ended = program::run(&invocation, started, stop);
    if let Outcome::Failed(code) = ended.outcome
        && let Some(meaning) = final_meaning(code)
    {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        ended.outcome = Outcome::Refused(format!("{name} exited {code}, that is {meaning}"));
    }
    ended
}

/// What a code of `sysexits.h` means, where it says that this message will never be taken. The others
/// speak of the mail system, which may be mended.
fn final_meaning(code: i32) -> Option<&'static str> {
    match code {
        65 => Some("EX_DATAERR: the message is not right"),
        67 => Some("EX_NOUSER: the address does not exist"),
        68 => Some("EX_NOHOST: the address's host does not exist"),
        _ => None,
    }
}
