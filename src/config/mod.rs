//! The settings: `=config.toml` and its layers.
//!
//! [`Config::load`] reads every layer, merges them key by key and checks the whole; what comes out
//! needs no second look. What is wrong is reported all at once, each problem with its file, line
//! and column. One file per type of setting; each knows its keys, its values and its defaults.
//! The room does not know where the layers are, nor who asks.

mod alerts;
mod apprise;
mod archive;
mod commands;
mod delivery;
mod error;
mod file;
mod glob;
mod hook;
mod kind;
mod layers;
mod limit;
mod mail;
mod manual;
mod nearest;
mod reader;
mod resolved;
mod rules;
mod secret;
mod section;
mod shape;
mod store;
mod syslog;
mod transport;
mod webhook;

pub use alerts::Alerts;
pub use apprise::AppriseSettings;
pub use archive::ArchiveSettings;
pub use commands::{CommandInput, CommandSettings, Per};
pub use delivery::Delivery;
pub use error::{ConfigError, Problem};
pub use glob::{Glob, GlobError};
pub use hook::{Hook, Point};
pub use kind::{format_duration, parse_duration, parse_size};
pub use layers::Config;
pub use limit::Limit;
pub use mail::MailSettings;
pub use manual::{reference, template};
pub(crate) use nearest::nearest;
pub use resolved::{ResolvedKey, ResolvedTable, resolve};
pub use rules::Rules;
pub use secret::{Secret, SecretError, open_private, read_secret};
pub use store::StoreSettings;
pub use syslog::{Facility, Severity, SyslogSettings};
pub use transport::{SmtpServer, Tls, Transport};
pub use webhook::WebhookSettings;

/// The name of the settings file of a notification directory.
pub const FILE_NAME: &str = "=config.toml";
