//! `larch man`: the manual pages, made from the same words as the help.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Command;

use super::command_path::command_path;
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use crate::fsx::write_atomic;

/// Print a manual page, or write all of them into a directory
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  larch man | man -l -            Read the page of larch itself
  larch man notify | man -l -     Read the page of a command
  larch man rules list            Print the page that --out calls larch-rules-list.1
  larch man --out ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// The command whose page is printed, as words or as its page is called; larch itself if none
    /// is given
    command: Vec<String>,
    /// Write the pages of all commands into this directory
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    out: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
struct WriteError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl Man {
    pub(crate) fn run(self, _context: &Context) -> Result<Exit, CliError> {
        let mut root = super::command();
        root.build();
        if let Some(dir) = self.out {
            std::fs::create_dir_all(&dir).map_err(|source| write_error(&dir, source))?;
            write_all(&root, &dir)?;
            return Ok(Exit::Success);
        }
        let path = command_path(&self.command, "man")?;
        let wanted = path.iter().fold(&root, |command, name| {
            command.find_subcommand(name).unwrap_or(command)
        });
        let mut out = Out::new();
        out.bytes(&page(wanted))?;
        out.finish()?;
        Ok(Exit::Success)
    }
}

/// Writes the page of `command` and of everything below it.
fn write_all(command: &Command, dir: &Path) -> Result<(), CliError> {
    let path = dir.join(clap_mangen::Man::new(command.clone()).get_filename());
    write_atomic(&path, &page(command), 0o666).map_err(|source| write_error(&path, source))?;
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .try_for_each(|below| write_all(below, dir))
}

fn write_error(path: &Path, source: io::Error) -> CliError {
    let path = path.to_owned();
    CliError::new(Exit::Failure, WriteError { path, source })
}

fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _always = render(command, &mut page);
    page
}

fn render(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let bare = command
        .clone()
        .version(None)
        .after_help(None)
        .after_long_help(None);
    clap_mangen::Man::new(bare)
        .source(concat!("larch ", env!("CARGO_PKG_VERSION")))
        .manual("larch")
        .render(page)?;
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    for block in after.split("\n\n").filter(|block| !block.is_empty()) {
        let Some((heading, lines)) = block.split_once(":\n") else {
            writeln!(page, ".PP\n{}", escape(block))?;
            continue;
        };
        match heading {
            "Examples" | "Exit status" => writeln!(page, ".SH \"{}\"", heading.to_uppercase())?,
            _ => writeln!(page, ".PP\n{}:", escape(heading))?,
        }
        writeln!(page, ".nf")?;
        for line in lines.lines() {
            writeln!(page, "{}", escape(line))?;
        }
        writeln!(page, ".fi")?;
    }
    Ok(())
}

/// A line as roff prints it unchanged.
fn escape(line: &str) -> String {
    let escaped = line.replace('\\', "\\e").replace('-', "\\-");
    if escaped.starts_with(['.', '\'']) {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}
