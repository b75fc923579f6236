//! The message of one delivery.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};

use super::news::{News, plain};
use crate::clock::Nanos;
use crate::name::Name;

/// The most characters of a subject line.
const SUBJECT: usize = 200;

/// What one message is made of.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Whom it goes to.
    pub to: &'a [Address],
    /// The user who sends it.
    pub user: &'a str,
    /// The host that sends it, which is part of the Message-ID too.
    pub host: &'a str,
    /// The delivery's id: all attempts send one message, and a receiver can tell. `None` where there
    /// is no delivery.
    pub delivery: Option<&'a str>,
    /// When.
    pub now: Nanos,
    /// What is new, oldest first.
    pub news: &'a [News],
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// There is nothing to tell.
    #[error("there is nothing to tell: a mail action reads one line of JSON for each new item")]
    Empty,
    /// An item's name is none.
    #[error("`{0}` is not the name of a new item")]
    Name(String),
    /// The headers make no message.
    #[error("cannot make a message")]
    Message(#[from] lettre::error::Error),
}

impl Letter<'_> {
    /// The message as `sendmail` reads it, with plain line feeds.
    pub fn message(&self) -> Result<Vec<u8>, LetterError> {
        let first = self.news.first().ok_or(LetterError::Empty)?;
        let name = first.name();
        let name = name.ok_or_else(|| LetterError::Name(first.name.clone()))?;
        let date = UNIX_EPOCH + Duration::from_nanos(self.now.try_into().unwrap_or_default());
        let id = self.delivery.map(|id| format!("<{id}@{}>", self.host));
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let mut message = Message::builder()
            .from(self.from())
            .date(date)
            .message_id(id)
            .subject(self.subject(&name))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        for address in self.to {
            message = message.to(Mailbox::new(None, address.clone()));
        }
        let message = message.singlepart(SinglePart::plain(self.text(&name)))?;
        let mut bytes = message.formatted();
        // Every line that lettre writes ends in both; what a text brings along is encoded or gone.
        bytes.retain(|&byte| byte != b'\r');
        Ok(bytes)
    }

    /// The user at the host, or at `localhost` where the host's name is fit for no address.
    fn from(&self) -> Mailbox {
        let at = |user, host| Address::new(user, host).ok();
        let address = at(self.user, self.host)
            .or_else(|| at(self.user, "localhost"))
            .or_else(|| at("larch", "localhost"));
        Mailbox::new(None, address.expect("larch@localhost is an address"))
    }

    fn subject(&self, name: &Name) -> String {
        let archive = name.archive();
        let level = name.level();
        let above = name.parent().unwrap_or_else(|| name.clone());
        let text = match self.news {
            [news] => match &news.summary {
                Some(summary) => format!("[{archive}] {}: {summary}", above.package()),
                None => format!("[{archive}] new {level} {}", name.package()),
            },
            news if above.package().is_empty() => {
                format!("[{archive}] {} new {}", news.len(), level.plural())
            }
            news => format!(
                "[{archive}] {} new {} in {}",
                news.len(),
                level.plural(),
                above.package()
            ),
        };
        plain(&text).chars().take(SUBJECT).collect()
    }

    fn text(&self, name: &Name) -> String {
        let above = name.parent().unwrap_or_else(|| name.clone());
        let level = match self.news.len() {
            1 => name.level().to_string(),
            _ => name.level().plural().to_owned(),
        };
        let mut text = format!(
            "{} new {level} in {}:\n",
            self.news.len(),
            plain(above.as_str())
        );
        for news in self.news {
            text.push('\n');
            text.push_str(&news.paragraph());
        }
        text.push_str("\n-- \nSent by larch");
        if let Some(id) = self.delivery {
            text.push_str(", delivery ");
            text.push_str(id);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(summary: Option<&str>) -> News {
        News {
            name: "jo@example.org--a/c--b--1--patch-1".to_owned(),
            level: "revision".to_owned(),
            summary: summary.map(str::to_owned),
            ..News::default()
        }
    }

    fn message(news: &[News], host: &str) -> String {
        let to = ["al@example.org".parse().unwrap()];
        let letter = Letter {
            to: &to,
            user: "jo",
            host,
            delivery: Some("52f64d445405d0106f62"),
            now: 1_100_000_000 * crate::clock::SECOND,
            news,
        };
        String::from_utf8(letter.message().unwrap()).unwrap()
    }

    #[test]
    fn a_message_is_whole() {
        assert_eq!(
            message(&[revision(Some("Fix it"))], "example.org"),
            "From: jo@example.org\n\
             Date: Tue, 09 Nov 2004 11:33:20 +0000\n\
             Message-ID: <52f64d445405d0106f62@example.org>\n\
             Subject: [jo@example.org--a] c--b--1: Fix it\n\
             Auto-Submitted: auto-generated\n\
             To: al@example.org\n\
             MIME-Version: 1.0\n\
             Content-Type: text/plain; charset=utf-8\n\
             Content-Transfer-Encoding: 7bit\n\
             \n\
             1 new revision in jo@example.org--a/c--b--1:\n\
             \n\
             jo@example.org--a/c--b--1--patch-1\n    \
             Summary: Fix it\n\
             \n\
             -- \n\
             Sent by larch, delivery 52f64d445405d0106f62\n"
        );
    }

    #[test]
    fn nothing_in_a_summary_becomes_a_header() {
        let hostile = "a\r\nBcc: x@example.org\r\n\r\nb\u{2028}\0";
        let text = message(&[revision(Some(hostile))], "example.org");
        let (headers, _) = text.split_once("\n\n").unwrap();
        assert!(
            !headers.lines().any(|line| line.starts_with("Bcc")),
            "{text}"
        );
        assert_eq!(
            headers
                .lines()
                .filter(|line| line.starts_with("Subject:"))
                .count(),
            1
        );
    }

    #[test]
    fn a_host_that_fits_no_address_is_replaced() {
        let text = message(&[revision(None)], "my_host..x");
        assert!(text.contains("From: jo@localhost\n"), "{text}");
    }

    #[test]
    fn nothing_is_not_sent() {
        let letter = Letter {
            to: &[],
            user: "jo",
            host: "h",
            delivery: None,
            now: 0,
            news: &[],
        };
        assert!(matches!(letter.message(), Err(LetterError::Empty)));
    }
}
