//! Reading archives: the [`Archive`] trait and one file per kind.
//!
//! A kind says what there is; what of it is new, and to whom, is none of its business. It knows
//! nothing of rules, stores or actions.

pub mod arch;
pub mod dir;
pub mod git;
pub mod helper;

mod details;
mod error;
mod history;
mod location;
mod look;
mod options;
mod pipes;
mod resident;
mod survey;
mod text;
mod tool;
mod tree;

pub use details::{Change, ChangedFile, Details, Diff, Wanted};
pub use error::ArchiveError;
pub use history::{Answer, Asked, History, News, Question};
pub use location::{Location, without_password};
pub use look::{Look, Stat};
pub use options::{Access, Options, Revisions};
pub use survey::{Survey, survey};

use crate::name::Name;

/// All items of a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The last part of each item's name (what [`Name::child`] takes), oldest first.
    pub parts: Vec<String>,
    /// Parts that are items only where the settings' `include` names them.
    pub unasked: Vec<String>,
    /// Something is there that is not complete yet, and must be looked at again.
    pub held_back: bool,
    /// The parts are those that came since the look that the archive was given; what is not among
    /// them may be there still.
    pub since: bool,
    /// What to give the archive the next time, where listing shows that and a look does not.
    pub look: Option<Look>,
}

/// What an archive knows of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Description {
    /// The author, as the archive writes it: often `Name <address>`.
    pub author: Option<String>,
    /// The date, RFC 3339 where the archive's own form could be read, else as it stands.
    pub date: Option<String>,
    /// The first line of the message.
    pub summary: Option<String>,
    /// The archive's own id of the revision, where it has one beside the name (a commit's hash).
    pub id: Option<String>,
}

/// A way to read one archive, made for one scan or one attempt by [`open`].
///
/// All methods are read-only and may be called again at will. `Sync`, since several threads may ask.
pub trait Archive: Send + Sync {
    /// What to remember so that the next [`open`] need not read the archive's format again.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Whether one look at a category covers everything below it.
    fn looks_at_categories(&self) -> bool {
        false
    }

    /// Says that these subjects are looked at next, with the looks that stood last: where each look
    /// waits for an answer, all can be asked for at once.
    fn expect(&self, _looks: &[(&Name, Option<&Look>)]) {}

    /// One look at a subject: cheap, where nothing changed since `last`. `None` where the kind has no
    /// such look.
    ///
    /// [`ArchiveError::NoSuchSubject`] as for [`Archive::list`].
    fn look(&self, subject: &Name, last: Option<&Look>) -> Result<Option<Look>, ArchiveError>;

    /// Lists a subject's items whole, oldest first, or fails: a partial listing is never returned.
    ///
    /// `known` tells which parts were complete before, so that completeness is looked at for new
    /// ones only, and `last` is the look of the last complete listing. [`ArchiveError::NoSuchSubject`]
    /// means that the archive was reached and does not hold the subject; any other error says nothing
    /// about what exists.
    fn list(
        &self,
        subject: &Name,
        last: Option<&Look>,
        known: &dyn Fn(&str) -> bool,
    ) -> Result<Listing, ArchiveError>;

    /// What the archive knows of revisions of one version, in their order; `None` for what is gone.
    fn describe(&self, revisions: &[&Name]) -> Result<Vec<Option<Description>>, ArchiveError>;

    /// All that the archive can tell of revisions of one version, in their order; `None` for what is
    /// gone. Many are asked for at once only where no diff is wanted.
    fn tell(
        &self,
        revisions: &[&Name],
        _wanted: Wanted,
    ) -> Result<Vec<Option<Details>>, ArchiveError> {
        let described = self.describe(revisions)?.into_iter();
        let details = |description| Details {
            description,
            ..Details::default()
        };
        Ok(described.map(|known| known.map(details)).collect())
    }

    /// The text that `cat-archive-log` prints for a revision, as its bytes stand in the archive.
    fn log(&self, revision: &Name) -> Result<Vec<u8>, ArchiveError>;

    /// The histories of the archive's versions, where their revisions are not listed to find news.
    fn history(&self) -> Option<&dyn History> {
        None
    }

    /// The name that the archive was made under; `None` where it does not say.
    fn official_name(&self) -> Result<Option<String>, ArchiveError> {
        Ok(None)
    }
}

/// Opens the archive `name` at a registered `location`. `hint` is what [`Archive::hint`] said last
/// time; a stale one costs time and nothing else.
pub fn open<'a>(
    name: &str,
    location: &str,
    hint: Option<&str>,
    access: Access<'a>,
) -> Result<Box<dyn Archive + 'a>, ArchiveError> {
    Ok(match Location::parse(location)? {
        Location::Arch(path) => Box::new(arch::ArchArchive::open(&path, hint)?),
        Location::ArchWeb(url) => Box::new(arch::WebArchive::open(&url, hint, access)?),
        Location::Git(path) => Box::new(git::GitTree::open(&path, access)?),
        Location::GitRemote(url) => Box::new(git::GitRemote::open(name, &url, access)?),
        Location::Dir(path) => Box::new(dir::DirArchive::open(&path, &access)?),
        Location::Helper {
            name: helper,
            address,
        } => Box::new(helper::HelperArchive::open(
            name, &helper, &address, access,
        )?),
    })
}
