//! Who a mail comes from, and where answers go.

use lettre::Address;
use lettre::message::Mailbox;

use super::text::header;
use crate::config::MailSettings;

/// The longest name of a person, in characters.
const NAME: usize = 100;

/// Who larch is in a mail.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// Larch, as the settings name it, or the user at the host.
    pub(super) own: Mailbox,
}

impl Sender {
    /// The settings' `from`; else the user at the host, or at `localhost` where that is no domain.
    pub(super) fn new(settings: &MailSettings, user: &str, host: &str) -> Self {
        let own = settings.from.clone().unwrap_or_else(|| {
            let at = |user, host| Address::new(user, host).ok().filter(is_plain);
            let address = at(user, host)
                .or_else(|| at(user, "localhost"))
                .or_else(|| at("larch", host))
                .or_else(|| at("larch", "localhost"));
            Mailbox::new(None, address.expect("larch@localhost is an address"))
        });
        Self { own }
    }

    /// The domain of the ids that larch makes.
    pub(super) fn host(&self) -> &str {
        Some(self.own.email.domain())
            .filter(|domain| domain.is_ascii())
            .unwrap_or("localhost")
    }
}

/// Reads `NAME <ADDRESS>`, or `ADDRESS` alone, whatever the name is. `None` where the address is
/// none that every mail system takes.
pub(super) fn mailbox(text: &str) -> Option<Mailbox> {
    let (name, address) = match text
        .trim()
        .strip_suffix('>')
        .and_then(|text| text.rsplit_once('<'))
    {
        Some((name, address)) => (name, address),
        None => ("", text),
    };
    let address: Address = address.trim().parse().ok().filter(is_plain)?;
    let name = name.trim();
    let unquoted = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    // U+FFFD for what is a control character: lettre panics of one.
    let name = header(unquoted.unwrap_or(name), NAME);
    Some(Mailbox::new((!name.is_empty()).then_some(name), address))
}

/// Whether an address stands in a header as it is.
fn is_plain(address: &Address) -> bool {
    let text: &str = address.as_ref();
    text.is_ascii() && text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 254
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_read_however_the_name_is_written() {
        for (text, read) in [
            ("jo@x.org", Some((None, "jo@x.org"))),
            ("<jo@x.org>", Some((None, "jo@x.org"))),
            ("J. Ö. <jo@x.org>", Some((Some("J. Ö."), "jo@x.org"))),
            ("\"Jo, T\" <jo@x.org>", Some((Some("Jo, T"), "jo@x.org"))),
            ("a <b> <jo@x.org>", Some((Some("a <b>"), "jo@x.org"))),
            (
                "a\r\nBcc: b\0 <jo@x.org>",
                Some((Some("a Bcc: b\u{fffd}"), "jo@x.org")),
            ),
            ("Jo", None),
            ("Jo <jo>", None),
            ("Jo <jö@x.org>", None),
            ("Jo <jo@x.org", None),
            (
                "Jo <jo@x.org>, Al <al@x.org>",
                Some((Some("Jo <jo@x.org>, Al"), "al@x.org")),
            ),
        ] {
            let found = mailbox(text);
            let found = found.map(|found| (found.name, found.email.to_string()));
            let read = read.map(|(name, email)| (name.map(str::to_owned), email.to_owned()));
            assert_eq!(found, read, "{text}");
        }
    }

    #[test]
    fn larch_is_the_user_at_the_host_unless_it_is_told_otherwise() {
        let from = |from: Option<&str>, user, host| {
            let settings = MailSettings {
                from: from.and_then(mailbox),
                ..MailSettings::default()
            };
            Sender::new(&settings, user, host).own.to_string()
        };
        assert_eq!(from(None, "jo", "h.org"), "jo@h.org");
        assert_eq!(from(None, "jo", "my_host..x"), "jo@localhost");
        assert_eq!(from(None, "j o", "h.org"), "larch@h.org");
        assert_eq!(from(Some("Larch <l@x.org>"), "jo", "h"), "Larch <l@x.org>");
    }
}
