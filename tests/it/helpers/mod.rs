//! Archives that helper programs list: the protocol, and the helpers of contrib.

mod faults;
mod hg;
mod manual;
mod protocol;
mod repos;
mod svn;

use std::os::unix::fs::symlink;
use std::path::Path;

use larch::archive::{self, Access, Archive, Listing, Look, Options};
use larch::name::{Level, Name};

use crate::support::{Sandbox, access};

/// Installs a helper of contrib, registers the archive `x` at `KIND:ADDRESS`, and follows it.
fn install(sandbox: &Sandbox, kind: &str, address: &str) {
    let called = format!("larch-archive-{kind}");
    let program = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("contrib/archives")
        .join(&called);
    symlink(program, sandbox.path("bin").join(called)).unwrap();
    register(sandbox, kind, address);
    sandbox.follow("x");
    poll_often(sandbox, &["x"]);
}

/// Has each poll scan the archives, however soon it comes.
fn poll_often(sandbox: &Sandbox, archives: &[&str]) {
    let section = |name: &&str| format!("[archive.\"{name}\"]\nevery = \"0s\"\n");
    let sections: String = archives.iter().map(section).collect();
    sandbox.write("n/=config.toml", sections);
}

fn register(sandbox: &Sandbox, kind: &str, address: &str) {
    crate::support::register(sandbox, "x", &format!("{kind}:{address}"));
}

/// Opens the archive `x` and hands it to `with`.
fn opened<T>(sandbox: &Sandbox, location: &str, with: impl FnOnce(&dyn Archive) -> T) -> T {
    let exec_path = [sandbox.path("bin")];
    let access = Access {
        exec_path: &exec_path,
        ..access(Options::default())
    };
    with(archive::open("x", location, None, access).unwrap().as_ref())
}

/// What a poll tells, sorted: what is unrelated may come in any order.
#[track_caller]
fn told(sandbox: &Sandbox) -> Vec<String> {
    sandbox.poll().ok();
    let mut told = sandbox.take_told();
    told.sort();
    told
}

fn name(level: Level, package: &str) -> Name {
    let text = match package {
        "" => "x".to_owned(),
        package => format!("x/{package}"),
    };
    Name::parse(&text, Some(level)).unwrap()
}

/// What was listed of each subject at some time.
type Seen = Vec<(Name, Listing)>;

/// Lists everything, of each subject what came since it was seen, and checks that nothing is missing
/// and nothing made up.
#[track_caller]
fn list_since(sandbox: &Sandbox, location: &str, seen: &Seen) -> Seen {
    let mut now = Vec::new();
    opened(sandbox, location, |archive| {
        let mut subjects = vec![name(Level::Archive, "")];
        while let Some(subject) = subjects.pop() {
            let whole = archive.list(&subject, None, &|_| false).unwrap();
            assert!(!whole.since, "{subject}");
            let before = seen.iter().find(|(name, _)| *name == subject);
            if let Some((_, before)) = before {
                let last: Option<&Look> = before.look.as_ref();
                let since = archive.list(&subject, last, &|_| false).unwrap();
                let is_known = |part| before.parts.contains(part) || since.parts.contains(part);
                assert!(
                    whole.parts.iter().all(is_known),
                    "{subject}: {since:?} of {whole:?}"
                );
                assert!(
                    since.parts.iter().all(|part| whole.parts.contains(part)),
                    "{subject}: {since:?} of {whole:?}"
                );
                if since.since {
                    let is_there = |part| whole.parts.contains(part);
                    assert!(
                        subject.level() == Level::Version || before.parts.iter().all(is_there),
                        "{subject} lost something: {before:?}, then {whole:?}"
                    );
                }
            }
            if subject.level() < Level::Version {
                subjects.extend(whole.parts.iter().map(|part| subject.child(part).unwrap()));
            }
            now.push((subject, whole));
        }
    });
    now
}
