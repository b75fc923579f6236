//! Where an archive is, as it is registered when a poll begins.

use crate::archive::Location;
use crate::causes::with_causes;
use crate::params::Params;

/// Where an archive is.
#[derive(Debug)]
pub(super) struct Place {
    registered: Result<String, Unreadable>,
    location: Option<Location>,
}

/// Why an archive cannot be read.
#[derive(Clone, Debug)]
pub(super) struct Unreadable {
    pub(super) why: String,
    pub(super) way_out: String,
}

impl Place {
    /// Looks up where the archive of this name is registered.
    pub(super) fn find(params: Option<&Params>, archive: &str) -> Self {
        let registered = match params.map(|params| params.location(archive)) {
            Some(Ok(Some(location))) => Ok(location),
            Some(Err(error)) => Err(Unreadable {
                why: with_causes(&error),
                way_out: String::new(),
            }),
            None | Some(Ok(None)) => Err(Unreadable {
                why: "the archive is not registered".to_owned(),
                way_out: format!("Register it with: larch register-archive {archive} LOCATION"),
            }),
        };
        let location = registered.as_ref().ok();
        Self {
            location: location.and_then(|text| Location::parse(text).ok()),
            registered,
        }
    }

    /// The location as it is registered, or why there is none.
    pub(super) fn registered(&self) -> Result<&str, Unreadable> {
        self.registered.as_deref().map_err(Unreadable::clone)
    }

    /// The location as it is registered; empty where there is none.
    pub(super) fn location(&self) -> &str {
        self.registered.as_deref().unwrap_or_default()
    }

    /// The archive's kind; empty where its location is none.
    pub(super) fn kind(&self) -> &str {
        self.location.as_ref().map_or("", Location::kind)
    }

    /// Whether looking at the archive may take a network.
    pub(super) fn is_remote(&self) -> bool {
        self.location.as_ref().is_some_and(Location::is_remote)
    }

    /// The host that must answer, where it is known.
    pub(super) fn host(&self) -> Option<&str> {
        self.location.as_ref().and_then(Location::host)
    }
}
