//! A line of the system's log.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::action::last_lines::printable;
use crate::archive::Description;
use crate::clock::{Nanos, SECOND};
use crate::config::{Facility, Severity};
use crate::name::Name;

/// The most bytes of what is told of an item.
const LENGTH: usize = 1 << 10;

/// One item, as the system's log hears of it: in the form of RFC 3164 that the C library writes too.
pub(super) struct Line<'a> {
    /// Who writes.
    pub(super) facility: Facility,
    /// How urgent it is.
    pub(super) severity: Severity,
    /// Now.
    pub(super) now: Nanos,
    /// The number of the process that writes.
    pub(super) process: u32,
    /// The delivery's id.
    pub(super) delivery_id: &'a str,
    /// The item.
    pub(super) name: &'a Name,
    /// What the archive knows of a revision.
    pub(super) description: Option<&'a Description>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let now = Timestamp::from_second(self.now.div_euclid(SECOND)).unwrap_or_default();
        let now = now.to_zoned(TimeZone::system()).strftime("%b %e %H:%M:%S");
        let known = |before: &str, field: fn(&Description) -> &Option<String>| {
            let value = self.description.and_then(|known| field(known).as_ref());
            value.map_or_else(String::new, |value| format!("{before}{value}"))
        };
        let text = format!(
            "new {} {}{}{}",
            self.name.level(),
            self.name,
            known(" by ", |description| &description.author),
            known(": ", |description| &description.summary),
        );
        let mut text = printable(&text, LENGTH);
        if text.len() > LENGTH {
            text.truncate(text.floor_char_boundary(LENGTH));
            text.push('…');
        }
        write!(
            f,
            "<{}>{now} larch[{}]: {}: {text}",
            self.facility.code() * 8 + self.severity.code(),
            self.process,
            self.delivery_id,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, description: Option<&Description>) -> String {
        let line = Line {
            facility: Facility::parse("local0").unwrap(),
            severity: Severity::parse("notice").unwrap(),
            now: 1_100_000_000 * SECOND,
            process: 7,
            delivery_id: "52f64d445405d0106f62",
            name: &Name::parse(name, None).unwrap(),
            description,
        };
        line.to_string()
    }

    #[test]
    fn a_line_tells_what_is_known() {
        let description = Description {
            author: Some("Jo <jo@example.org>".to_owned()),
            summary: Some("Fix it".to_owned()),
            ..Description::default()
        };
        let told = line("a@x/c--b--1--patch-2", Some(&description));
        let (head, text) = told.split_once(" larch[7]: ").unwrap();
        assert!(
            head.starts_with("<133>Nov  9 ") || head.starts_with("<133>Nov 10 "),
            "{head}"
        );
        assert_eq!(
            text,
            "52f64d445405d0106f62: new revision a@x/c--b--1--patch-2 by Jo <jo@example.org>: Fix it"
        );
        assert!(line("a@x/c", None).ends_with(": new category a@x/c"));
    }

    #[test]
    fn nothing_forges_another_line() {
        let description = Description {
            summary: Some("a\n<0>Nov  9 11:33:20 sshd[1]: b\u{1b}[2J\0\u{202e}".to_owned()),
            ..Description::default()
        };
        let told = line("a@x/c--b--1--patch-2", Some(&description));
        assert!(told.ends_with(r": a\n<0>Nov  9 11:33:20 sshd[1]: b\u{1b}[2J\u{0}\u{202e}"));
        for long in ["é", "\u{202e}"] {
            let description = Description {
                summary: Some(long.repeat(1 << 20)),
                ..Description::default()
            };
            let told = line("a@x/c--b--1--patch-2", Some(&description));
            assert!(told.len() < 1100 && told.ends_with('…'), "{told}");
        }
    }
}
