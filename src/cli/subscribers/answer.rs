//! Who gets mail of a name, and why.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::path::Path;

use lettre::Address;

use super::super::context::Context;
use super::super::error::CliError;
use super::super::registry;
use crate::action::mail::subscribers::{Subscription, Verdict};
use crate::archive;
use crate::archive::{Access, Archive, ArchiveError, Wanted};
use crate::causes::with_causes;
use crate::config::{ArchiveSettings, Config, Glob};
use crate::name::{Level, Name};

/// What becomes of one line.
pub(super) struct Answer {
    /// Mail goes to its address because of it.
    pub(super) gets: bool,
    /// Why, in a word for programs. Kept for ever.
    pub(super) why: &'static str,
    /// Why, in words for people.
    pub(super) sentence: String,
}

/// The files that a revision changed.
enum Files {
    Known(Vec<String>),
    /// The archive does not tell.
    Untold,
    /// The archive cannot be read now, and why.
    Unreadable(String),
}

/// An answer for each line of `list`.
pub(super) fn answers(
    context: &Context,
    dir: &Path,
    list: &[Subscription],
    name: &Name,
) -> Result<Vec<Answer>, CliError> {
    let depends = |line: &Subscription| line.verdict(name) == Verdict::Depends;
    let archive = open(context, dir, name)?;
    if let Ok(archive) = &archive
        && let Err(missing) = registry::must_hold(archive.as_ref(), name)
    {
        return Err(missing);
    }
    let files = match archive {
        _ if !list.iter().any(depends) => Files::Untold,
        Ok(archive) => files(archive.as_ref(), name),
        Err(error) => Files::Unreadable(with_causes(&error)),
    };
    let mut answers: Vec<Answer> = list.iter().map(|line| answer(line, name, &files)).collect();
    let mut of_address: HashMap<&Address, Vec<usize>> = HashMap::new();
    for (at, line) in list.iter().enumerate() {
        of_address.entry(&line.address).or_default().push(at);
    }
    let rank = |at: usize| (list[at].pace, Reverse(at));
    for (at, line) in list.iter().enumerate() {
        let mut others = of_address[&line.address].iter().copied();
        let other = others.find(|other| answers[*other].gets && rank(*other) > rank(at));
        if answers[at].gets
            && let Some(other) = other
        {
            answers[at] = Answer {
                gets: false,
                why: "other-line",
                sentence: format!("line {} sends it to the same address", list[other].line),
            };
        }
    }
    Ok(answers)
}

fn answer(line: &Subscription, name: &Name, files: &Files) -> Answer {
    let verdict = match (line.verdict(name), files) {
        (Verdict::Depends, Files::Known(files)) => {
            line.verdict_with(name, files.iter().map(String::as_str))
        }
        (verdict, _) => verdict,
    };
    let level = name.level();
    let glob = line.glob.as_ref().map_or("", Glob::as_str);
    let (gets, why, sentence) = match (verdict, files) {
        (Verdict::Gets, _) if line.paths.is_empty() => (true, "matches", format!("{glob} matches")),
        (Verdict::Gets, _) => (true, "matches", "a file that it changed matches".to_owned()),
        (Verdict::Depends, Files::Unreadable(why)) => (
            false,
            "unreadable",
            format!("it waits until the changed files can be asked for: {why}"),
        ),
        (Verdict::Depends, _) => (
            true,
            "files-unknown",
            "the archive does not tell which files it changed, so that it is sent".to_owned(),
        ),
        (Verdict::OtherName, _) => (
            false,
            "other-name",
            format!("{glob} matches neither the {level} nor what is above it"),
        ),
        (Verdict::OtherKind, _) => (
            false,
            "other-kind",
            format!("only {} is wanted, and this is a {level}", line.kinds),
        ),
        (Verdict::OtherFiles, _) if level == Level::Revision => (
            false,
            "other-files",
            "no file that it changed matches".to_owned(),
        ),
        (Verdict::OtherFiles, _) => (
            false,
            "other-files",
            format!("only revisions change files, and this is a {level}"),
        ),
    };
    Answer {
        gets,
        why,
        sentence,
    }
}

/// The archive of `name`, opened as the directory's settings say, or why it cannot be read.
fn open<'c>(
    context: &'c Context,
    dir: &Path,
    name: &Name,
) -> Result<Result<Box<dyn Archive + 'c>, ArchiveError>, CliError> {
    let config = Config::load(dir, &context.layers(dir))?;
    let location = registry::location(context, name.archive())?;
    let settings = config.archives.get(name.archive());
    let access = Access {
        options: settings.map_or_else(Default::default, ArchiveSettings::options),
        ..context.access()
    };
    Ok(archive::open(name.archive(), &location, None, access))
}

/// The files that a revision changed.
fn files(archive: &dyn Archive, revision: &Name) -> Files {
    let wanted = Wanted {
        files: true,
        ..Wanted::default()
    };
    match archive.tell(&[revision], wanted) {
        Ok(mut told) => match told.pop().flatten().and_then(|details| details.files) {
            Some(files) => Files::Known(files.into_iter().map(|file| file.path).collect()),
            None => Files::Untold,
        },
        Err(error) => Files::Unreadable(with_causes(&error)),
    }
}
