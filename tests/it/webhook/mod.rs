//! Webhooks, against a real server that fails in every way, and checks signatures by itself.

mod answers;
mod faults;
mod posts;

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::actions::{MAIN, Watched};
use crate::support::{Sandbox, certificate};

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/webhook/server");

/// What signs requests.
const SECRET: &str = "correct horse";

/// A server that takes webhooks, and ends with the value.
pub(crate) struct Hooks {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) host: String,
    log: PathBuf,
    behaviour: PathBuf,
}

impl Hooks {
    #[track_caller]
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self::start(sandbox, None)
    }

    /// One by HTTPS, with a certificate of `tls/authority.pem`, which nobody knows.
    #[track_caller]
    fn secure(sandbox: &Sandbox) -> Self {
        Self::start(sandbox, Some(certificate(sandbox)))
    }

    #[track_caller]
    fn start(sandbox: &Sandbox, certificate: Option<PathBuf>) -> Self {
        let (log, behaviour) = (sandbox.path("hooks.log"), sandbox.path("hooks.py"));
        let mut child = Command::new(SERVER)
            .args([&log, &behaviour])
            .arg(SECRET)
            .args(certificate)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut port)
            .unwrap();
        Self {
            child,
            host: format!("127.0.0.1:{}", port.trim()),
            log,
            behaviour,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// What it does from now on with each POST that it has noted, in the language of Python.
    #[track_caller]
    pub(crate) fn behave(&self, sandbox: &Sandbox, script: &str) {
        sandbox.write(&self.behaviour, script);
    }

    /// What was posted since the last call.
    #[track_caller]
    pub(crate) fn take(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        fs::remove_file(&self.log).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Drop for Hooks {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A revision that is owed to `webhook:ci`, which posts to `path` of a server, with more settings.
#[track_caller]
fn watched<'s>(sandbox: &'s Sandbox, hooks: &Hooks, path: &str, settings: &str) -> Watched<'s> {
    let watched = Watched::new(sandbox, "webhook:ci");
    let url = hooks.url(path);
    sandbox.write(
        "n/=config.toml",
        format!("[webhook.ci]\nurl = \"{url}\"\n{settings}"),
    );
    sandbox.chmod("n/=config.toml", 0o600);
    watched
}

/// A revision that is owed to a webhook for each of these behaviours, `webhook:c0` and so on, each with
/// more settings. The paths hold secrets.
#[track_caller]
fn behaving<'s>(
    sandbox: &'s Sandbox,
    hooks: &Hooks,
    behaviours: &[&str],
    settings: &str,
) -> Watched<'s> {
    let watched = Watched::new(sandbox, "noop:");
    let (mut sections, mut rules) = ("[delivery]\njobs = 16\n".to_owned(), String::new());
    for number in 0..behaviours.len() {
        let url = hooks.url(&format!("/{number}/T0KEN?key=k3y"));
        write!(sections, "[webhook.c{number}]\nurl = \"{url}\"\n{settings}").unwrap();
        writeln!(rules, "{MAIN} webhook:c{number}").unwrap();
    }
    sandbox.write("n/=config.toml", sections);
    sandbox.chmod("n/=config.toml", 0o600);
    sandbox.write("n/=rules.versions", rules);
    let behaviours = serde_json::to_string(behaviours).unwrap();
    hooks.behave(
        sandbox,
        &format!("exec({behaviours}[int(path.split('/')[1])])"),
    );
    watched
}

/// What a poll reports of each webhook of [`behaving`], with `HOST` for the server; no secret, nor what
/// acts on a terminal.
#[track_caller]
fn reported(sandbox: &Sandbox, hooks: &Hooks, count: usize) -> Vec<String> {
    let stderr = sandbox.poll().any_stderr().code(1).stderr;
    for unfit in ["T0KEN", "k3y", "\u{1b}"] {
        assert!(!stderr.contains(unfit), "{stderr}");
    }
    let stderr = stderr.replace(&hooks.host, "HOST");
    let of = |number: usize| {
        let mut blocks = stderr.split("error: ");
        let block = blocks.find(|block| block.contains(&format!("webhook:c{number} ")));
        block.unwrap_or_default().to_owned()
    };
    (0..count).map(of).collect()
}

/// The JSON that was posted.
#[track_caller]
fn body(post: &Value) -> Value {
    serde_json::from_str(post["body"].as_str().unwrap()).unwrap()
}
