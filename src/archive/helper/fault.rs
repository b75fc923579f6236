//! What a helper can do wrong, and how that is said.

use std::process::ExitStatus;
use std::time::Duration;

use super::process::LONGEST_LINE;
use super::protocol::{Failed, PROTOCOL};
use crate::archive::ArchiveError;

/// Why there is no answer, or none that can be believed: nothing more is asked of the helper.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("it cannot be run: {0}")]
    NotRun(String),
    #[error("it ended before its answer to {request} did ({})", ending(*.status))]
    Ended {
        request: &'static str,
        /// `None`: it closed its standard output, and ran on.
        status: Option<ExitStatus>,
    },
    #[error("it did not answer {request} within {limit:?}")]
    TooSlow {
        request: &'static str,
        limit: Duration,
    },
    #[error("it speaks version {0} of the protocol, and this larch speaks version {PROTOCOL}")]
    Version(u32),
    #[error("it wrote a line that is none of the protocol ({problem}): {line}")]
    NoJson { problem: String, line: String },
    #[error("it wrote a line longer than {LONGEST_LINE} bytes")]
    LongLine,
    #[error("its answer to {request} is longer than {most} bytes")]
    LongAnswer { request: &'static str, most: usize },
    #[error("it answered request {answered} when it was asked request {asked}")]
    Id { asked: u64, answered: u64 },
    #[error("it answered {request} with a line that does not belong there: {line}")]
    Stray { request: &'static str, line: String },
    #[error("{0}")]
    Wrong(String),
    #[error("{0}")]
    Unreachable(String),
    #[error("reading was ended early")]
    Stopped,
}

/// Why a request brought nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The helper did something wrong.
    Fault(Fault),
    /// The helper said that it failed.
    Refused(Failed),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// A helper that is not asked any more.
#[derive(Clone, Debug)]
pub(super) struct Broken {
    pub(super) fault: Fault,
    /// The last lines that it wrote to its standard error.
    pub(super) said: String,
}

impl Broken {
    /// What every further question is answered with.
    pub(super) fn error(&self, program: &str, location: &str) -> ArchiveError {
        let said = match self.said.as_str() {
            "" => String::new(),
            said => format!("; it said: {said}"),
        };
        match &self.fault {
            Fault::Stopped => ArchiveError::Stopped(location.to_owned()),
            Fault::Unreachable(message) => ArchiveError::Host {
                host: location.to_owned(),
                said: message.clone(),
            },
            Fault::TooSlow { limit, .. } => ArchiveError::TooSlow {
                who: format!("{program} for {location}{said}"),
                limit: *limit,
            },
            fault => ArchiveError::Program {
                program: program.to_owned(),
                about: location.to_owned(),
                said: format!("{fault}{said}"),
            },
        }
    }
}

fn ending(status: Option<ExitStatus>) -> String {
    status.map_or_else(
        || "it closed its output".to_owned(),
        |status| status.to_string(),
    )
}
