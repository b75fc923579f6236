//! GNU Arch archives on web servers.

mod faults;
mod listings;
mod pace;
mod polls;

use std::time::Duration;

use larch::archive::{self, Archive, ArchiveError, Options};
use larch::name::{Level, Name};

use crate::support::{Arch, Layout, Sandbox, Web, access};

const LAYOUTS: [Layout; 2] = [Layout::Nested, Layout::Flat];

/// What an archive is registered as at its URL.
const NAME: &str = "jo@example.org--web";

/// Has tla write `.listing` files into an archive from now on, and those that it did not write.
#[track_caller]
fn publish(sandbox: &Sandbox, arch: &Arch<'_>) {
    sandbox.write(
        arch.location.join("=meta-info/http-blows"),
        "it sure does\n",
    );
    sandbox.tla(["archive-fixup", "-A", &arch.name]);
    assert!(arch.location.join(".listing").exists());
}

/// An archive with `.listing` files.
#[track_caller]
fn published(sandbox: &Sandbox, layout: Layout) -> Arch<'_> {
    let arch = Arch::new(sandbox, layout);
    publish(sandbox, &arch);
    arch
}

/// Registers an archive where a server has it, for both programs, and follows all of it.
#[track_caller]
fn follow(sandbox: &Sandbox, arch: &Arch<'_>, web: &Web) -> String {
    let url = web.url(&arch.name);
    sandbox
        .larch(["register-archive", NAME, &url])
        .any_stdout()
        .ok();
    sandbox.follow(NAME);
    sandbox.write(
        "n/=config.toml",
        format!("[archive.\"{NAME}\"]\nevery = \"0s\"\n"),
    );
    url
}

fn name(level: Level, text: &str) -> Name {
    Name::parse(text, Some(level)).unwrap()
}

fn options() -> Options {
    Options {
        timeout: Duration::from_secs(20),
        ..Options::default()
    }
}

fn open(url: &str, hint: Option<&str>) -> Result<Box<dyn Archive>, ArchiveError> {
    open_with(url, hint, options())
}

fn open_with(
    url: &str,
    hint: Option<&str>,
    options: Options,
) -> Result<Box<dyn Archive>, ArchiveError> {
    archive::open(NAME, url, hint, access(options))
}
