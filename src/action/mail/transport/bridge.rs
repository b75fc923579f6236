//! Where lettre's protocol code, which is made for asynchronous programs, meets a line that waits.
//!
//! Each poll of a [`Bridge`] makes one call, which waits for a tick at most, and is pending then, even
//! if there is more to be done at once. So [`drive`] brings a future to its end by polling it, and
//! looks between two calls whether it is worth waiting on.

use std::io::{self, Read as _, Write as _};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::patience::{Enough, Wait};
use super::wire::Wire;

/// The most bytes that are gathered before they leave.
const GATHERED: usize = 64 << 10;

/// The most bytes of one answer.
const ANSWER: usize = 8 << 10;

/// A line as lettre's code wants it.
///
/// What is written leaves when an answer is waited for: a message and the dot at its end in one
/// packet, since a packet of its own for the dot waits until the rest is acknowledged.
#[derive(Debug)]
pub(super) struct Bridge {
    wire: Wire,
    unsent: Vec<u8>,
    heard: usize,
    /// The last call heard something.
    has_heard: bool,
    first: &'static [u8],
}

impl Bridge {
    /// A bridge over `wire`, on which `first` is heard before all else.
    pub(super) fn new(wire: Wire, first: &'static [u8]) -> Self {
        Self {
            wire,
            unsent: Vec::new(),
            heard: 0,
            has_heard: false,
            first,
        }
    }

    fn gather(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.heard = 0;
        if self.unsent.len() >= GATHERED {
            self.send()?;
        }
        self.unsent.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn send(&mut self) -> io::Result<()> {
        if !self.unsent.is_empty() {
            match self.wire.write(&self.unsent)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                sent => drop(self.unsent.drain(..sent)),
            }
            if !self.unsent.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
        }
        self.wire.flush()
    }

    fn hear(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.first.is_empty() {
            return self.first.read(buffer);
        }
        self.send()?;
        if std::mem::take(&mut self.has_heard) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let length = self.wire.read(buffer)?;
        self.has_heard = true;
        self.heard += length;
        if length == 0 {
            let said = "the connection was closed";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, said));
        }
        if self.heard > ANSWER {
            let said = "the answer does not end";
            return Err(io::Error::new(io::ErrorKind::InvalidData, said));
        }
        // Words in an old encoding must not hide the code before them.
        let heard = &mut buffer[..length];
        if str::from_utf8(heard).is_err() {
            for byte in heard.iter_mut().filter(|byte| !byte.is_ascii()) {
                *byte = b'?';
            }
        }
        Ok(length)
    }
}

/// A tick in which nothing could be done is no failure.
fn poll<T>(result: io::Result<T>) -> Poll<io::Result<T>> {
    match result {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
            ) =>
        {
            Poll::Pending
        }
        done => Poll::Ready(done),
    }
}

impl AsyncRead for Bridge {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let length = self.hear(buffer.initialize_unfilled());
        poll(length.map(|length| buffer.advance(length)))
    }
}

impl AsyncWrite for Bridge {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        poll(self.gather(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        poll(self.send())
    }
}

impl AsyncTokioStream for Bridge {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.wire.socket().peer_addr()
    }
}

/// Brings a future over a [`Bridge`] to its end, unless nobody waits any longer.
pub(super) fn drive<T>(future: impl Future<Output = T>, wait: &Wait<'_>) -> Result<T, Enough> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return Ok(done);
        }
        wait.look()?;
    }
}
