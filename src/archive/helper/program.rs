//! The program of a helper: found, started for the first question, and asked one at a time.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::conversation::{Capabilities, Conversation};
use super::fault::{Broken, Failure, Fault};
use super::protocol::{FailedKind, PROTOCOL, Request};
use crate::archive::{Access, ArchiveError, without_password};
use crate::fsx::find_executable;
use crate::name::Name;

/// A helper's program, and how it is doing.
///
/// It runs from the first question until this is dropped, unless it does something wrong: then it is
/// ended, and every further question has the same answer.
pub(super) struct Program<'a> {
    archive: String,
    address: String,
    path: PathBuf,
    /// Its name.
    called: String,
    /// What is shown of the location.
    location: String,
    access: Access<'a>,
    state: Mutex<State<'a>>,
}

enum State<'a> {
    NotStarted,
    Running(Conversation<'a>),
    Broken(Broken),
}

impl<'a> Program<'a> {
    /// Finds the program of the helper `name`; it is not started yet.
    pub(super) fn find(
        archive: &str,
        name: &str,
        address: &str,
        access: Access<'a>,
    ) -> Result<Self, ArchiveError> {
        let called = format!("larch-archive-{name}");
        Ok(Self {
            path: find_executable(&called, access.exec_path)
                .ok_or_else(|| ArchiveError::NoHelper(called.clone()))?,
            archive: archive.to_owned(),
            address: address.to_owned(),
            called,
            location: without_password(&format!("{name}:{address}")),
            access,
            state: Mutex::new(State::NotStarted),
        })
    }

    /// What the program can do.
    pub(super) fn capabilities(&self) -> Result<Capabilities, ArchiveError> {
        self.talk(None, |conversation| Ok(conversation.capabilities()))
    }

    /// Talks to the program about `subject`; it is started if it was not yet.
    pub(super) fn talk<T>(
        &self,
        subject: Option<&Name>,
        talk: impl FnOnce(&mut Conversation<'a>) -> Result<T, Failure>,
    ) -> Result<T, ArchiveError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut conversation = match std::mem::replace(&mut *state, State::NotStarted) {
            State::Running(conversation) => conversation,
            State::NotStarted => match self.start() {
                Ok(conversation) => conversation,
                Err(broken) => return Err(self.give_up(&mut state, broken)),
            },
            State::Broken(broken) => return Err(self.give_up(&mut state, broken)),
        };
        let fault = match talk(&mut conversation) {
            Err(Failure::Fault(fault)) => fault,
            Err(Failure::Refused(failed)) if failed.kind == FailedKind::Unreachable => {
                Fault::Unreachable(failed.message)
            }
            answered => {
                *state = State::Running(conversation);
                return answered.map_err(|failure| self.refused(subject, failure));
            }
        };
        Err(self.give_up(&mut state, conversation.over(fault)))
    }

    fn start(&self) -> Result<Conversation<'a>, Broken> {
        let cache = self.access.cache.map(|cache| cache.join(&self.called));
        let hello = Request::Hello {
            protocol: [PROTOCOL],
            larch: env!("CARGO_PKG_VERSION"),
            archive: &self.archive,
            address: &self.address,
            timeout: self.access.options.timeout.as_secs(),
            cache: cache.as_deref().and_then(Path::to_str),
        };
        let limit = self.access.options.timeout;
        Conversation::start(&self.path, &hello, limit, self.access.stop)
    }

    fn give_up(&self, state: &mut State<'a>, broken: Broken) -> ArchiveError {
        let error = broken.error(&self.called, &self.location);
        *state = State::Broken(broken);
        error
    }

    fn refused(&self, subject: Option<&Name>, failure: Failure) -> ArchiveError {
        let said = match (failure, subject) {
            (Failure::Refused(failed), Some(name)) if failed.kind == FailedKind::Gone => {
                return ArchiveError::NoSuchSubject(name.clone());
            }
            (Failure::Refused(failed), _) => failed.message,
            (Failure::Fault(fault), _) => fault.to_string(),
        };
        ArchiveError::Program {
            program: self.called.clone(),
            about: self.location.clone(),
            said,
        }
    }
}
