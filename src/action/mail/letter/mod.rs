//! The message of one attempt: what is new, as a mail.
//!
//! [`Letter`] is what there is to say; [`Letter::draft`] makes a [`Draft`] of it: [`Page`] gives
//! templates their variables, they make the subject and the text, [`headers`] the rest. Names, logs
//! and settings are strangers' text: each is one line where one line belongs, and does nothing in a
//! mail program. A mail is made whatever they hold; only a template can fail.

mod check;
mod diffstat;
mod draft;
mod entry;
mod headers;
mod ids;
mod news;
mod notice;
mod page;
mod sender;
mod templates;
mod text;
mod words;

pub use check::{check_templates, stray_templates};
pub(super) use draft::Draft;
pub(super) use entry::shorten;
pub(super) use news::{Batch, News};
pub use notice::Notice;
pub use templates::TEMPLATES;
pub(super) use templates::load;

use lettre::Address;

use self::page::Page;
use self::sender::Sender;
use crate::action::Style;
use crate::action::template::{self, TemplateError, Templates};
use crate::clock::Nanos;
use crate::config::MailSettings;

/// The most characters of a subject.
const SUBJECT: usize = 140;

/// What one message is made of.
#[derive(Debug)]
pub(super) struct Letter<'a> {
    /// `[mail]`.
    pub(super) settings: &'a MailSettings,
    /// The user who sends it, where the settings do not say.
    pub(super) user: &'a str,
    /// This host's name.
    pub(super) host: &'a str,
    /// Whom it goes to.
    pub(super) to: &'a Address,
    /// The COMMAND.
    pub(super) command: &'a str,
    /// How it is told.
    pub(super) style: Style,
    /// What is told; there is at least one batch, with at least one item.
    pub(super) batches: Vec<Batch<'a>>,
    /// Now.
    pub(super) now: Nanos,
}

impl<'a> Letter<'a> {
    /// Makes the mail; only a template can fail.
    pub(super) fn draft(&self, templates: &Templates) -> Result<Draft, TemplateError> {
        let entries = page::entries(self);
        let page = template::prepared(&Page::new(self, &entries));
        let subject = templates.render(templates::SUBJECT, &page)?;
        let text = templates.render(templates::of(self.style, self.first().level()), &page)?;
        let sender = Sender::new(self.settings, self.user, self.host);
        let mut subject = text::header(&subject, SUBJECT);
        if subject.is_empty() {
            subject = format!("[{}]", self.first().archive());
        }
        Ok(Draft {
            headers: headers::headers(self, &sender, &subject),
            text: text::body(&text),
            from: sender.own.email,
            to: self.to.clone(),
        })
    }

    /// The items of all batches, in their order.
    fn items(&self) -> impl Iterator<Item = (&Batch<'a>, &News<'a>)> {
        self.batches
            .iter()
            .flat_map(|batch| batch.news.iter().map(move |news| (batch, news)))
    }
}
