//! A world of its own for one test.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::record::{self, Told};
use super::run::{Ended, Run};

/// A temporary directory with a home, a place for temporary files and a directory of actions, and
/// the environment that programs in it see. Everything goes with the value.
///
/// The action `record:THUNK` is always there: it notes what it was told ([`Sandbox::record`]), and
/// does what [`Sandbox::behave`] says.
pub(crate) struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    /// Makes an empty world. tla knows its user as `Jo Tester <jo@example.org>`.
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new().prefix("larch-it-").tempdir();
        let sandbox = Self {
            root: root.expect("a temporary directory can be made"),
        };
        for directory in ["home", "tmp", "bin", "work"] {
            fs::create_dir(sandbox.path(directory)).unwrap();
        }
        sandbox.write("home/.arch-params/=id", "Jo Tester <jo@example.org>\n");
        std::os::unix::fs::symlink(record::PROGRAM, sandbox.path("bin/larch-record")).unwrap();
        sandbox
    }

    /// A path in the sandbox; an absolute one stays as it is.
    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// Writes a file, and makes the directories above it.
    #[track_caller]
    pub(crate) fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = File::create(path).unwrap();
        file.write_all(bytes.as_ref()).unwrap();
    }

    /// Adds to the end of a file.
    #[track_caller]
    pub(crate) fn append(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let file = File::options().append(true).open(self.path(path));
        file.unwrap().write_all(bytes.as_ref()).unwrap();
    }

    /// Reads a file; the empty text where there is none.
    #[track_caller]
    pub(crate) fn read(&self, path: impl AsRef<Path>) -> String {
        match fs::read(self.path(path)) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => panic!("{error}"),
        }
    }

    /// The lines of a file that are neither blank nor a comment.
    #[track_caller]
    pub(crate) fn active_lines(&self, path: impl AsRef<Path>) -> Vec<String> {
        self.read(path)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(str::to_owned)
            .collect()
    }

    /// Sets the permission bits of a file.
    #[track_caller]
    pub(crate) fn chmod(&self, path: impl AsRef<Path>, mode: u32) {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Makes an executable, `bin/NAME`. A shell writes it: were it written here, a program that
    /// another thread starts meanwhile would inherit the open file, and the kernel refuses to run
    /// a file that is open for writing.
    #[track_caller]
    pub(crate) fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.path("bin").join(name);
        let mut shell = Command::new("/bin/sh")
            .args(["-c", r#"cat >"$1" && chmod 755 "$1""#, "sh"])
            .arg(&path)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = shell.stdin.take().unwrap();
        input.write_all(script.as_bytes()).unwrap();
        drop(input);
        assert!(shell.wait().unwrap().success());
        path
    }

    /// What the action `record` does from now on, in the language of sh, each time after it noted
    /// the attempt and before it notes the success; the empty text for nothing.
    ///
    /// The script sees the action's arguments, environment and standard input, and `$sandbox`.
    #[track_caller]
    pub(crate) fn behave(&self, script: &str) {
        self.write("tmp/behaviour", script);
        fs::rename(self.path("tmp/behaviour"), self.path("behaviour")).unwrap();
    }

    /// What `record` was told and ended well with, in the order of the ends.
    #[track_caller]
    pub(crate) fn record(&self) -> Vec<Told> {
        record::parse(&self.read("record"))
    }

    /// What `record` was told, each attempt, in the order of the starts.
    #[track_caller]
    pub(crate) fn attempts(&self) -> Vec<Told> {
        record::parse(&self.read("attempts"))
    }

    /// What `record` was told since the last call, and ended well with.
    #[track_caller]
    pub(crate) fn take_record(&self) -> Vec<Told> {
        let told = self.record();
        self.write("record", "");
        told
    }

    /// Each (thunk, name) of [`Sandbox::take_record`] as `THUNK NAME`, in order.
    #[track_caller]
    pub(crate) fn take_told(&self) -> Vec<String> {
        let told = self.take_record();
        told.iter().flat_map(Told::pairs).collect()
    }

    /// Writes the one line that follows all of an archive into the notification directory `n`:
    /// `record:category`, and so on down.
    #[track_caller]
    pub(crate) fn follow(&self, archive: &str) {
        let line = "record:category record:branch record:version record:revision";
        self.write("n/=rules.archives", format!("{archive} {line}\n"));
    }

    /// A rules file with the times of its comments taken out.
    #[track_caller]
    pub(crate) fn rules(&self, file: &str) -> String {
        let text = self.read(Path::new("n").join(file));
        text.split_inclusive('\n')
            .map(|line| {
                let added = line
                    .strip_prefix("# added ")
                    .and_then(|rest| rest.split_once(" for "));
                match added {
                    Some((_, parent)) => format!("# added TIME for {parent}"),
                    None => line.to_owned(),
                }
            })
            .collect()
    }

    /// Runs larch.
    pub(crate) fn larch<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        self.run(env!("CARGO_BIN_EXE_larch"), arguments)
    }

    /// Runs `larch notify n`, one poll of the notification directory `n`.
    pub(crate) fn poll(&self) -> Run {
        self.larch(["notify", "n"])
    }

    /// Runs tla, which must succeed.
    #[track_caller]
    pub(crate) fn tla<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Ended {
        self.run("tla", arguments).any_stdout().any_stderr().ok()
    }

    /// Runs any program in the sandbox's environment.
    pub(crate) fn run<S: AsRef<OsStr>>(
        &self,
        program: impl AsRef<OsStr>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Run {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.root.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("LARCH_EXEC_PATH", self.path("bin"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        Run::new(command)
    }
}
