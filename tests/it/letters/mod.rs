//! What mails look like: each kind of them as it is sent, compared with what was read and found
//! good, and parsed by Python's `email`, which must find nothing wrong.
//!
//! With `LARCH_TEST_GOLDEN=write` the files are written instead; read them before you keep them.

mod arch;
mod git;
mod mixed;
mod stream;
mod templates;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Sandbox;

/// Reads each message as any mail program would, and prints it as a line of JSON.
const READ: &str = r#"
import email, email.policy, json, sys
for path in sys.argv[1:]:
    bytes = open(path, "rb").read()
    message = email.message_from_bytes(bytes, policy=email.policy.default)
    defects = list(message.defects) + [d for h in message.values() for d in h.defects]
    print(json.dumps({
        "headers": [[name, str(value)] for name, value in message.items()],
        "body": message.get_content().replace("\r\n", "\n"),
        "defects": [repr(defect) for defect in defects],
        "longest": max(map(len, bytes.split(b"\r\n"))),
        "lone": bytes.replace(b"\r\n", b"").count(b"\r") + bytes.replace(b"\r\n", b"").count(b"\n"),
    }))
"#;

/// Every header that a mail may have.
const HEADERS: [&str; 26] = [
    "From",
    "Sender",
    "Reply-To",
    "To",
    "Date",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Auto-Submitted",
    "Precedence",
    "X-Larch-Archive",
    "X-Larch-Category",
    "X-Larch-Branch",
    "X-Larch-Version",
    "X-Larch-Revision",
    "X-Larch-Level",
    "X-Larch-Kind",
    "X-Larch-Action",
    "X-Larch-Delivery",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Mails about what is in a sandbox, with the settings of the directory `n`.
struct Gallery<'s> {
    sandbox: &'s Sandbox,
    wrong: String,
}

/// A mail as Python's `email` reads it.
struct Mail {
    headers: Vec<(String, String)>,
    body: String,
}

impl<'s> Gallery<'s> {
    fn new(sandbox: &'s Sandbox) -> Self {
        let gallery = Self {
            sandbox,
            wrong: String::new(),
        };
        gallery.settings("");
        gallery
    }

    /// Sets what `[mail]` says beside the sender.
    fn settings(&self, more: &str) {
        let own = "[mail]\nfrom = \"Larch <larch@lists.example.org>\"\n";
        self.sandbox.write("n/=config.toml", format!("{own}{more}"));
    }

    /// Compares the mail that `larch mail-preview` makes of these arguments with the file `name`.
    #[track_caller]
    fn hang<S: AsRef<str>>(&mut self, name: &str, arguments: &[S]) -> Mail {
        let preview = |more: &[&str]| {
            let arguments = arguments.iter().map(AsRef::as_ref);
            let run = self.sandbox.larch(["mail-preview", "n"]);
            let run = run.args(arguments).args(more);
            run.any_stdout().ok().stdout
        };
        let raw = preview(&["--raw"]);
        let file = format!("mail/{name}.eml");
        self.sandbox.write(&file, &raw);
        let mail = self.read(&file);
        let shown = preview(&[]);
        let (headers, text) = shown.split_once("\n\n").unwrap();
        for line in headers.lines() {
            let (header, value) = line.split_once(": ").unwrap();
            // A name may be quoted in one and not in the other.
            if header != "Date" && !value.contains('<') {
                assert_eq!(mail.header(header), value, "{name}");
            }
        }
        assert_eq!(mail.body.trim_end(), text.trim_end(), "{name}");
        self.compare(name, &settled(&raw));
        mail
    }

    /// Parses a message, which must be good.
    #[track_caller]
    fn read(&self, file: &str) -> Mail {
        let path = self.sandbox.path(file);
        let read = self
            .sandbox
            .run("python3", [Path::new("-c"), Path::new(READ), &path]);
        let read: Value = serde_json::from_str(&read.any_stdout().ok().stdout).unwrap();
        assert_eq!(read["defects"], Value::Array(Vec::new()), "{file}: {read}");
        assert_eq!(read["lone"], 0, "{file}: {read}");
        assert!(read["longest"].as_u64().unwrap() <= 998, "{file}: {read}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let headers: Vec<(String, String)> = read["headers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|header| (text(&header[0]), text(&header[1])))
            .collect();
        let mut names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(
            names.iter().all(|name| HEADERS.contains(name)),
            "{file}: {names:?}"
        );
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b), "{file}: {names:?}");
        let body = text(&read["body"]);
        let acts = |c: char| {
            c.is_control() && !"\n\t".contains(c) || ('\u{202a}'..='\u{202e}').contains(&c)
        };
        assert!(!body.contains(acts), "{file}: {body:?}");
        let values = headers.iter().map(|(_, value)| value);
        assert!(
            !values.clone().any(|value| value.contains(acts)),
            "{file}: {headers:?}"
        );
        Mail { headers, body }
    }

    fn compare(&mut self, name: &str, text: &str) {
        let path = golden(name);
        if std::env::var_os("LARCH_TEST_GOLDEN").is_some() {
            self.sandbox.write(path, text);
            return;
        }
        let known = self.sandbox.read(&path);
        if known != text {
            writeln!(self.wrong, "--- {name} is not\n{known}--- but\n{text}").unwrap();
        }
    }

    /// Fails if a mail was not as it is known.
    #[track_caller]
    fn close(self) {
        assert!(self.wrong.is_empty(), "{}", self.wrong);
    }
}

impl Mail {
    #[track_caller]
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        &found
            .unwrap_or_else(|| panic!("no {name} in {:?}", self.headers))
            .1
    }
}

fn golden(name: &str) -> PathBuf {
    let file = format!("tests/it/letters/golden/{name}.eml.txt");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A message without what differs from day to day: the date, where it is not that of a revision, all
/// of which are of 2005.
fn settled(raw: &str) -> String {
    let mut text = raw.replace("\r\n", "\n");
    let start = text.find("\nDate: ").unwrap() + "\nDate: ".len();
    let end = start + text[start..].find('\n').unwrap();
    if !text[start..end].contains(" 2005 ") {
        text.replace_range(start..end, "NOW");
    }
    text
}

#[test]
fn every_kind_of_mail_was_read() {
    let directory = golden("x").parent().unwrap().to_owned();
    let count = std::fs::read_dir(directory).unwrap().count();
    assert!(count >= 30, "{count}");
}
