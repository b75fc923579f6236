//! What `larch init --watch` has done with what is new: `--mail` or `--run`.

use std::error::Error;

use crate::action::mail;
use crate::archive::Location;
use crate::rules::ActionName;

/// What is done with what is new.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// The mail actions with their addresses, from that for categories down.
    Mail([ActionName; 4]),
    /// One action for all levels.
    Run(ActionName),
}

impl Told {
    /// Parses addresses, parted by commas.
    pub(super) fn mail(text: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        mail::addresses(text)?;
        let [categories, branches, versions, revisions] =
            mail::NEW.map(|command| ActionName::parse(&format!("{command}:{text}")));
        Ok(Self::Mail([categories?, branches?, versions?, revisions?]))
    }

    /// Parses an action.
    pub(super) fn run(text: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self::Run(ActionName::parse(text)?))
    }

    /// The actions for new categories, branches, versions and revisions.
    pub(super) fn actions(&self, location: &Location) -> [&str; 4] {
        match self {
            Self::Mail(actions) => {
                let mut actions = actions.each_ref().map(ActionName::as_str);
                // That a repository has heads and tags is no news.
                if is_git(location) {
                    actions[1] = "noop:";
                }
                actions
            }
            Self::Run(action) => [action.as_str(); 4],
        }
    }
}

/// Whether categories are repositories.
pub(super) fn is_git(location: &Location) -> bool {
    matches!(location, Location::Git(_) | Location::GitRemote(_))
}
