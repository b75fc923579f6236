//! The way that the settings choose for mail.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::maildir::Maildir;
use super::relay::Relay;
use super::sendmail::{self, find_sendmail};
use super::smtp::Smtp;
use crate::action::mail::Outgoing;
use crate::action::{Ended, Means, ProcessGroup};
use crate::config::Transport;
use crate::fsx::is_executable;

/// What is said where nothing sends.
const NO_SENDMAIL: &str = "mail is handed to the program sendmail, which is not on the PATH, in \
    /usr/sbin or in /usr/lib; any mail system brings it along, and `transport` in [mail] names \
    another way";

/// The way that the settings choose for mail.
#[derive(Debug)]
pub struct Carrier(Way);

#[derive(Debug)]
enum Way {
    Smtp(Box<Smtp>),
    Sendmail(PathBuf),
    Maildir(Maildir),
}

impl Carrier {
    /// Makes sure that what the settings name is there; else says what to do. Connects to nobody yet.
    pub fn open(means: &Means) -> Result<Self, String> {
        Ok(Self(match &means.config.mail.transport {
            Some(Transport::Smtp(server)) => {
                Way::Smtp(Box::new(Smtp::new(Relay::new(server, means)?)))
            }
            Some(Transport::Sendmail(Some(path))) if is_executable(path) => {
                Way::Sendmail(path.clone())
            }
            Some(Transport::Sendmail(Some(path))) => {
                let path = path.display();
                return Err(format!(
                    "mail is handed to {path}, as [mail] says, and that is no program"
                ));
            }
            Some(Transport::Sendmail(None)) | None => {
                let program = find_sendmail(&means.exec_path);
                Way::Sendmail(program.ok_or_else(|| NO_SENDMAIL.to_owned())?)
            }
            Some(Transport::Maildir(path)) => Way::Maildir(Maildir::open(path)?),
        }))
    }

    /// Hands over one message. The output is what the other side said.
    pub(in crate::action::mail) fn send(
        &self,
        means: &Means,
        outgoing: &Outgoing<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        match &self.0 {
            Way::Smtp(smtp) => smtp.send(outgoing, stop),
            Way::Sendmail(program) => sendmail::send(program, means, outgoing, started, stop),
            Way::Maildir(maildir) => maildir.keep(outgoing),
        }
    }
}
