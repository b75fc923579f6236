//! What a command failed with, for whom, and how it is printed.

use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use super::context::Context;
use super::exit::Exit;
use super::style::{self, printable};
use crate::archive::ArchiveError;
use crate::config::ConfigError;
use crate::name::NameError;
use crate::notify::PollError;
use crate::notify::operate::OperateError;
use crate::params::ParamsError;
use crate::store::{PartState, StoreError};

/// An error at the edge of the program: the exit code, the error with its causes, the ways out.
#[derive(Debug)]
pub(crate) struct CliError {
    exit: Exit,
    /// `None`: there is nothing to say.
    error: Option<Box<dyn Error + Send + Sync>>,
    hints: Vec<String>,
}

impl CliError {
    pub(crate) fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            exit,
            error: Some(error.into()),
            hints: Vec::new(),
        }
    }

    /// Ends the command with `exit` and says nothing: nobody listens, or it was said before.
    pub(crate) fn silent(exit: Exit) -> Self {
        Self {
            exit,
            error: None,
            hints: Vec::new(),
        }
    }

    /// The same exit code, and nothing said.
    pub(crate) fn silenced(self) -> Self {
        Self::silent(self.exit)
    }

    /// Adds a way out, printed as `hint: …`.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prints the error, its causes and the ways out on standard error.
    pub(crate) fn report(&self, context: &Context) -> Exit {
        if let Some(error) = &self.error {
            let text = self.text(error.as_ref(), context.color_err);
            // A closed standard error leaves nobody to tell.
            let _unheard = std::io::stderr().write_all(text.as_bytes());
        }
        self.exit
    }

    fn text(&self, error: &(dyn Error + 'static), color: bool) -> String {
        // What shows its place as a compiler does has its own headings.
        if let Some(error) = error.downcast_ref::<ConfigError>() {
            return format!("{}\n", error.render(color));
        }
        let mut text = String::new();
        let mut line = |style, heading, message: &dyn std::fmt::Display| {
            let heading = style::paint(color, style, heading);
            // Writing to a string does not fail.
            let _always = writeln!(text, "{heading} {}", printable(&message.to_string()));
        };
        line(style::ERROR, "error:", &error);
        let mut cause = error.source();
        while let Some(error) = cause {
            line(style::PLAIN, "caused by:", &error);
            cause = error.source();
        }
        for hint in &self.hints {
            line(style::HINT, "hint:", hint);
        }
        text
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::BadSettings, error)
    }
}

impl From<PollError> for CliError {
    fn from(error: PollError) -> Self {
        match error {
            PollError::Config(error) => error.into(),
            PollError::Store(error) => error.into(),
            PollError::Again(error) => (*error).into(),
            PollError::NotOwner { .. } => Self::new(Exit::NotOwner, error).hint(
                "run it as the owner, or make a notification directory of your own: larch init DIR",
            ),
            PollError::Busy { .. } => Self::new(Exit::Busy, error),
            PollError::NoDirectory { ref path, .. } => {
                let hint = if path.is_file() {
                    let parent = path.parent().filter(|dir| *dir != Path::new(""));
                    let dir = parent.unwrap_or(Path::new("."));
                    format!("name the directory that it is in: {}", dir.display())
                } else {
                    format!("make one with: larch init {}", path.display())
                };
                Self::new(Exit::Failure, error).hint(hint)
            }
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let hint = match &error {
            StoreError::Damaged { path, .. } => {
                let state = path.parent().unwrap_or(path).display().to_string();
                format!(
                    "put a backup of {state} back; or remove {state} and poll once with --baseline, which \
                     counts everything that is there now as told"
                )
            }
            StoreError::Newer { .. } => {
                "use the release of larch that wrote it, or a newer one".to_owned()
            }
            StoreError::Network { .. } => {
                "set `path` under [store] in =config.toml to a directory on a local disk".to_owned()
            }
            StoreError::Absent { path } => {
                let dir = path.parent().unwrap_or(path).display();
                return Self::new(Exit::Failure, error.to_string())
                    .hint(format!("poll first: larch notify {dir}"));
            }
            StoreError::File { .. } | StoreError::Database { .. } => {
                "nothing that was owed is lost: mend the cause (is the disk full, may you write there?) and \
                 poll again"
                    .to_owned()
            }
        };
        Self::new(Exit::StoreUnusable, error).hint(hint)
    }
}

impl From<OperateError> for CliError {
    fn from(error: OperateError) -> Self {
        // Those that name the directory are in `refused`.
        let hint = match &error {
            OperateError::ManyDeliveries { .. } => Some("give more of the id".to_owned()),
            OperateError::NotInState { state, .. } => match state {
                PartState::Running => Some("wait until its attempt has ended".to_owned()),
                PartState::Owed => Some("it was not tried yet; the next poll does".to_owned()),
                _ => None,
            },
            OperateError::OtherSubject { subject, .. } => Some(format!("name {subject} instead")),
            OperateError::Unknown {
                missing, beside, ..
            } => super::suggest::nearest_name(missing, beside)
                .map(|meant| format!("did you mean `{meant}`?")),
            _ => None,
        };
        match (error, hint) {
            (OperateError::Store(error), _) => error.into(),
            (OperateError::Name(error), _) => error.into(),
            (error, Some(hint)) => Self::new(Exit::Failure, error).hint(hint),
            (error, None) => Self::new(Exit::Failure, error),
        }
    }
}

/// For a name that was given as an argument.
impl From<NameError> for CliError {
    fn from(error: NameError) -> Self {
        Self::new(Exit::Usage, error)
    }
}

impl From<ArchiveError> for CliError {
    fn from(error: ArchiveError) -> Self {
        Self::new(Exit::Failure, error)
    }
}

impl From<ParamsError> for CliError {
    fn from(error: ParamsError) -> Self {
        let exit = match error {
            ParamsError::BadId(_)
            | ParamsError::BadName(_)
            | ParamsError::BadLocation(_)
            | ParamsError::RemoteFile(_) => Exit::Usage,
            ParamsError::DamagedId(_)
            | ParamsError::Registered { .. }
            | ParamsError::NotRegistered(_)
            | ParamsError::Read { .. }
            | ParamsError::Write { .. } => Exit::Failure,
        };
        Self::new(exit, error)
    }
}
