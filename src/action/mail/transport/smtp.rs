//! Mail by SMTP: over few connections to one relay.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::breaker::Breaker;
use super::failure::{Failure, deferred};
use super::patience::Patience;
use super::relay::Relay;
use super::session::Session;
use super::sessions::Sessions;
use crate::action::mail::Outgoing;
use crate::action::{Ended, Outcome};

/// How long a relay that lets nobody in is left alone.
const PAUSE: Duration = Duration::from_secs(30);

/// How long taking leave may take.
const LEAVE: Duration = Duration::from_millis(500);

/// A relay, and the connections to it.
///
/// Each caller has a connection for itself as long as a message takes, and leaves it to the next one.
#[derive(Debug)]
pub(super) struct Smtp {
    relay: Relay,
    sessions: Sessions,
    breaker: Breaker,
}

impl Smtp {
    /// Connects to nobody yet.
    pub(super) fn new(relay: Relay) -> Self {
        Self {
            relay,
            sessions: Sessions::default(),
            breaker: Breaker::new(PAUSE),
        }
    }

    /// Hands over one message. The output is the relay's last answer.
    pub(super) fn send(&self, outgoing: &Outgoing<'_>, stop: &AtomicBool) -> Ended {
        let begun = Instant::now();
        let patience = Patience {
            stop,
            step: self.relay.step,
            until: begun + outgoing.timeout,
        };
        let (outcome, output) = match self.deliver(outgoing, &patience) {
            Ok(answer) => (Outcome::Success, answer.into_bytes()),
            Err(outcome) => (outcome, Vec::new()),
        };
        Ended {
            output_total: output.len() as u64,
            outcome,
            output,
            duration: begun.elapsed(),
        }
    }

    fn deliver(&self, outgoing: &Outgoing<'_>, patience: &Patience<'_>) -> Result<String, Outcome> {
        if let Some(session) = self.sessions.take() {
            match self.send_over(session, outgoing, patience) {
                Err(failure) if failure.comes_from_idleness() => {}
                ended => return ended.map_err(|failure| failure.outcome(&self.relay.shown)),
            }
        }
        let session = match self.open(patience) {
            Ok(session) => session,
            // It may let in no more than those that are there.
            Err(outcome) => self.sessions.take_next(&patience.begin()).ok_or(outcome)?,
        };
        self.send_over(session, outgoing, patience)
            .map_err(|failure| self.judge(&failure))
    }

    fn open(&self, patience: &Patience<'_>) -> Result<Session, Outcome> {
        self.breaker.ask().map_err(deferred)?;
        self.sessions.opening();
        match Session::open(&self.relay, patience) {
            Ok(session) => {
                self.breaker.succeeded();
                Ok(session)
            }
            Err(failure) => {
                self.sessions.give_back(None);
                Err(self.judge(&failure))
            }
        }
    }

    /// What a failure means for this message, and perhaps for those that come next.
    fn judge(&self, failure: &Failure) -> Outcome {
        if failure.concerns_all() {
            self.breaker.failed(failure.words(&self.relay.shown));
        }
        failure.outcome(&self.relay.shown)
    }

    /// Sends over a session, and keeps it if it is of use for another message.
    fn send_over(
        &self,
        mut session: Session,
        outgoing: &Outgoing<'_>,
        patience: &Patience<'_>,
    ) -> Result<String, Failure> {
        let ended = session.send(outgoing, patience);
        let goes_on = match &ended {
            Ok(_) => true,
            Err(failure) => failure.spares_the_connection() && session.reset(patience),
        };
        self.sessions.give_back(goes_on.then_some(session));
        ended
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let patience = Patience {
            stop: &AtomicBool::new(false),
            step: LEAVE,
            until: Instant::now() + LEAVE,
        };
        for session in self.sessions.take_all() {
            session.quit(&patience);
        }
    }
}
