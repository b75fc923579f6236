//! `larch my-id`.

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::registry;

const EXAMPLES: &str = "\
Examples:
  larch my-id 'Jo Tester <jo@example.org>'
      Set your id
  larch my-id
      Print it";

/// Print or set your id
///
/// The id says who you are. It is kept in the parameter directory, where tla finds it too and writes
/// it into every revision that you make.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MyId {
    /// The new id, written `NAME <USER@HOST>`
    id: Option<String>,
    /// Print only what stands between `<` and `>`
    #[arg(short, long, conflicts_with = "id")]
    uid: bool,
    /// Print the id as JSON
    #[arg(long, conflicts_with_all = ["id", "uid"])]
    json: bool,
}

#[derive(serde::Serialize)]
struct IdJson {
    id: String,
}

impl MyId {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let params = registry::params(context)?;
        if let Some(id) = self.id {
            params.set_id(&id)?;
            return Ok(Exit::Success);
        }
        let Some(id) = params.id()? else {
            return Err(CliError::new(Exit::Failure, "no id is set")
                .hint("`larch my-id 'NAME <USER@HOST>'` sets it"));
        };
        let mut out = Out::new();
        if self.json {
            out.json(&IdJson { id })?;
        } else if self.uid {
            let uid = id.rsplit_once('<').map_or("", |(_, uid)| uid);
            out.line(uid.trim_end_matches('>'))?;
        } else {
            out.line(id)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}
