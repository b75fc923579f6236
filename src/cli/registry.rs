//! From a name on the command line to the archive that it is registered for.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::suggest::{is_shortened_hash, nearest};
use crate::archive::{self, Archive, ArchiveError};
use crate::name::{Level, Name, NameError};
use crate::params::{Params, ParamsError};

/// The parameter directory.
pub(crate) fn params(context: &Context) -> Result<Params, CliError> {
    match &context.params {
        Some(dir) => Ok(Params::new(dir.clone())),
        None => Err(CliError::new(
            Exit::Failure,
            "there is no parameter directory, since neither LARCH_PARAMS nor HOME is set",
        )
        .hint("set HOME, or LARCH_PARAMS to the directory that holds =id and =locations")),
    }
}

/// Where an archive is registered.
pub(crate) fn location(context: &Context, archive: &str) -> Result<String, CliError> {
    let params = params(context)?;
    match params.location(archive)? {
        Some(location) => Ok(location),
        None => Err(not_registered(&params, archive)),
    }
}

/// The error that an archive is not registered, with what may have been meant.
pub(crate) fn not_registered(params: &Params, archive: &str) -> CliError {
    let error = CliError::from(ParamsError::NotRegistered(archive.to_owned()));
    let registered = params.archives().unwrap_or_default();
    match nearest(archive, registered.iter().map(|(name, _)| name.as_str())) {
        Some(meant) => error.hint(format!("did you mean `{meant}`?")),
        None if registered.is_empty() => {
            error.hint(format!("`larch register-archive {archive} LOCATION` registers it"))
        }
        None => error.hint(format!(
            "`larch archives` lists what is registered, and `larch register-archive {archive} LOCATION` adds to it"
        )),
    }
}

/// Opens the archive that a name begins with.
pub(crate) fn open<'a>(
    context: &'a Context,
    name: &Name,
) -> Result<Box<dyn Archive + 'a>, CliError> {
    let location = location(context, name.archive())?;
    archive::open(name.archive(), &location, None, context.access()).map_err(|error| {
        CliError::from(error).hint(format!(
            "{0} is registered at {1}; `larch register-archive --force {0} LOCATION` changes that",
            name.archive(),
            archive::without_password(&location)
        ))
    })
}

/// The error of reading `name`, with what may have been meant where the archive does not hold it.
pub(crate) fn read_error(archive: &dyn Archive, name: &Name, error: ArchiveError) -> CliError {
    let ArchiveError::NoSuchSubject(_) = error else {
        return error.into();
    };
    let error = CliError::from(error);
    let Some(parent) = name.parent() else {
        return error;
    };
    let Ok(listing) = archive.list(&parent, None, &|_| false) else {
        return error;
    };
    let mut parts = listing.parts.iter().map(String::as_str);
    let (whole, meant) = if is_shortened_hash(name) {
        let whole = parts.find(|part| part.starts_with(name.part()));
        ("hashes are written whole; ", whole)
    } else {
        ("", nearest(name.part(), parts))
    };
    let hint = match meant.and_then(|part| parent.child(part).ok()) {
        Some(meant) => format!("{whole}did you mean `{meant}`?"),
        None => format!(
            "{whole}`larch {} {parent}` lists what there is",
            name.level().plural()
        ),
    };
    error.hint(hint)
}

/// Refuses a name that the archive was asked for and does not hold.
pub(crate) fn must_hold(archive: &dyn Archive, name: &Name) -> Result<(), CliError> {
    let is_there = is_there(archive, name)?;
    // The first part from the left that is missing is what was written wrong.
    let mut missing = name.clone();
    while !is_there && let Some(parent) = missing.parent() {
        if self::is_there(archive, &parent)? {
            let error = ArchiveError::NoSuchSubject(missing.clone());
            return Err(read_error(archive, &missing, error));
        }
        missing = parent;
    }
    Ok(())
}

fn is_there(archive: &dyn Archive, name: &Name) -> Result<bool, ArchiveError> {
    let Some(parent) = name.parent() else {
        return Ok(true);
    };
    let found = || {
        if name.level() == Level::Revision && archive.describe(&[name])? != [None] {
            return Ok(true);
        }
        let listing = archive.list(&parent, None, &|_| false)?;
        let mut parts = listing.parts.iter().chain(&listing.unasked);
        // It may be what is not listed yet, since it is not complete.
        Ok(listing.held_back || parts.any(|part| part == name.part()))
    };
    match found() {
        Err(ArchiveError::NoSuchSubject(_)) => Ok(false),
        found => found,
    }
}

/// Parses an archive's name as an argument.
pub(crate) fn archive_argument(text: &str) -> Result<Name, NameError> {
    Name::parse(text, Some(Level::Archive))
}

/// Parses a category's name as an argument.
pub(crate) fn category_argument(text: &str) -> Result<Name, NameError> {
    Name::parse(text, Some(Level::Category))
}

/// Parses a branch's name as an argument; one part is the branch above versions without one.
pub(crate) fn branch_argument(text: &str) -> Result<Name, NameError> {
    Name::parse(text, Some(Level::Branch))
}

/// Parses a version's name as an argument.
pub(crate) fn version_argument(text: &str) -> Result<Name, NameError> {
    Name::parse(text, Some(Level::Version))
}

/// Parses a revision's name as an argument.
pub(crate) fn revision_argument(text: &str) -> Result<Name, NameError> {
    Name::parse(text, Some(Level::Revision))
}
