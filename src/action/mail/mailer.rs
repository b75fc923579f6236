//! How mail leaves this machine.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use lettre::Address;

use super::transport::Carrier;
use crate::action::{Ended, Means, Outcome, ProcessGroup};

/// A finished message and its envelope.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outgoing<'a> {
    /// Where failures to deliver it are reported to.
    pub(super) from: &'a Address,
    /// Whom it goes to.
    pub(super) to: &'a Address,
    /// The message, with CR LF at the end of each line.
    pub(super) message: &'a [u8],
    /// How long it may take to hand it over.
    pub(super) timeout: Duration,
    /// The id of the delivery's part, by which a left-over program is found.
    pub(super) delivery_id: &'a str,
}

/// The way that the settings choose for mail. All mailers of a poll share what they open: it stays
/// open for the next message.
#[derive(Debug)]
pub(super) struct Mailer {
    means: Arc<Means>,
}

impl Mailer {
    /// Nothing is opened before it is asked for.
    pub(super) fn new(means: &Arc<Means>) -> Self {
        Self {
            means: Arc::clone(means),
        }
    }

    /// Whether there is a way at all; else what to do, in words.
    pub(super) fn ready(&self) -> Result<(), String> {
        self.carrier().map(drop).map_err(Clone::clone)
    }

    /// Hands over one message. The output is what the other side said.
    pub(super) fn send(
        &self,
        outgoing: &Outgoing<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Ended {
        match self.carrier() {
            Ok(carrier) => carrier.send(&self.means, outgoing, started, stop),
            Err(why) => Ended::without_output(Outcome::NotStarted(why.clone()), Duration::ZERO),
        }
    }

    fn carrier(&self) -> Result<&Carrier, &String> {
        let open = || Carrier::open(&self.means);
        self.means.carrier.get_or_init(open).as_ref()
    }
}
