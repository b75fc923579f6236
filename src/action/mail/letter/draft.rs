//! A mail that is finished but for the encoding.

use std::fmt::Write as _;

use lettre::Address;
use lettre::error::Error;
use lettre::message::{Message, MessageBuilder, SinglePart};

/// A mail that is finished but for the encoding.
#[derive(Debug)]
pub(in crate::action::mail) struct Draft {
    pub(super) headers: MessageBuilder,
    pub(super) text: String,
    pub(super) from: Address,
    pub(super) to: Address,
}

/// A message that can be sent.
#[derive(Clone, Debug)]
pub(in crate::action::mail) struct Written {
    /// Where failures to deliver it are reported to.
    pub(in crate::action::mail) from: Address,
    /// Whom it goes to.
    pub(in crate::action::mail) to: Address,
    /// The message, with CR LF at the end of each line.
    pub(in crate::action::mail) message: Vec<u8>,
}

impl Draft {
    /// The message as it is sent.
    pub(in crate::action::mail) fn write(self) -> Result<Written, Error> {
        let message = message(self.headers, self.text)?;
        Ok(Written {
            from: self.from,
            to: self.to,
            message: message.formatted(),
        })
    }

    /// The message as a mail program shows it: nothing in it is encoded.
    pub(in crate::action::mail) fn shown(self) -> Result<String, Error> {
        let message = message(self.headers, self.text.clone())?;
        let mut shown = String::new();
        for line in message.headers().to_string().lines() {
            let name = line.split(':').next().unwrap_or_default();
            if let Some(value) = message.headers().get_raw(name) {
                // Writing to a string does not fail.
                let _always = writeln!(shown, "{name}: {value}");
            }
        }
        shown.push('\n');
        shown.push_str(&self.text);
        Ok(shown)
    }
}

fn message(headers: MessageBuilder, text: String) -> Result<Message, Error> {
    // The end of the last line is added.
    let text = text.strip_suffix('\n').map(str::to_owned).unwrap_or(text);
    headers.singlepart(SinglePart::plain(text))
}
