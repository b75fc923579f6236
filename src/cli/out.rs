//! Standard output: the answer of a command, and nothing else.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write as _};

use serde::Serialize;

use super::error::CliError;
use super::exit::Exit;

/// Standard output, locked and buffered. [`Out::finish`] says what could not be written.
///
/// A reader that has read enough (`larch log | head`) is no failure: its error ends the command
/// silently and with success.
#[derive(Debug)]
pub(crate) struct Out {
    writer: BufWriter<StdoutLock<'static>>,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output")]
struct OutError {
    #[source]
    source: io::Error,
}

impl Out {
    pub(crate) fn new() -> Self {
        Self {
            writer: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        }
    }

    /// Writes one line.
    pub(crate) fn line(&mut self, line: impl Display) -> Result<(), CliError> {
        writeln!(self.writer, "{line}").map_err(failed)
    }

    /// Writes one line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        serde_json::to_writer(&mut self.writer, value)
            .map_err(io::Error::from)
            .and_then(|()| self.writer.write_all(b"\n"))
            .map_err(failed)
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        self.writer.write_all(bytes).map_err(failed)
    }

    /// Writes what is left. Without this a full disk stays unnoticed.
    pub(crate) fn finish(mut self) -> Result<(), CliError> {
        self.writer.flush().map_err(failed)
    }
}

fn failed(source: io::Error) -> CliError {
    match source.kind() {
        ErrorKind::BrokenPipe => CliError::silent(Exit::Success),
        _ => CliError::new(Exit::Failure, OutError { source }),
    }
}
