//! `larch completions`: a script that completes commands and options.

use clap_complete::Shell;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;

/// Print a script that makes a shell complete commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  larch completions bash > ~/.local/share/bash-completion/completions/larch
  larch completions zsh > ~/.zfunc/_larch
  larch completions fish > ~/.config/fish/completions/larch.fish")]
pub(crate) struct Completions {
    /// The shell that the script is for
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, _context: &Context) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "larch", &mut script);
        let mut out = Out::new();
        out.bytes(&script)?;
        out.finish()?;
        Ok(Exit::Success)
    }
}
