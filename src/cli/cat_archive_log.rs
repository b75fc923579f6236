//! `larch cat-archive-log`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::item_json::ItemJson;
use super::out::Out;
use super::registry;
use crate::archive::Description;
use crate::name::Name;

const EXAMPLES: &str = "\
Examples:
  larch cat-archive-log jo@example.org--2026/hello--main--1.0--patch-7
      Print the patch log: headers, an empty line, the message
  larch cat-archive-log --headers jo@example.org--2026/hello--main--1.0--patch-7
      Print its headers alone";

/// Print the patch log of a revision
///
/// The log is printed byte for byte as it stands in the archive.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CatArchiveLog {
    /// The revision, with its archive
    #[arg(value_name = "ARCHIVE/REVISION", value_parser = registry::revision_argument)]
    revision: Name,
    /// Print the headers alone
    #[arg(long)]
    headers: bool,
    /// Print one JSON object: name, level, parts, author, date, summary and the log as `log`
    #[arg(long)]
    json: bool,
}

/// A revision, what its log says of it, and the log; bytes that are not UTF-8 are replaced.
#[derive(serde::Serialize)]
struct LogJson<'a> {
    #[serde(flatten)]
    item: ItemJson<'a>,
    #[serde(flatten)]
    description: Description,
    log: String,
}

impl CatArchiveLog {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let archive = registry::open(context, &self.revision)?;
        let failed = |error| registry::read_error(archive.as_ref(), &self.revision, error);
        let mut log = archive.log(&self.revision).map_err(failed)?;
        if self.headers
            && let Some(end) = log.windows(2).position(|bytes| bytes == b"\n\n")
        {
            log.truncate(end + 1);
        }
        let mut out = Out::new();
        if self.json {
            let described = archive.describe(&[&self.revision]).map_err(failed)?;
            out.json(&LogJson {
                item: ItemJson::new(&self.revision),
                description: described.into_iter().flatten().next().unwrap_or_default(),
                log: String::from_utf8_lossy(&log).into_owned(),
            })?;
        } else {
            out.bytes(&log)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
