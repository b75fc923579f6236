//! A message about larch itself, to whoever runs it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use super::sender::Sender;
use super::{Draft, ids, text};
use crate::action::mail::{Mailer, Outgoing};
use crate::action::{Ended, Means, Outcome, means};
use crate::causes::with_causes;
use crate::clock::Nanos;

/// A message about larch itself, to whoever runs it.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// Whom it goes to.
    pub to: &'a Address,
    /// What makes it the same message when it is sent again: letters, digits and `-`.
    pub id: &'a str,
    /// Its subject, in one line.
    pub subject: &'a str,
    /// Its text.
    pub text: &'a str,
    /// When.
    pub now: Nanos,
}

impl Notice<'_> {
    /// Sends it as all mail is sent. Characters that a terminal would obey are replaced.
    pub fn send(&self, means: &Arc<Means>, stop: &AtomicBool) -> Ended {
        let mailer = Mailer::new(means);
        let not_sent = |why| Ended::without_output(Outcome::NotStarted(why), Duration::ZERO);
        if let Err(why) = mailer.ready() {
            return not_sent(why);
        }
        let written = match self.draft(means).write() {
            Ok(written) => written,
            Err(error) => return not_sent(with_causes(&error)),
        };
        let outgoing = Outgoing {
            from: &written.from,
            to: &written.to,
            message: &written.message,
            timeout: means.config.mail.timeout,
            delivery_id: self.id,
        };
        mailer.send(&outgoing, &mut |_| {}, stop)
    }

    fn draft(&self, means: &Means) -> Draft {
        let settings = &means.config.mail;
        let sender = Sender::new(settings, means.user(), &means::host());
        let date = UNIX_EPOCH + Duration::from_nanos(self.now.try_into().unwrap_or_default());
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let headers = Message::builder()
            .from(sender.own.clone())
            .to(Mailbox::new(None, self.to.clone()))
            .date(date)
            .message_id(Some(ids::message(self.id, sender.host())))
            .subject(text::line(self.subject))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Draft {
            headers,
            text: text::body(self.text),
            from: sender.own.email,
            to: self.to.clone(),
        }
    }
}
