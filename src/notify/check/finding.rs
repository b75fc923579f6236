//! One thing that is wrong with a notification directory.

use std::io;
use std::path::{Path, PathBuf};

use crate::action::FindError;
use crate::action::template::TemplateError;
use crate::archive::ArchiveError;
use crate::config::Problem;
use crate::name::Name;
use crate::rules::{Diagnostic, Severity};
use crate::store::StoreError;

/// Where a rule says something: the first line that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The rules file.
    pub path: PathBuf,
    /// The line's number, from 1.
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path.display(), self.line)
    }
}

/// One thing that is wrong with a notification directory.
#[derive(Debug, thiserror::Error)]
pub enum Finding {
    /// A template of mails makes no mail.
    #[error("a template of mails is not good")]
    Template {
        /// The directory of the templates.
        directory: PathBuf,
        /// What is wrong, and where.
        #[source]
        error: TemplateError,
    },
    /// The directory or a file in it cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The directory or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The directory is another user's, and only its owner polls it.
    #[error("{} belongs to user {owner}, and only its owner polls it", path.display())]
    NotOwner {
        /// The directory.
        path: PathBuf,
        /// The owner's number.
        owner: u32,
    },
    /// Lines or state could not be written.
    #[error("{} cannot be written", path.display())]
    NotWritable {
        /// The directory or file.
        path: PathBuf,
    },
    /// Others can write what decides which programs run.
    #[error("{} can be written by others (it belongs to user {owner}, mode {mode:04o})", path.display())]
    OthersWrite {
        /// The directory or file.
        path: PathBuf,
        /// Its owner's number.
        owner: u32,
        /// Its permission bits.
        mode: u32,
        /// The one who asks is root, who does not use it then.
        refused: bool,
    },
    /// Everybody can write what decides who gets mail.
    #[error("{} can be written by everybody", path.display())]
    AllWrite {
        /// The file.
        path: PathBuf,
    },
    /// The private state is open to others.
    #[error("{} is open to others (mode {mode:04o})", path.display())]
    StateOpen {
        /// The directory of the state.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The state is where neither locks nor the database are safe.
    #[error("{} is on a network file system, where the state is not safe", path.display())]
    NetworkState {
        /// The directory of the state, or the one where it will be made.
        path: PathBuf,
    },
    /// A settings file is wrong.
    #[error(transparent)]
    Settings(Problem),
    /// A line of a rules file is wrong.
    #[error("{}", .0.message)]
    Rule(Diagnostic),
    /// No file has a rule.
    #[error("{} has no rules, so nothing is watched", path.display())]
    NoRules {
        /// The directory.
        path: PathBuf,
    },
    /// A rule sends to subscribers, and there are none.
    #[error("{place}: nobody subscribed: {} has no line that can be used", path.display())]
    NoSubscribers {
        /// The first such rule.
        place: Place,
        /// The file of the subscribers.
        path: PathBuf,
    },
    /// Somebody subscribed, and no rule sends to subscribers.
    #[error("{} has subscribers, and no rule has the action mail-subscribers:", path.display())]
    UnusedSubscribers {
        /// The file of the subscribers.
        path: PathBuf,
    },
    /// A hook cannot run, or what looks like one never does.
    #[error("{what}")]
    Hook {
        /// The notification directory.
        dir: PathBuf,
        /// What is wrong.
        what: String,
        /// What it means, or the way out.
        help: Option<String>,
        /// It may be meant as it is.
        is_warning: bool,
    },
    /// A file among the templates of mails is none.
    #[error("{} is no template of larch, and no template includes it", path.display())]
    StrayTemplate {
        /// The file.
        path: PathBuf,
        /// The template that was likely meant.
        nearest: Option<&'static str>,
    },
    /// A subscriber's glob matches nothing in the archives that rules name.
    #[error("{place}: `{glob}` matches nothing in an archive that a rule names")]
    IdleSubscription {
        /// The subscriber's line.
        place: Place,
        /// The glob.
        glob: String,
    },
    /// Settings for an archive that no rule names.
    #[error("{}: the section [archive.\"{archive}\"] is for an archive that no rule names", path.display())]
    UnusedSection {
        /// The directory's settings file.
        path: PathBuf,
        /// The archive.
        archive: String,
    },
    /// A glob that no qualified name can match.
    #[error("{}: `{glob}` matches nothing in {archive}", path.display())]
    IdleGlob {
        /// The directory's settings file.
        path: PathBuf,
        /// The archive.
        archive: String,
        /// The glob.
        glob: String,
    },
    /// Lines carry what nothing above them hands down any more.
    #[error(
        "{place}: {lines} {} `{actions}`, which no rule above hands down any more",
        if *lines == 1 { "line still carries" } else { "lines still carry" }
    )]
    LeftBehind {
        /// The first such line.
        place: Place,
        /// What stands behind its subject.
        actions: String,
        /// How many lines of the file carry the same.
        lines: usize,
    },
    /// The state cannot be used.
    #[error(transparent)]
    State(StoreError),
    /// Nothing can be run for an action.
    #[error("{place}: {error}")]
    Command {
        /// The first rule that names the action.
        place: Place,
        /// Why nothing can be run.
        error: FindError,
    },
    /// An archive is not registered.
    #[error("{place}: the archive {archive} is not registered")]
    NotRegistered {
        /// The first rule that names the archive.
        place: Place,
        /// The archive.
        archive: String,
    },
    /// An archive is registered, and cannot be read.
    #[error("{place}: the archive {archive} cannot be read")]
    Unreachable {
        /// The first rule that names the archive.
        place: Place,
        /// The archive.
        archive: String,
        /// Why it cannot be read.
        #[source]
        source: ArchiveError,
    },
    /// What is below a category cannot be listed.
    #[error("{place}: {category} cannot be read")]
    Unlisted {
        /// The first rule for something below it.
        place: Place,
        /// The category.
        category: Name,
        /// Why it cannot be read.
        #[source]
        source: ArchiveError,
    },
    /// The archive does not hold what a rule watches.
    #[error("{place}: the archive has no {} {subject}", subject.level())]
    NoSubject {
        /// The first rule for the subject.
        place: Place,
        /// The subject.
        subject: Name,
    },
}

impl Finding {
    /// Whether it keeps something from working, or may be meant as it is.
    pub fn severity(&self) -> Severity {
        match self {
            Self::Rule(diagnostic) => diagnostic.severity,
            Self::NoRules { .. }
            | Self::NoSubject { .. }
            | Self::AllWrite { .. }
            | Self::NoSubscribers { .. }
            | Self::UnusedSubscribers { .. }
            | Self::StrayTemplate { .. }
            | Self::IdleSubscription { .. }
            | Self::UnusedSection { .. }
            | Self::IdleGlob { .. }
            | Self::LeftBehind { .. }
            | Self::Hook {
                is_warning: true, ..
            }
            | Self::OthersWrite { refused: false, .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// A word for programs. Kept for ever.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::NotOwner { .. } => "not-owner",
            Self::NotWritable { .. } => "not-writable",
            Self::OthersWrite { .. } => "others-write",
            Self::AllWrite { .. } => "all-write",
            Self::StateOpen { .. } => "state-open",
            Self::NetworkState { .. } => "network-state",
            Self::Settings(_) => "settings",
            Self::Template { .. } => "template",
            Self::Rule(_) => "rule",
            Self::NoRules { .. } => "no-rules",
            Self::NoSubscribers { .. } => "no-subscribers",
            Self::UnusedSubscribers { .. } => "unused-subscribers",
            Self::IdleSubscription { .. } => "idle-subscription",
            Self::UnusedSection { .. } => "unused-section",
            Self::Hook { .. } => "hook",
            Self::StrayTemplate { .. } => "stray-template",
            Self::IdleGlob { .. } => "idle-glob",
            Self::LeftBehind { .. } => "left-behind",
            Self::State(_) => "state",
            Self::Command {
                error: FindError::BadThunk { .. },
                ..
            } => "bad-thunk",
            Self::Command { .. } => "unknown-command",
            Self::NotRegistered { .. } => "not-registered",
            Self::Unreachable { .. } => "unreachable",
            Self::Unlisted { .. } => "unlisted",
            Self::NoSubject { .. } => "no-subject",
        }
    }

    /// The file or directory that it is about, and the line and column from 1 where there are any.
    pub fn place(&self) -> (&Path, Option<usize>, Option<usize>) {
        match self {
            Self::Unreadable { path, .. }
            | Self::NotOwner { path, .. }
            | Self::NotWritable { path }
            | Self::AllWrite { path }
            | Self::OthersWrite { path, .. }
            | Self::StateOpen { path, .. }
            | Self::NetworkState { path }
            | Self::NoRules { path }
            | Self::UnusedSubscribers { path }
            | Self::Hook { dir: path, .. }
            | Self::StrayTemplate { path, .. }
            | Self::UnusedSection { path, .. }
            | Self::IdleGlob { path, .. }
            | Self::Template {
                directory: path, ..
            }
            | Self::State(
                StoreError::Damaged { path, .. }
                | StoreError::Newer { path, .. }
                | StoreError::Network { path }
                | StoreError::Absent { path }
                | StoreError::File { path, .. }
                | StoreError::Database { path, .. },
            )
            | Self::Settings(Problem::Unreadable { path, .. }) => (path, None, None),
            Self::Settings(Problem::Invalid {
                path, line, column, ..
            }) => (path, Some(*line), Some(*column)),
            Self::Rule(found) => (&found.path, Some(found.line), Some(found.column())),
            Self::LeftBehind { place, .. }
            | Self::NoSubscribers { place, .. }
            | Self::IdleSubscription { place, .. }
            | Self::Command { place, .. }
            | Self::NotRegistered { place, .. }
            | Self::Unreachable { place, .. }
            | Self::Unlisted { place, .. }
            | Self::NoSubject { place, .. } => (&place.path, Some(place.line), None),
        }
    }

    /// The way out, where there is one to say.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NotOwner { path, owner } => Some(format!(
                "let user {owner} run `larch notify {0}`, or change the owner: chown -R USER {0}",
                path.display()
            )),
            Self::NotWritable { path } => Some(format!(
                "larch adds lines for what it finds: chmod u+w {}",
                path.display()
            )),
            Self::OthersWrite { path, refused, .. } => Some(format!(
                "who can write it can run programs as you: {}chmod go-w {}",
                if *refused { "chown root and " } else { "" },
                path.display()
            )),
            Self::AllWrite { path } => Some(format!(
                "who can write it gets your mail: chmod o-w {}",
                path.display()
            )),
            Self::StateOpen { path, .. } => Some(format!("chmod 700 {}", path.display())),
            Self::NetworkState { .. } => Some(
                "set `path` in the section [store] of =config.toml to a directory on a local disk"
                    .to_owned(),
            ),
            Self::Settings(Problem::Invalid { help, .. }) | Self::Hook { help, .. } => help.clone(),
            Self::Rule(diagnostic) => diagnostic.help.clone(),
            Self::StrayTemplate { nearest, .. } => {
                nearest.map(|nearest| format!("did you mean `{nearest}`?"))
            }
            Self::NoRules { path } => Some(format!(
                "write a line into {}",
                path.join("=rules.archives").display()
            )),
            Self::NoSubscribers { .. } => Some(
                "write lines into it: ADDRESS GLOB [created|revisions|all] [each|batch|digest]"
                    .to_owned(),
            ),
            Self::UnusedSubscribers { .. } => {
                Some("add a rule such as: ARCHIVE mail-subscribers: mail-subscribers: mail-subscribers: mail-subscribers:".to_owned())
            }
            Self::IdleSubscription { .. } => Some(
                "the glob begins with the archive's name: ARCHIVE/**, ARCHIVE/CATEGORY--BRANCH; `**` is everything"
                    .to_owned(),
            ),
            Self::UnusedSection { .. } => {
                Some("write the archive's name as the rules write it".to_owned())
            }
            Self::IdleGlob { archive, .. } => Some(format!(
                "globs match qualified names: {archive}/CATEGORY--BRANCH"
            )),
            Self::LeftBehind { .. } => {
                Some("if the rule above was edited, edit these lines as well".to_owned())
            }
            Self::Template {
                error: TemplateError::Bad { .. },
                ..
            } => Some("`larch mail-preview DIR NAME` shows what a template makes".to_owned()),
            Self::Unreadable { .. }
            | Self::Template { .. }
            | Self::State(_)
            | Self::Settings(Problem::Unreadable { .. })
            | Self::Unlisted { .. }
            | Self::Command { .. } => None,
            Self::NotRegistered { archive, .. } => Some(format!(
                "`larch archives` lists what is registered, and `larch register-archive {archive} LOCATION` adds to it"
            )),
            Self::Unreachable { archive, .. } => Some(format!(
                "if it has moved: larch register-archive --force {archive} LOCATION"
            )),
            Self::NoSubject { .. } => Some(
                "the rule sleeps until the archive has it; remove the line if it never will"
                    .to_owned(),
            ),
        }
    }
}
