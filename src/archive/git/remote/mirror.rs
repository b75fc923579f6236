//! A copy of a repository elsewhere, from which everything but its refs' names is read.
//!
//! It can be made again at any time, and is, where it turns out to be damaged: a new one is made
//! beside it and takes its place when it is whole, so that a full disk or a kill never costs the old
//! one. One process at a time changes it.

use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::super::program::Git;
use super::leftovers;
use super::url::Url;
use super::{Said, advertised, failure};
use crate::archive::{Access, ArchiveError};
use crate::name;

/// How often the lock that another process holds is tried.
const PATIENCE: Duration = Duration::from_millis(20);

/// After so many fetches objects are packed together, and old ones that nothing reaches removed.
const PACKS: usize = 50;

/// More refs than these are put in one file, once they were fetched for the first time.
const LOOSE_REFS: usize = 50;

/// Settings of the copy that stand above the user's.
const SETTINGS: [&str; 3] = [
    // Each fetch is one pack, so that their number says when to tidy up.
    "fetch.unpackLimit=1",
    // A ref that a power cut took is fetched again.
    "core.fsync=-reference",
    "safe.bareRepository=all",
];

/// Settings for reaching out: nothing is ever asked of anybody, and what stands still is given up.
const ONLINE: [&str; 3] = [
    "credential.interactive=false",
    "http.lowSpeedLimit=1",
    "http.lowSpeedTime=60",
];

const SSH_COMMAND: &str = "core.sshCommand=ssh -oBatchMode=yes -oConnectTimeout=15";

/// A copy of a repository elsewhere.
pub(super) struct Mirror<'a> {
    access: Access<'a>,
    dir: PathBuf,
    /// What the names of its files begin with.
    file_name: String,
    /// Where copies are; gone with the value where nothing is to be kept.
    parent: PathBuf,
    _temporary: Option<TempDir>,
}

impl<'a> Mirror<'a> {
    /// The copy for an archive, which need not exist yet.
    pub(super) fn new(access: &Access<'a>, archive: &str) -> Result<Self, ArchiveError> {
        let temporary = match access.cache {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(cannot_keep(&std::env::temp_dir()))?),
        };
        let parent = match (access.cache, &temporary) {
            (Some(cache), _) => cache.join("git"),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => PathBuf::new(),
        };
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&parent)
            .map_err(cannot_keep(&parent))?;
        let file_name = name::encode(archive.as_bytes());
        Ok(Self {
            access: access.clone(),
            dir: parent.join(format!("{file_name}.git")),
            file_name,
            parent,
            _temporary: temporary,
        })
    }

    /// Git in it, without a network.
    pub(super) fn git(&self) -> Git<'a> {
        self.local(&self.dir)
    }

    /// Whether there is one.
    pub(super) fn exists(&self) -> bool {
        self.dir.join("HEAD").exists()
    }

    /// What the repository at `url` says of itself.
    pub(super) fn ask(&self, url: &Url) -> Result<Said, ArchiveError> {
        let args = ["ls-remote", "--symref", "--", url.whole()];
        let text = self.network(&self.parent, url).output(&args, b"");
        let text = text.map_err(|error| failure::judge(error, url))?;
        let (refs, head) = advertised::parse(&text);
        Ok(Said { refs, head })
    }

    /// Brings it up to date with the repository at `url`, which says of itself what it `said`.
    pub(super) fn refresh(&self, url: &Url, said: &Said) -> Result<(), ArchiveError> {
        let _lock = self.lock()?;
        if !self.exists() {
            return self.make(url, said);
        }
        leftovers::remove_objects(&self.dir);
        let mut fetched = self.fetch(&self.dir, url);
        if fetched.as_ref().is_err_and(failure::may_be_ours) {
            leftovers::remove_locks(&self.dir);
            fetched = self.fetch(&self.dir, url);
        }
        if let Err(error) = fetched {
            if !failure::may_be_ours(&error) || self.make(url, said).is_err() {
                return Err(error);
            }
            return Ok(());
        }
        self.set_head(&self.dir, said)?;
        self.tidy();
        Ok(())
    }

    /// Makes it anew after `error`, since it may be damaged. It is not, where the same was said before:
    /// then nothing is done.
    pub(super) fn replace(&self, url: &Url, said: &Said, error: &ArchiveError) -> bool {
        let note = self.dir.join("larch-replaced");
        let why = error.to_string();
        let is_same = std::fs::read(&note).is_ok_and(|before| before == why.as_bytes());
        let Ok(_lock) = self.lock() else { return false };
        if is_same || self.make(url, said).is_err() {
            return false;
        }
        // Without the note it is made anew once more than it need be.
        drop(crate::fsx::write_private(&note, why.as_bytes()));
        true
    }

    /// Makes it anew, beside the old one.
    fn make(&self, url: &Url, said: &Said) -> Result<(), ArchiveError> {
        let prefix = format!(",,{}.", self.file_name);
        leftovers::remove_directories(&self.parent, &prefix);
        let work = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(&self.parent)
            .map_err(cannot_keep(&self.parent))?;
        let (new, old) = (work.path().join("new"), work.path().join("old"));
        std::fs::create_dir(&new).map_err(cannot_keep(&new))?;
        let format = if advertised::is_sha256(&said.refs) {
            "--object-format=sha256"
        } else {
            "--object-format=sha1"
        };
        let init = ["init", "--quiet", "--bare", "--template=", format];
        self.local(&new).output(&init, b"")?;
        self.fetch(&new, url)?;
        self.set_head(&new, said)?;
        if said.refs.iter().count() > LOOSE_REFS {
            self.local(&new).output(&["pack-refs", "--all"], b"")?;
        }
        match std::fs::rename(&self.dir, old) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => std::fs::rename(new, &self.dir),
        }
        .map_err(cannot_keep(&self.dir))
    }

    fn fetch(&self, dir: &Path, url: &Url) -> Result<(), ArchiveError> {
        let args = [
            "fetch",
            "--quiet",
            "--prune",
            "--no-tags",
            "--update-shallow",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
            "--no-show-forced-updates",
            "--",
            url.whole(),
            "+refs/*:refs/*",
        ];
        let fetched = self.network(dir, url).output(&args, b"");
        fetched
            .map(drop)
            .map_err(|error| failure::judge(error, url))
    }

    /// Has HEAD name the branch that it names there.
    fn set_head(&self, dir: &Path, said: &Said) -> Result<(), ArchiveError> {
        let Some(head) = said.head.as_deref() else {
            return Ok(());
        };
        let is_set = std::fs::read(dir.join("HEAD"))
            .is_ok_and(|text| text.trim_ascii().strip_prefix(b"ref: ") == Some(head));
        // A name that is not UTF-8 cannot be handed over; it is not the first branch then.
        let Some(head) = std::str::from_utf8(head).ok().filter(|_| !is_set) else {
            return Ok(());
        };
        let set = ["symbolic-ref", "HEAD", head];
        self.local(dir).output(&set, b"").map(drop)
    }

    /// Packs what many fetches brought, now and then.
    fn tidy(&self) {
        let packs = leftovers::count_packs(&self.dir);
        if packs > 0 && packs.is_multiple_of(PACKS) {
            // What cannot be tidied is whole all the same.
            drop(self.local(&self.dir).output(&["gc", "--quiet"], b""));
        }
    }

    fn local(&self, dir: &Path) -> Git<'a> {
        let git = Git::new(&self.access, dir);
        SETTINGS.into_iter().fold(git, Git::setting)
    }

    /// Git that may connect to `url`.
    pub(super) fn network(&self, dir: &Path, url: &Url) -> Git<'a> {
        let git = ONLINE.into_iter().fold(self.local(dir), Git::setting);
        if url.is_ssh() && !self.has_ssh_command() {
            // The user's GIT_SSH_COMMAND stands above this.
            git.setting(SSH_COMMAND).allow_network()
        } else {
            git.allow_network()
        }
    }

    /// Whether the user told git how to run ssh.
    fn has_ssh_command(&self) -> bool {
        let asked = ["config", "--get", "core.sshCommand"];
        let git = Git::new(&self.access, &self.parent);
        git.output(&asked, b"").is_ok()
    }

    /// Waits until no other process changes the copy.
    fn lock(&self) -> Result<File, ArchiveError> {
        let path = self.parent.join(format!("{}.lock", self.file_name));
        let file = File::create(&path).map_err(cannot_keep(&path))?;
        let begun = Instant::now();
        let limit = self.access.options.timeout;
        loop {
            match fs2::FileExt::try_lock_exclusive(&file) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(cannot_keep(&path)(error)),
                Ok(()) => return Ok(file),
            }
            if self.access.stop.load(Ordering::Relaxed) {
                return Err(ArchiveError::Stopped(path.display().to_string()));
            }
            if begun.elapsed() > limit {
                return Err(ArchiveError::Program {
                    program: "git fetch".to_owned(),
                    about: path.display().to_string(),
                    said: format!("another process fetched for {limit:?}"),
                });
            }
            std::thread::sleep(PATIENCE);
        }
    }
}

fn cannot_keep(path: &Path) -> impl FnOnce(io::Error) -> ArchiveError {
    let path = path.to_owned();
    |source| ArchiveError::Keep { path, source }
}
