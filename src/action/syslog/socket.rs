//! The socket of the system's log.

use std::io::{self, ErrorKind};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::action::Outcome;
use crate::config::format_duration;

/// How long `stop` may go unseen.
const LOOK_FOR_STOP: Duration = Duration::from_millis(100);

/// A connection to whatever reads the log's socket.
pub(super) struct Socket {
    path: PathBuf,
    datagrams: UnixDatagram,
    until: Instant,
    limit: Duration,
}

impl Socket {
    /// Connects to the socket at `path`, for no longer than `limit`.
    pub(super) fn connect(path: &Path, limit: Duration) -> Result<Self, Outcome> {
        let connected = || {
            let socket = UnixDatagram::unbound()?;
            socket.connect(path)?;
            socket.set_write_timeout(Some(LOOK_FOR_STOP))?;
            Ok(socket)
        };
        Ok(Self {
            datagrams: connected().map_err(|error| deferred(path, &error))?,
            path: path.to_owned(),
            until: Instant::now() + limit,
            limit,
        })
    }

    /// Writes one line, and waits while the log takes none.
    pub(super) fn send(&self, line: &str, stop: &AtomicBool) -> Result<(), Outcome> {
        loop {
            if stop.load(Ordering::Relaxed) {
                return Err(Outcome::Stopped);
            }
            match self.datagrams.send(line.as_bytes()) {
                Ok(_) => return Ok(()),
                Err(error) if is_full(&error) => {}
                Err(error) => return Err(deferred(&self.path, &error)),
            }
            if Instant::now() >= self.until {
                return Err(Outcome::deferred(format!(
                    "the log that reads {} takes no line, for {} now",
                    self.path.display(),
                    format_duration(self.limit)
                )));
            }
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
        || Errno::from_io_error(error) == Some(Errno::NOBUFS)
}

fn deferred(path: &Path, error: &io::Error) -> Outcome {
    let path = path.display();
    Outcome::deferred(match error.kind() {
        ErrorKind::NotFound => format!(
            "there is no socket {path}: no log runs, or it reads another one, which `[syslog] socket` names"
        ),
        ErrorKind::ConnectionRefused => format!("no log reads the socket {path}"),
        _ => format!("cannot write to the log's socket {path}: {error}"),
    })
}
