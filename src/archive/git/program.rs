//! Runs git in one repository, so that it reads that repository and nothing else.
//!
//! It never asks, takes no locks that it can do without, starts nothing that a repository's own
//! settings name, and reaches other machines only where it is told that it may. Which repositories
//! may be read at all is git's to decide (`safe.directory`): it is given a directory to begin in and
//! never a repository, since that would bypass the rule.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::GIT_LOCAL_VARIABLES;
use crate::archive::resident::Resident;
use crate::archive::tool::Tool;
use crate::archive::{Access, ArchiveError};

/// The transports that may be used: those that `git:URL` takes, and no helper such as `ext::`.
const PROTOCOLS: &str = "https:http:ssh:git:file";

/// Settings that stand above those of the repository and of the user.
const SETTINGS: [&str; 6] = [
    "log.showSignature=false",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.graftFileDeprecated=false",
];

/// Runs git in one directory.
#[derive(Clone)]
pub(super) struct Git<'a> {
    access: Access<'a>,
    dir: PathBuf,
    settings: Vec<String>,
    network: bool,
}

impl<'a> Git<'a> {
    /// For the repository in `dir`: a bare one, a `.git` directory, or the top of a work tree.
    pub(super) fn new(access: &Access<'a>, dir: &Path) -> Self {
        Self {
            access: access.clone(),
            dir: dir.to_owned(),
            settings: Vec::new(),
            network: false,
        }
    }

    /// Lets it use the network; otherwise even a partial clone is only read as far as it goes.
    pub(super) fn allow_network(mut self) -> Self {
        self.network = true;
        self
    }

    /// Adds a setting, as `KEY=VALUE`, that stands above all others.
    pub(super) fn setting(mut self, setting: impl Into<String>) -> Self {
        self.settings.push(setting.into());
        self
    }

    /// The directory that it runs in.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Runs `git ARGS` with `input` on its standard input, and hands what it prints to `take`, in
    /// pieces. An exit code other than 0 is an error.
    pub(super) fn run(
        &self,
        args: &[&str],
        input: &[u8],
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<(), ArchiveError> {
        self.run_and_listen(args, input, take).map(drop)
    }

    /// As [`Git::run`]; returns the end of what git said to its standard error while all went well.
    pub(super) fn run_and_listen(
        &self,
        args: &[&str],
        input: &[u8],
        take: &mut dyn FnMut(&[u8]),
    ) -> Result<String, ArchiveError> {
        let (name, about) = (called(args), self.about());
        let tool = Tool {
            command: self.command(args).map_err(|said| self.failed(args, said))?,
            name: &name,
            about: &about,
            limit: self.access.options.timeout,
            stop: self.access.stop,
        };
        let ended = tool.run(input, take)?;
        if ended.status.success() {
            return Ok(ended.said);
        }
        Err(self.ended(args, &ended.said, &ended.status.to_string()))
    }

    /// Starts `git ARGS` to be asked again and again.
    pub(super) fn stay(&self, args: &[&str]) -> Result<Resident, ArchiveError> {
        let command = self.command(args).map_err(|said| self.failed(args, said))?;
        Resident::start(command, called(args), self.about())
    }

    /// The error that `git ARGS` ended, for what it `said`, or else `how` it ended.
    pub(super) fn ended(&self, args: &[&str], said: &str, how: &str) -> ArchiveError {
        self.failed(args, explain(said).unwrap_or_else(|| how.to_owned()))
    }

    fn failed(&self, args: &[&str], said: String) -> ArchiveError {
        ArchiveError::Program {
            program: called(args),
            about: self.about(),
            said,
        }
    }

    fn about(&self) -> String {
        self.dir.display().to_string()
    }

    /// How it is to be read, and when that is to end.
    pub(super) fn access(&self) -> &Access<'a> {
        &self.access
    }

    /// What `git ARGS` prints, given `input`.
    pub(super) fn output(&self, args: &[&str], input: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        let mut output = Vec::new();
        self.run(args, input, &mut |piece| output.extend_from_slice(piece))?;
        Ok(output)
    }

    fn command(&self, args: &[&str]) -> Result<Command, String> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.dir);
        for setting in SETTINGS
            .into_iter()
            .chain(self.settings.iter().map(String::as_str))
        {
            command.args(["-c", setting]);
        }
        command.args(args);
        for name in GIT_LOCAL_VARIABLES {
            command.env_remove(name);
        }
        command
            .env("LC_ALL", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_CEILING_DIRECTORIES", self.ceiling()?)
            .env(
                "GIT_ALLOW_PROTOCOL",
                if self.network { PROTOCOLS } else { "" },
            );
        if self.network {
            // Set but empty: no other program is run to ask, whatever else is set.
            command
                .env("GIT_ASKPASS", "")
                .env("SSH_ASKPASS_REQUIRE", "never");
        } else {
            command.env("GIT_NO_LAZY_FETCH", "1");
        }
        Ok(command)
    }

    /// The directory at which git must stop looking for a repository: what is none must not be taken
    /// for a part of one above it.
    fn ceiling(&self) -> Result<PathBuf, String> {
        let real = std::fs::canonicalize(&self.dir).map_err(|error| error.to_string())?;
        let above = real.parent().unwrap_or(&real).to_owned();
        if above.as_os_str().as_encoded_bytes().contains(&b':') {
            return Err(format!(
                "git can be kept from looking above a repository only where no `:` is in the path, as it is in {}",
                above.display()
            ));
        }
        Ok(above)
    }
}

/// What errors call a run of git.
fn called(args: &[&str]) -> String {
    format!("git {}", args.first().copied().unwrap_or_default())
}

/// What git said when it failed, if anything; what must be known about its rule of ownership is added.
fn explain(said: &str) -> Option<String> {
    if let Some((_, advice)) = said.split_once("dubious ownership") {
        let way_out = advice
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("git config"))
            .unwrap_or("git config --global --add safe.directory PATH");
        return Some(format!(
            "another user owns it, and git reads such a repository only where `safe.directory` permits that; \
             poll as its owner, or, if you trust its owner, run `{way_out}`"
        ));
    }
    (!said.is_empty()).then(|| said.replace('\n', "; "))
}
