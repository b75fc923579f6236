//! Web servers, on the loopback, that end with the test.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::sandbox::Sandbox;
use super::tls::certificate;

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/web-server");

/// A program that serves a directory of the sandbox.
pub(crate) struct Web {
    child: Child,
    port: u16,
    log: PathBuf,
}

/// One request that a server answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    /// How many requests were under way when it came, itself among them.
    pub(crate) active: usize,
    /// The port that it came from: the same one, if it is the same connection.
    pub(crate) port: u16,
}

impl Web {
    /// Serves a directory by Python's server.
    #[track_caller]
    pub(crate) fn new(sandbox: &Sandbox, directory: &str) -> Self {
        Self::start(sandbox, directory, 0, Duration::ZERO, None)
    }

    /// The same, with a delay before each answer.
    #[track_caller]
    pub(crate) fn slow(sandbox: &Sandbox, directory: &str, delay: Duration) -> Self {
        Self::start(sandbox, directory, 0, delay, None)
    }

    /// The same over HTTPS, with a certificate of `tls/authority.pem`, which nobody knows.
    #[track_caller]
    pub(crate) fn secure(sandbox: &Sandbox, directory: &str) -> Self {
        let certificate = certificate(sandbox);
        Self::start(sandbox, directory, 0, Duration::ZERO, Some(&certificate))
    }

    #[track_caller]
    fn start(
        sandbox: &Sandbox,
        directory: &str,
        port: u16,
        delay: Duration,
        certificate: Option<&Path>,
    ) -> Self {
        let log = sandbox.path("web.log");
        let mut child = Command::new("python3")
            .arg(SERVER)
            .arg(sandbox.path(directory))
            .arg(&log)
            .arg(port.to_string())
            .arg(delay.as_secs_f64().to_string())
            .args(certificate)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().expect("the server tells its port");
        Self { child, port, log }
    }

    /// Serves a directory by Apache, the server that most archives were published with.
    #[track_caller]
    pub(crate) fn apache(sandbox: &Sandbox, directory: &str) -> Self {
        // It does not serve as root, so that its user must get at the files.
        sandbox.chmod("", 0o755);
        let log = sandbox.path("apache.log");
        for _ in 0..10 {
            let port = free_port();
            let configuration = format!(
                "ServerRoot \"{root}\"\nServerName localhost\nListen 127.0.0.1:{port}\n\
                 PidFile \"{root}/apache.pid\"\nErrorLog \"{root}/apache.error\"\n\
                 Mutex posixsem\nScoreBoardFile \"{root}/apache.board\"\n\
                 LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\n\
                 LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n\
                 User www-data\nGroup www-data\n\
                 LogFormat \"%m %U %>s 1 %{{remote}}p\" short\nCustomLog \"{log}\" short\n\
                 DocumentRoot \"{directory}\"\n",
                root = sandbox.path("").display(),
                log = log.display(),
                directory = sandbox.path(directory).display(),
            );
            sandbox.write("apache.conf", configuration);
            let mut child = Command::new("apache2")
                .args(["-D", "FOREGROUND", "-f"])
                .arg(sandbox.path("apache.conf"))
                .env(
                    "PATH",
                    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                )
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let until = Instant::now() + Duration::from_secs(20);
            while child.try_wait().unwrap().is_none() && Instant::now() < until {
                if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                    return Self { child, port, log };
                }
                thread::sleep(Duration::from_millis(10));
            }
            // Somebody else took the port, or it does not start at all.
            child.kill().ok();
            child.wait().unwrap();
        }
        panic!("{}", sandbox.read("apache.error"));
    }

    /// The URL of something below the served directory.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// What it answered so far.
    #[track_caller]
    pub(crate) fn requests(&self) -> Vec<Request> {
        let text = fs::read_to_string(&self.log).unwrap_or_default();
        let request = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            Request {
                method: words[0].to_owned(),
                path: words[1].to_owned(),
                status: words[2].parse().unwrap(),
                active: words[3].parse().unwrap(),
                port: words[4].parse().unwrap(),
            }
        };
        text.lines().map(request).collect()
    }

    /// What it answered so far, once it has noted that it answered a last request of ours: some
    /// servers do so when the answer is gone.
    #[track_caller]
    pub(crate) fn settled_requests(&self) -> Vec<Request> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .write_all(b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        std::io::copy(&mut stream, &mut std::io::sink()).unwrap();
        loop {
            let mut requests = self.requests();
            if let Some(last) = requests.iter().position(|each| each.path == "/last") {
                requests.remove(last);
                return requests;
            }
            thread::yield_now();
        }
    }

    /// What it answered since the last call.
    #[track_caller]
    pub(crate) fn take_requests(&self) -> Vec<Request> {
        let requests = self.requests();
        fs::File::options()
            .write(true)
            .truncate(true)
            .open(&self.log)
            .unwrap();
        requests
    }

    /// Ends the server; nothing answers at its port until [`Web::restart`].
    pub(crate) fn stop(&mut self) {
        // It may have been stopped before.
        self.child.kill().ok();
        self.child.wait().unwrap();
    }

    /// Serves a directory at the same port.
    #[track_caller]
    pub(crate) fn restart(&mut self, sandbox: &Sandbox, directory: &str) {
        self.stop();
        *self = Self::start(sandbox, directory, self.port, Duration::ZERO, None);
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        // Apache's children end with it only if it is asked.
        let id = i32::try_from(self.child.id()).ok();
        if let Some(id) = id.and_then(rustix::process::Pid::from_raw)
            && self.child.try_wait().is_ok_and(|ended| ended.is_none())
        {
            rustix::process::kill_process(id, rustix::process::Signal::TERM).ok();
        }
        self.child.wait().ok();
    }
}

/// A server that answers each request as `answer` says: with the bytes for the path; without an
/// answer, by saying nothing and holding the connection. Returns its address.
pub(crate) fn serve(answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> String {
    serve_asked(move |head| answer(head.split(' ').nth(1).unwrap_or_default()))
}

/// As [`serve`], with an answer for the whole head of the request.
pub(crate) fn serve_asked(
    answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = Arc::new(answer);
    // It ends with the process of the tests.
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(mut stream), answer) = (stream, answer.clone()) else {
                break;
            };
            thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if !reader.read_line(&mut head).is_ok_and(|length| length > 0) {
                        return;
                    }
                }
                match answer(&head) {
                    // Who asked may have gone.
                    Some(bytes) => stream.write_all(&bytes).unwrap_or_default(),
                    None => drop(stream.read(&mut [0])),
                }
            });
        }
    });
    address
}

/// An answer that is all right.
pub(crate) fn whole(text: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
    .into_bytes()
}

/// An answer of a status alone, with more headers.
pub(crate) fn status(status: &str, headers: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n{headers}\r\n")
        .into_bytes()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Gives the files that tell what an archive holds a time that is `seconds` in the past: servers
/// tell whole seconds, so that what is new is not trusted to show each change.
#[track_caller]
pub(crate) fn age(sandbox: &Sandbox, directory: &Path, seconds: u64) {
    sandbox.write("tmp/now", "");
    let now = fs::metadata(sandbox.path("tmp/now")).unwrap();
    let then = now.modified().unwrap() - Duration::from_secs(seconds);
    for entry in walkdir::WalkDir::new(directory) {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == ".listing" || name == ".archive-version" {
            let file = fs::File::open(entry.path()).unwrap();
            file.set_modified(then).unwrap();
        }
    }
}
