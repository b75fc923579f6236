//! What the four listing commands have in common.

use super::context::Context;
use super::error::CliError;
use super::item_json::ItemJson;
use super::out::Out;
use super::registry;
use crate::name::{Level, Name};

/// The options of the listing commands.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingOptions {
    /// Print fully qualified names, with the archive
    #[arg(short, long)]
    full: bool,
    /// List from the newest to the oldest
    #[arg(short, long)]
    reverse: bool,
    /// Print one JSON object per line: name, level and the parts of the name
    #[arg(long, conflicts_with = "full")]
    pub(crate) json: bool,
}

impl ListingOptions {
    /// The items of `subject`, in the order asked for.
    pub(crate) fn items(&self, context: &Context, subject: &Name) -> Result<Vec<Name>, CliError> {
        let archive = registry::open(context, subject)?;
        let listing = archive
            .list(subject, None, &|_| false)
            .map_err(|error| registry::read_error(archive.as_ref(), subject, error))?;
        let mut items = listing
            .parts
            .iter()
            .filter_map(|part| subject.child(part).ok())
            .collect::<Vec<Name>>();
        if self.reverse {
            items.reverse();
        }
        Ok(items)
    }

    /// An item as it is printed: revisions by their level, what is above without the archive.
    pub(crate) fn shown<'a>(&self, item: &'a Name) -> &'a str {
        match item.level() {
            _ if self.full => item.as_str(),
            Level::Revision => item.part(),
            _ => item.package(),
        }
    }

    /// Lists the items of `subject`, one per line.
    pub(crate) fn run(&self, context: &Context, subject: &Name) -> Result<(), CliError> {
        let mut out = Out::new();
        for item in self.items(context, subject)? {
            if self.json {
                out.json(&ItemJson::new(&item))?;
            } else {
                out.line(self.shown(&item))?;
            }
        }
        out.finish()
    }
}
