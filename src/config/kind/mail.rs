//! Mail addresses.

use std::borrow::Cow;

use lettre::Address;
use lettre::message::Mailbox;

use super::{Kind, Line, Written, Wrong};
use crate::config::file::File;

/// An address, with or without a name.
pub(in crate::config) enum MailSender {}

impl Kind for MailSender {
    type Value = Mailbox;

    fn name() -> Cow<'static, str> {
        "sender".into()
    }

    fn words() -> Cow<'static, str> {
        "a mail address, with or without a name: \"USER@HOST\" or \"NAME <USER@HOST>\"".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<Mailbox, Vec<Wrong>> {
        Line::read(written, file)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(Self::wrong)
    }

    fn show(value: &Mailbox) -> Option<toml::Value> {
        Some(value.to_string().into())
    }
}

/// An address alone. One that begins with `-` is refused: some programs would take it for an option.
pub(in crate::config) enum MailAddress {}

impl Kind for MailAddress {
    type Value = Address;

    fn name() -> Cow<'static, str> {
        "address".into()
    }

    fn words() -> Cow<'static, str> {
        "a mail address: \"USER@HOST\"".into()
    }

    fn read(written: &Written<'_>, _: &File) -> Result<Address, Vec<Wrong>> {
        let text = written.get_ref().as_str().unwrap_or_default();
        text.parse()
            .ok()
            .filter(|_| !text.starts_with('-'))
            .ok_or_else(Self::wrong)
    }

    fn show(value: &Address) -> Option<toml::Value> {
        Some(value.to_string().into())
    }
}

/// How a reader leaves a list.
pub(in crate::config) enum Unsubscribe {}

impl Kind for Unsubscribe {
    type Value = String;

    fn name() -> Cow<'static, str> {
        "link".into()
    }

    fn words() -> Cow<'static, str> {
        "a link: \"https://…\" or \"mailto:…\"".into()
    }

    fn read(written: &Written<'_>, file: &File) -> Result<String, Vec<Wrong>> {
        let is_link = |url: &String| {
            let (scheme, rest) = url.split_once(':').unwrap_or_default();
            matches!(scheme, "http" | "https" | "mailto")
                && !rest.is_empty()
                && url.bytes().all(|byte| byte.is_ascii_graphic())
                && !url.contains(['<', '>'])
        };
        Line::read(written, file)
            .ok()
            .filter(is_link)
            .ok_or_else(Self::wrong)
    }

    fn show(value: &String) -> Option<toml::Value> {
        Some(value.clone().into())
    }
}
