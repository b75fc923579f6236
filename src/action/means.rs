//! What built-in actions have at hand.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::mail::Carrier;
use crate::config::Config;

/// What built-in actions have at hand, for one poll.
#[derive(Clone, Debug, Default)]
pub struct Means {
    /// The notification directory, absolute.
    pub dir: PathBuf,
    /// Where programs are looked for; relative directories are left out.
    pub exec_path: Vec<PathBuf>,
    /// The settings.
    pub config: Config,
    /// The name of the user, where the caller was told it.
    pub login: Option<String>,
    /// The variables that settings name.
    pub environment: Environment,
    /// How mail leaves, once that is known; else why it does not. Empty at first.
    pub carrier: Arc<OnceLock<Result<Carrier, String>>>,
}

impl Means {
    /// The user who sends what is sent; `larch` where nobody said who that is.
    pub(super) fn user(&self) -> &str {
        self.login.as_deref().unwrap_or("larch")
    }
}

/// The name of this machine.
pub(super) fn host() -> String {
    let names = rustix::system::uname();
    names.nodename().to_string_lossy().into_owned()
}

/// Variables of an environment: whoever calls the library says where they are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Environment(fn(&str) -> Option<OsString>);

impl Environment {
    /// The environment that `look_up` knows.
    pub fn new(look_up: fn(&str) -> Option<OsString>) -> Self {
        Self(look_up)
    }

    /// The value of a variable; `None` if it is not set, or empty.
    pub fn get(self, name: &str) -> Option<OsString> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

impl Default for Environment {
    /// One without variables.
    fn default() -> Self {
        Self(|_| None)
    }
}
