//! Why a relay did not take a message, and what that means for the message.

use std::fmt;

use super::patience::Enough;
use crate::action::Outcome;
use crate::action::outcome::Words;

/// What the relay was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A connection.
    Connect,
    /// Encryption.
    Tls,
    /// Its greeting, and an answer to ours.
    Greeting,
    /// To make ready for encryption.
    StartTls,
    /// To believe who we are.
    Auth,
    /// To take a message from a sender.
    Mail,
    /// To take it for a recipient.
    Rcpt,
    /// To listen to its text.
    Data,
    /// To take it over.
    Message,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Nobody waited any longer.
    Enough(Enough),
    /// The relay said no.
    Answered {
        /// The code that its answer begins with.
        code: u16,
        /// The rest of the answer.
        words: String,
    },
    /// The conversation did not go on, for this reason.
    Broken(String),
    /// The relay cannot do what the message needs, in these words.
    Unable(&'static str),
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) step: Step,
    pub(super) cause: Cause,
}

impl From<Enough> for Cause {
    fn from(enough: Enough) -> Self {
        Self::Enough(enough)
    }
}

impl Cause {
    /// The cause with the step that it befell.
    pub(super) fn at(self, step: Step) -> Failure {
        Failure { step, cause: self }
    }
}

impl Failure {
    /// What it means for the message, where the relay is called `relay`.
    ///
    /// Only what was said of this message is final: that the relay lets nobody in, that it wants a
    /// password first (530), or that it is about to go (421), is none of its faults.
    pub(super) fn outcome(&self, relay: &str) -> Outcome {
        let words = self.words(relay);
        match &self.cause {
            Cause::Enough(Enough::Stopped) => Outcome::Stopped,
            _ if self.step < Step::Mail => deferred(words),
            Cause::Answered { code, .. } if *code >= 500 && *code != 530 => Outcome::Refused(words),
            Cause::Unable(_) => Outcome::Refused(words),
            _ => deferred(words),
        }
    }

    /// Whether the connection is as good as before.
    pub(super) fn spares_the_connection(&self) -> bool {
        match self.cause {
            Cause::Answered { code, .. } => code != 421,
            Cause::Unable(_) => true,
            Cause::Enough(_) | Cause::Broken(_) => false,
        }
    }

    /// Whether a connection that was idle before explains it, and the relay cannot have taken the
    /// message.
    pub(super) fn comes_from_idleness(&self) -> bool {
        !self.spares_the_connection()
            && !matches!(self.cause, Cause::Enough(_))
            && self.step < Step::Message
    }

    /// Whether other messages would fare no better now.
    pub(super) fn concerns_all(&self) -> bool {
        match self.cause {
            Cause::Enough(Enough::Stopped) => false,
            _ if self.step < Step::Mail => true,
            _ => self.step == Step::Mail && !self.spares_the_connection(),
        }
    }

    /// What happened, in one line.
    pub(super) fn words(&self, relay: &str) -> String {
        let step = self.step;
        let mut words = match (&self.cause, step) {
            (Cause::Enough(Enough::Stopped), _) => format!("{relay} was left at {step}"),
            (Cause::Enough(Enough::Late(limit)), Step::Connect) => {
                format!("{relay} does not let us in within {}", Words(*limit))
            }
            (Cause::Enough(Enough::Late(limit)), _) => {
                format!("{relay} did not answer {step} within {}", Words(*limit))
            }
            (Cause::Answered { code, words }, _) => {
                format!("{relay} answered {step} with {code} {words}")
            }
            (Cause::Broken(why), Step::Connect) => format!("cannot connect to {relay}: {why}"),
            (Cause::Broken(why), _) => format!("{relay} broke off at {step}: {why}"),
            (Cause::Unable(why), _) => format!("{relay} {why}"),
        };
        if step == Step::Message && !self.spares_the_connection() {
            words.push_str("; it may have taken the message, which will come again");
        }
        words
    }
}

/// An outcome that is tried again whenever the delivery's schedule says so.
pub(super) fn deferred(why: String) -> Outcome {
    Outcome::Deferred {
        why,
        not_before: None,
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "the connection",
            Self::Tls => "the TLS handshake",
            Self::Greeting => "our greeting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Message => "the message",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn answered(code: u16) -> Cause {
        let words = "words".to_owned();
        Cause::Answered { code, words }
    }

    #[test]
    fn only_what_is_said_of_a_message_is_final() {
        let late = || Cause::Enough(Enough::Late(Duration::from_secs(1)));
        let broken = || Cause::Broken("why".to_owned());
        let cases = [
            (answered(554).at(Step::Greeting), "deferred"),
            (answered(535).at(Step::Auth), "deferred"),
            (Cause::Unable("cannot").at(Step::StartTls), "deferred"),
            (answered(550).at(Step::Mail), "refused"),
            (answered(530).at(Step::Mail), "deferred"),
            (answered(421).at(Step::Rcpt), "deferred"),
            (answered(450).at(Step::Rcpt), "deferred"),
            (answered(550).at(Step::Rcpt), "refused"),
            (answered(554).at(Step::Data), "refused"),
            (answered(552).at(Step::Message), "refused"),
            (answered(452).at(Step::Message), "deferred"),
            (Cause::Unable("cannot").at(Step::Mail), "refused"),
            (late().at(Step::Message), "deferred"),
            (broken().at(Step::Message), "deferred"),
            (Cause::Enough(Enough::Stopped).at(Step::Rcpt), "stopped"),
        ];
        for (failure, expected) in cases {
            let found = match failure.outcome("relay") {
                Outcome::Refused(_) => "refused",
                Outcome::Deferred { .. } => "deferred",
                Outcome::Stopped => "stopped",
                _ => "something else",
            };
            assert_eq!(found, expected, "{failure:?}");
        }
    }

    #[test]
    fn a_message_that_may_have_been_taken_is_not_sent_again_at_once() {
        let lost = |step| Cause::Broken("why".to_owned()).at(step);
        assert!(lost(Step::Mail).comes_from_idleness());
        assert!(lost(Step::Data).comes_from_idleness());
        assert!(!lost(Step::Message).comes_from_idleness());
        assert!(lost(Step::Message).words("relay").contains("come again"));
        assert!(answered(421).at(Step::Mail).comes_from_idleness());
        assert!(!answered(450).at(Step::Mail).comes_from_idleness());
    }

    #[test]
    fn a_recipient_is_not_the_fault_of_the_relay() {
        let lost = |step| Cause::Broken("why".to_owned()).at(step);
        assert!(lost(Step::Connect).concerns_all());
        assert!(lost(Step::Mail).concerns_all());
        assert!(!lost(Step::Rcpt).concerns_all());
        assert!(!answered(450).at(Step::Mail).concerns_all());
        assert!(
            !Cause::Enough(Enough::Stopped)
                .at(Step::Connect)
                .concerns_all()
        );
    }
}
