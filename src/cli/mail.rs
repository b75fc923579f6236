//! `larch mail-new-revisions` and so on: the built-in mail actions, as the poll runs them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{MemfdFlags, memfd_create};

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use crate::action::mail::{self, Letter, News};

#[derive(Debug, thiserror::Error)]
enum MailError {
    #[error("cannot read what is new from standard input")]
    Read(#[source] serde_json::Error),
    #[error("cannot keep the message")]
    Keep(#[source] io::Error),
    #[error("cannot run {}", sendmail.display())]
    Start {
        sendmail: PathBuf,
        #[source]
        source: io::Error,
    },
}

/// Sends what standard input tells, one line of JSON for each item, to the addresses that the first
/// of `arguments` names. The process becomes `sendmail`, whose exit code is the answer.
pub(super) fn run(
    context: &Context,
    sendmail: &Path,
    arguments: &[OsString],
) -> Result<Exit, CliError> {
    let failed = |error| CliError::new(Exit::Failure, error);
    let thunk = arguments.first().and_then(|word| word.to_str());
    let to = mail::addresses(thunk.unwrap_or_default())
        .map_err(|error| CliError::new(Exit::Usage, error))?;
    let news: Vec<News> = serde_json::Deserializer::from_reader(io::stdin().lock())
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| failed(MailError::Read(error)))?;
    let host = rustix::system::uname();
    let delivery = variable("LARCH_DELIVERY_ID");
    let letter = Letter {
        to: &to,
        user: &user(),
        host: &host.nodename().to_string_lossy(),
        delivery: delivery.as_deref(),
        now: context.clock.now(),
        news: &news,
    };
    let message = letter
        .message()
        .map_err(|error| CliError::new(Exit::Failure, error))?;
    let message = file(&message).map_err(|error| failed(MailError::Keep(error)))?;
    let source = Command::new(sendmail)
        .args(mail::sendmail_arguments(&to))
        .stdin(message)
        .exec();
    Err(failed(MailError::Start {
        sendmail: sendmail.to_owned(),
        source,
    }))
}

/// A file in memory, at its beginning: a full disk is for sendmail to speak of.
fn file(bytes: &[u8]) -> io::Result<File> {
    let mut file = File::from(memfd_create("message", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// The name of the user who runs us.
fn user() -> String {
    variable("LOGNAME")
        .or_else(|| variable("USER"))
        .or_else(|| name_of(rustix::process::getuid().as_raw()))
        .unwrap_or_else(|| "larch".to_owned())
}

/// The name of a user in the file that has the local ones.
fn name_of(uid: u32) -> Option<String> {
    let uid = uid.to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    })
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
