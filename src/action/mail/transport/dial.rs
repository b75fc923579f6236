//! The first step to a relay: a TCP connection.

use std::io;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use super::failure::Cause;
use super::patience::{TICK, Wait};

/// Connects to the first address of `host` that lets us in.
///
/// The stream's calls return after a [`TICK`], with nothing done if need be, and what is written
/// leaves at once.
pub(super) fn dial(host: &str, port: u16, wait: &Wait<'_>) -> Result<TcpStream, Cause> {
    let (sender, receiver) = mpsc::channel();
    let (host, until) = (host.to_owned(), wait.until());
    // To find a host's addresses takes as long as it takes, so that it is left to a thread that may
    // be left alone.
    thread::Builder::new()
        .name("larch-dial".to_owned())
        .spawn(move || sender.send(connect(&host, port, until)).ok())
        .map_err(|error| Cause::Broken(error.to_string()))?;
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => {
                return Err(wait.late().into());
            }
            Ok(Err(error)) => return Err(Cause::Broken(error.to_string())),
            Err(RecvTimeoutError::Timeout) => wait.look()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Cause::Broken("the search for it ended".to_owned()));
            }
        }
    }
}

/// Each address gets its share of the time that is left.
fn connect(host: &str, port: u16, until: Instant) -> io::Result<TcpStream> {
    let mut addresses = (host, port).to_socket_addrs()?;
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    while let Some(address) = addresses.next() {
        let others = u32::try_from(addresses.len()).unwrap_or(u32::MAX - 1);
        let left = until.saturating_duration_since(Instant::now()) / (others + 1);
        match TcpStream::connect_timeout(&address, left.max(TICK)) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(TICK))?;
                stream.set_write_timeout(Some(TICK))?;
                return Ok(stream);
            }
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
