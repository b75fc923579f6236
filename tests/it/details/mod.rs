//! All that archives tell of revisions.

mod arch;
mod git;
mod helper;

use larch::archive::{Archive, Change, ChangedFile, Details, Options, Wanted};
use larch::name::{Level, Name};

use crate::support::access;

/// Everything, with a diff of any length that tests make.
const ALL: Wanted = Wanted {
    files: true,
    diff: Some(1 << 20),
};

const FILES: Wanted = Wanted {
    files: true,
    diff: None,
};

#[track_caller]
fn open(name: &str, location: &str) -> Box<dyn Archive> {
    larch::archive::open(name, location, None, access(Options::default())).unwrap()
}

/// What an archive tells of one revision that is there.
#[track_caller]
fn tell(archive: &dyn Archive, revision: &str, wanted: Wanted) -> Details {
    let revision = Name::parse(revision, Some(Level::Revision)).unwrap();
    let told = archive.tell(&[&revision], wanted).unwrap();
    told.into_iter().next().unwrap().expect("it is there")
}

/// The changed files, a line each: a letter, the path, what it was called before, lines.
fn shown(files: Option<&Vec<ChangedFile>>) -> Vec<String> {
    let files = files.expect("the files are told");
    let shown = files.iter().map(|file| {
        let path = &file.path;
        let change = match &file.change {
            Change::Added => format!("A {path}"),
            Change::Modified => format!("M {path}"),
            Change::Removed => format!("D {path}"),
            Change::Renamed(old) => format!("R {old} => {path}"),
        };
        match file.lines {
            Some((added, removed)) => format!("{change} +{added} -{removed}"),
            None => change,
        }
    });
    shown.collect()
}

/// The diff, as text.
#[track_caller]
fn diff(details: &Details) -> String {
    let diff = details.diff.as_ref().expect("there is a diff");
    assert!(!diff.is_cut);
    String::from_utf8(diff.text.clone()).unwrap()
}
