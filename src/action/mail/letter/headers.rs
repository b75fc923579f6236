//! The headers of a mail.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::sender::{Sender, mailbox};
use super::{Letter, ids};
use crate::action::Style;
use crate::clock::{Nanos, SECOND};
use crate::name::{Level, Name};

/// The longest value of a header that cannot be folded: with its name it stays below 998 octets.
const LONGEST: usize = 900;
/// No revision is older: 1990.
const OLDEST: Nanos = 631_152_000 * SECOND;
/// What is encoded in the headers for filters. What is not ASCII always is.
const ENCODED: &AsciiSet = CONTROLS;

/// All headers but those of the body.
pub(super) fn headers(letter: &Letter<'_>, sender: &Sender, subject: &str) -> MessageBuilder {
    let (settings, host) = (letter.settings, sender.host());
    let own = &sender.own;
    let mut message = Message::builder();
    message = match author(letter).filter(|author| author.email != own.email) {
        Some(author) => message.from(author).sender(own.clone()),
        None => message.from(own.clone()),
    };
    if let Some(reply_to) = &settings.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    message = message
        .to(Mailbox::new(None, letter.to.clone()))
        .date(date(letter))
        .subject(subject)
        .message_id(Some(ids::message(letter.batches[0].delivery, host)));
    if let Some(version) = letter.common(Level::Version) {
        let thread = ids::thread(&version, host);
        message = message.in_reply_to(thread.clone()).references(thread);
    }
    for (name, value) in others(letter, host) {
        let name = HeaderName::new_from_ascii_str(name);
        message = message.raw_header(HeaderValue::new(name, value));
    }
    message
}

/// The author of the only revision, where the settings say that mail comes from there.
fn author(letter: &Letter<'_>) -> Option<Mailbox> {
    if !letter.settings.from_author {
        return None;
    }
    let mut items = letter.items();
    let (Some((_, only)), None) = (items.next(), items.next()) else {
        return None;
    };
    mailbox(only.details.as_ref()?.description.author.as_deref()?)
}

/// The date of the only revision, where that can be; else now.
fn date(letter: &Letter<'_>) -> SystemTime {
    let news = &letter.batches[0].news[0];
    let known = news
        .details
        .as_ref()
        .filter(|_| letter.style == Style::Each);
    let made = known
        .and_then(|details| details.description.date.as_deref())
        .and_then(|date| date.parse::<Timestamp>().ok())
        .and_then(|date| Nanos::try_from(date.as_nanosecond()).ok())
        .filter(|made| (OLDEST..=letter.now).contains(made));
    let seconds = made.unwrap_or(letter.now).div_euclid(SECOND);
    UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap_or_default())
}

/// The headers for programs: those that filter, sort and answer mail.
fn others(letter: &Letter<'_>, host: &str) -> Vec<(&'static str, String)> {
    let settings = letter.settings;
    let archive = letter.common(Level::Archive);
    let archive = archive.as_ref().map(Name::as_str);
    let list_id = ids::list(
        settings.list_id.as_deref(),
        archive.unwrap_or("larch"),
        host,
    );
    let mut headers = vec![("List-Id", list_id)];
    if let Some(url) = settings
        .list_unsubscribe
        .as_deref()
        .filter(|url| is_url(url))
    {
        headers.push(("List-Unsubscribe", format!("<{url}>")));
        if url.starts_with("https:") {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            headers.push(("List-Unsubscribe-Post", one_click));
        }
    }
    headers.push(("Auto-Submitted", "auto-generated".to_owned()));
    // What answers mail and is older than Auto-Submitted knows this one.
    headers.push(("Precedence", "list".to_owned()));
    let part = |level| {
        let part = letter.common(level)?.part().to_owned();
        Some(part).filter(|part| !part.is_empty())
    };
    let batch = &letter.batches[0];
    let level = letter.first().level();
    let is_one_level = letter
        .items()
        .all(|(_, news)| news.item.name.level() == level);
    let known = [
        ("X-Larch-Archive", archive.map(str::to_owned)),
        ("X-Larch-Category", part(Level::Category)),
        ("X-Larch-Branch", part(Level::Branch)),
        ("X-Larch-Version", part(Level::Version)),
        ("X-Larch-Revision", part(Level::Revision)),
        ("X-Larch-Level", is_one_level.then(|| level.to_string())),
        ("X-Larch-Kind", archive.map(|_| batch.kind.to_owned())),
        ("X-Larch-Action", Some(letter.command.to_owned())),
        ("X-Larch-Delivery", Some(batch.delivery.to_owned())),
    ];
    headers.extend(known.into_iter().filter_map(|(header, value)| {
        let value = utf8_percent_encode(&value?, ENCODED).to_string();
        let mut value = value.replace("=?", "=%3F");
        value.truncate(LONGEST);
        Some((header, value))
    }));
    headers
}

/// Whether a setting is a URL that fits between `<` and `>`.
fn is_url(url: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>,".contains(c);
    (url.starts_with("https:") || url.starts_with("mailto:") || url.starts_with("http:"))
        && url.chars().all(is_plain)
        && url.len() <= LONGEST
}
