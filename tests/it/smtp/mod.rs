//! How mail leaves the machine: over SMTP, to a real server, and to what is there.

mod answers;
mod connections;
mod local;
mod tls;

use crate::support::{Arch, Layout, Mail, Sandbox, Smtp};

const MINUTE: i64 = 60;

/// Three addresses, who are mailed what is new in one version.
const THREE: &str = "mail-new-revisions:al@example.org,bo@example.org,cy@example.org";

/// A version with one revision, whose news go where these settings say, to those whom `action` names.
#[track_caller]
fn watch<'a>(sandbox: &'a Sandbox, action: &str, settings: &str) -> Arch<'a> {
    let arch = Arch::new(sandbox, Layout::Flat);
    arch.import("c--b--1");
    sandbox.write(
        "n/=rules.versions",
        format!("{}/c--b--1 {action}\n", arch.name),
    );
    sandbox.write("n/=config.toml", settings);
    arch
}

/// Whom the server's mail went to since the last call, sorted.
#[track_caller]
fn told(server: &Smtp) -> Vec<String> {
    let mail: Vec<Mail> = server.take_mail();
    let mut told: Vec<String> = mail.into_iter().flat_map(|mail| mail.to).collect();
    told.sort();
    told
}
