//! Git repositories, and real servers that serve them on this machine.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Run, Running, Sandbox};

const HTTP_SERVER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/it/support/git-http-server"
);

/// A work tree `work/NAME` that pushes to the bare repository `served/NAME.git`.
pub(crate) struct Repo<'s> {
    sandbox: &'s Sandbox,
    name: String,
}

/// A server that ends with the value.
pub(crate) struct Server {
    running: Option<Running>,
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    control: PathBuf,
}

impl<'s> Repo<'s> {
    /// Makes both, with one commit on `main`.
    #[track_caller]
    pub(crate) fn new(sandbox: &'s Sandbox, name: &str) -> Self {
        let repo = Self {
            sandbox,
            name: name.to_owned(),
        };
        sandbox.write(
            "home/.gitconfig",
            "[user]\nname = Jo\nemail = jo@example.org\n[init]\ndefaultBranch = main\n",
        );
        let bare = format!("served/{name}.git");
        let work = format!("work/{name}");
        sandbox.run("git", ["init", "-q", "--bare", &bare]).ok();
        sandbox.run("git", ["init", "-q", &work]).ok();
        let url = sandbox.path(&bare);
        repo.git(["remote", "add", "origin", url.to_str().unwrap()]);
        repo.commit("first");
        repo.push();
        repo
    }

    /// Runs git in the work tree, which must succeed, and returns what it prints.
    #[track_caller]
    pub(crate) fn git<const N: usize>(&self, arguments: [&str; N]) -> String {
        let ended = self
            .sandbox
            .run("git", arguments)
            .cwd(self.sandbox.path("work").join(&self.name))
            .any_stdout()
            .any_stderr()
            .ok();
        ended.stdout.trim().to_owned()
    }

    /// Commits something, and returns its id.
    #[track_caller]
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    /// Makes the served repository like the work tree: all branches and tags, forced.
    #[track_caller]
    pub(crate) fn push(&self) {
        let refs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        self.git(["push", "-q", "--prune", "origin", refs[0], refs[1]]);
    }
}

impl Server {
    /// Serves `served` over HTTP.
    #[track_caller]
    pub(crate) fn http(sandbox: &Sandbox) -> Self {
        let directory = tempfile::Builder::new().tempdir_in(sandbox.path("tmp"));
        let directory = directory.unwrap().keep();
        let (control, port_file) = (directory.join("control"), directory.join("port"));
        let served = sandbox.path("served");
        let arguments: [&Path; 3] = [&served, &port_file, &control];
        let running = sandbox.run(HTTP_SERVER, arguments).any_stderr().spawn();
        wait_for("the server's port", || port_file.exists());
        let port = std::fs::read_to_string(&port_file).unwrap();
        Self {
            running: Some(running),
            host: format!("127.0.0.1:{port}"),
            control,
        }
    }

    /// Serves `served` by git's own protocol.
    #[track_caller]
    pub(crate) fn daemon(sandbox: &Sandbox) -> Self {
        let port = free_port();
        Self::daemon_at(sandbox, port)
    }

    /// The same, at a port.
    #[track_caller]
    pub(crate) fn daemon_at(sandbox: &Sandbox, port: u16) -> Self {
        let served = sandbox.path("served");
        let arguments = [
            "daemon".to_owned(),
            "--export-all".to_owned(),
            "--reuseaddr".to_owned(),
            "--listen=127.0.0.1".to_owned(),
            format!("--port={port}"),
            format!("--base-path={}", served.display()),
        ];
        let running = sandbox.run("git", arguments).any_stderr().spawn();
        wait_for("the daemon", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            running: Some(running),
            host: format!("127.0.0.1:{port}"),
            control: PathBuf::new(),
        }
    }

    /// How an HTTP server answers from now on; see the server itself.
    pub(crate) fn behave(&self, words: &str) {
        let new = self.control.with_extension("new");
        #[expect(clippy::disallowed_methods, reason = "it is renamed into place")]
        std::fs::write(&new, words).unwrap();
        std::fs::rename(new, &self.control).unwrap();
    }

    /// The requests that came to an HTTP server: their paths, each with how many ran at once.
    pub(crate) fn requests(&self) -> Vec<(String, usize)> {
        let log = std::fs::read_to_string(self.control.with_extension("log")).unwrap_or_default();
        log.lines()
            .map(|line| {
                let (path, running) = line.rsplit_once(' ').unwrap();
                (path.to_owned(), running.parse().unwrap())
            })
            .collect()
    }

    /// How many requests were left without an answer.
    pub(crate) fn stalled(&self) -> usize {
        let requests = self.requests();
        requests
            .iter()
            .filter(|(path, _)| path.ends_with(" stalled"))
            .count()
    }

    /// Ends it, with all that it started.
    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Registers an archive without looking at it.
#[track_caller]
pub(crate) fn register(sandbox: &Sandbox, name: &str, location: &str) {
    let file = format!("home/.arch-params/=locations/{name}");
    sandbox.write(file, format!("{location}\n"));
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

#[track_caller]
pub(crate) fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_there() {
        assert!(begun.elapsed() < Duration::from_mins(1), "no {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A git before the real one, which counts how often each of its commands is run.
pub(crate) struct CountedGit {
    path: String,
    log: PathBuf,
}

impl CountedGit {
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        let path = std::env::var("PATH").unwrap();
        let real = std::env::split_paths(&path)
            .map(|directory| directory.join("git"))
            .find(|program| program.exists())
            .unwrap();
        let log = sandbox.path("tmp/git.log");
        let script = format!(
            "#!/bin/sh\necho \"$*\" >>'{}'\nexec '{}' \"$@\"\n",
            log.display(),
            real.display()
        );
        std::fs::create_dir(sandbox.path("bin/counted")).unwrap();
        let program = sandbox.program("counted/git", &script);
        let directory = program.parent().unwrap().display();
        Self {
            path: format!("{directory}:{path}"),
            log,
        }
    }

    /// Has a run see it.
    pub(crate) fn watch(&self, run: Run) -> Run {
        run.env("PATH", &self.path)
    }

    /// How often `command` (any, if it is empty) was run since the last [`CountedGit::take`].
    pub(crate) fn count(&self, command: &str) -> usize {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let is_it = |line: &&str| command.is_empty() || line.split(' ').any(|word| word == command);
        log.lines().filter(is_it).count()
    }

    /// The same, and from now on counts anew.
    pub(crate) fn take(&self, command: &str) -> usize {
        let count = self.count(command);
        std::fs::remove_file(&self.log).ok();
        count
    }
}
