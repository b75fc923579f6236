//! Mail servers, on the loopback, that end with the test.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::sandbox::Sandbox;
use super::tls::certificate;

const SERVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtp-server");

/// The interpreter that Debian's aiosmtpd is installed for.
const PYTHON: &str = "/usr/bin/python3";

/// A mail server, which keeps what it takes.
///
/// What it does amiss stands in [`Smtp::faults`]; `tests/it/smtp-server` says how.
pub(crate) struct Smtp {
    child: Child,
    port: u16,
    directory: PathBuf,
    options: Vec<String>,
}

/// A message that a server took, as Python's `email` reads it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Mail {
    /// The envelope's sender.
    pub(crate) from: String,
    /// The envelope's recipients.
    pub(crate) to: Vec<String>,
    /// What the MAIL command said besides.
    pub(crate) options: Vec<String>,
    /// Names and decoded values, in their order.
    pub(crate) headers: Vec<(String, String)>,
    /// What the header Date says, in seconds.
    pub(crate) date: Option<f64>,
    /// The parts that are not made of parts.
    pub(crate) parts: Vec<Part>,
    /// What Python finds wrong with it.
    pub(crate) defects: Vec<String>,
    /// Each byte as the character of its number.
    pub(crate) raw: String,
    /// The client's port: the same one, if it came over the same connection.
    pub(crate) connection: u16,
    /// Whether it came encrypted.
    pub(crate) tls: bool,
    /// The mechanism and the user that the client logged in with.
    pub(crate) user: Option<String>,
    /// Whether the answer that it was taken was never given.
    pub(crate) lost: bool,
}

/// One part of a message.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Part {
    #[serde(rename = "type")]
    pub(crate) content_type: String,
    pub(crate) file: Option<String>,
    /// Decoded, with LF at the ends of lines.
    pub(crate) text: String,
}

impl Mail {
    /// The only header of this name, in any case.
    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|header| header.0.eq_ignore_ascii_case(name));
        let value = values.next().map(|header| header.1.as_str());
        assert!(values.next().is_none(), "{name} stands twice: {self:?}");
        value
    }

    /// The subject.
    #[track_caller]
    pub(crate) fn subject(&self) -> &str {
        self.header("Subject").unwrap()
    }

    /// The text of the first part.
    pub(crate) fn text(&self) -> &str {
        &self.parts[0].text
    }
}

impl Smtp {
    /// A server without encryption that takes mail from anybody.
    #[track_caller]
    pub(crate) fn new(sandbox: &Sandbox) -> Self {
        Self::with(sandbox, "")
    }

    /// The same, with options of `tests/it/smtp-server`.
    #[track_caller]
    pub(crate) fn with(sandbox: &Sandbox, options: &str) -> Self {
        let directory = sandbox.path("smtp");
        fs::create_dir_all(&directory).unwrap();
        let options = options.split_whitespace().map(str::to_owned).collect();
        Self::start(directory, options, 0)
    }

    /// The same, with a certificate of `tls/authority.pem` for 127.0.0.1, which nobody knows.
    #[track_caller]
    pub(crate) fn secure(sandbox: &Sandbox, options: &str) -> Self {
        let certificate = certificate(sandbox);
        let certificate = certificate.display();
        Self::with(sandbox, &format!("--certificate {certificate} {options}"))
    }

    #[track_caller]
    fn start(directory: PathBuf, options: Vec<String>, port: u16) -> Self {
        let mut child = Command::new(PYTHON)
            .arg(SERVER)
            .arg(&directory)
            .arg(format!("--port={port}"))
            .args(&options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(directory.join("errors")).unwrap())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| {
            let errors = fs::read_to_string(directory.join("errors"));
            panic!("the server tells no port: {}", errors.unwrap_or_default())
        });
        Self {
            child,
            port,
            directory,
            options,
        }
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The setting that has mail go there.
    pub(crate) fn setting(&self) -> String {
        format!("[mail]\ntransport = \"smtp://127.0.0.1:{}\"\n", self.port)
    }

    /// What it does amiss from now on: lines of `STAGE GLOB [after=N|used=N] ANSWER`.
    #[track_caller]
    pub(crate) fn faults(&self, lines: &str) {
        let file = self.directory.join("faults");
        let mut temporary = tempfile::NamedTempFile::new_in(&self.directory).unwrap();
        temporary.write_all(lines.as_bytes()).unwrap();
        temporary.persist(file).unwrap();
    }

    /// What it took so far, in order.
    #[track_caller]
    pub(crate) fn mail(&self) -> Vec<Mail> {
        let text = fs::read_to_string(self.directory.join("mail")).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// What it took since the last call, in order.
    #[track_caller]
    pub(crate) fn take_mail(&self) -> Vec<Mail> {
        let mail = self.mail();
        fs::remove_file(self.directory.join("mail")).unwrap_or_default();
        mail
    }

    /// How many connections were made to it.
    pub(crate) fn connections(&self) -> usize {
        let text = fs::read_to_string(self.directory.join("connections"));
        text.unwrap_or_default().lines().count()
    }

    /// How many connections ended with QUIT.
    pub(crate) fn farewells(&self) -> usize {
        let text = fs::read_to_string(self.directory.join("farewells"));
        text.unwrap_or_default().lines().count()
    }

    /// Ends the server; nothing answers at its port until [`Smtp::restart`].
    pub(crate) fn stop(&mut self) {
        // It may have ended before.
        self.child.kill().ok();
        self.child.wait().unwrap();
    }

    /// Serves at the same port again.
    #[track_caller]
    pub(crate) fn restart(&mut self) {
        self.stop();
        let options = std::mem::take(&mut self.options);
        *self = Self::start(self.directory.clone(), options, self.port);
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.stop();
    }
}

#[test]
fn a_mail_server_keeps_what_it_takes_and_fails_as_it_is_told() {
    const SEND: &str = r#"
import smtplib, sys
client = smtplib.SMTP("127.0.0.1", int(sys.argv[1]))
for to in sys.argv[2:]:
    try:
        client.sendmail("larch@example.org", [to], "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\n..\r\n")
    except smtplib.SMTPResponseException as error:
        print(error)
    except smtplib.SMTPRecipientsRefused as error:
        print(error.recipients[to])
"#;
    let sandbox = Sandbox::new();
    let mut server = Smtp::new(&sandbox);
    server.faults("rcpt bo@* 550-5.1.1 no\\r\\n550 5.1.1 nobody\ndot * after=2 451 later\n");
    for _ in 0..2 {
        let to = ["al@example.org", "bo@example.org"];
        sandbox
            .run(PYTHON, ["-c", SEND, &server.port().to_string()])
            .args(to)
            .stdout("(550, b'5.1.1 no\\n5.1.1 nobody')\n")
            .ok();
        server.restart();
    }
    let mail = server.take_mail();
    assert_eq!(mail.len(), 2);
    assert_eq!(server.connections(), 2);
    assert_eq!(mail[0].to, ["al@example.org"]);
    assert_eq!(mail[0].subject(), "Gr\u{fc}\u{df}e");
    assert_eq!(mail[0].text(), "..\n");
    assert_eq!(mail[0].defects, Vec::<String>::new());
    assert_eq!(server.take_mail().len(), 0);
}
