//! `[syslog]`: how the action `syslog:` writes.

use std::path::PathBuf;

use super::kind::{FilePath, Word, Words};
use super::section::section;

section! {
    /// How the action `syslog:` writes.
    pub struct SyslogSettings {
        /// The socket of the system's log.
        pub socket: PathBuf as FilePath = PathBuf::from("/dev/log");
        /// What writes, as syslog(3) has it.
        pub facility: Facility as Word<Facility> = Facility(1);
        /// How urgent it is, as syslog(3) has it.
        pub severity: Severity as Word<Severity> = Severity(6);
    }
}

/// What writes, as syslog(3) has it: its code in RFC 5424, not yet multiplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facility(u8);

/// How urgent it is, as syslog(3) has it: its code in RFC 5424.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Severity(u8);

impl Facility {
    const WORDS: [(&str, u8); 20] = [
        ("kern", 0),
        ("user", 1),
        ("mail", 2),
        ("daemon", 3),
        ("auth", 4),
        ("syslog", 5),
        ("lpr", 6),
        ("news", 7),
        ("uucp", 8),
        ("cron", 9),
        ("authpriv", 10),
        ("ftp", 11),
        ("local0", 16),
        ("local1", 17),
        ("local2", 18),
        ("local3", 19),
        ("local4", 20),
        ("local5", 21),
        ("local6", 22),
        ("local7", 23),
    ];

    /// The code, from 0 to 23.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Reads the word for it; else says which there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        Self::one_of(word)
    }
}

impl Severity {
    const WORDS: [(&str, u8); 8] = [
        ("emerg", 0),
        ("alert", 1),
        ("crit", 2),
        ("err", 3),
        ("warning", 4),
        ("notice", 5),
        ("info", 6),
        ("debug", 7),
    ];

    /// The code, from 0 to 7.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Reads the word for it; else says which there are.
    pub fn parse(word: &str) -> Result<Self, String> {
        Self::one_of(word)
    }
}

impl Words for Facility {
    const NAME: &'static str = "facility";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        Self::WORDS
            .into_iter()
            .map(|(word, code)| (word, Self(code)))
    }
}

impl Words for Severity {
    const NAME: &'static str = "severity";

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        Self::WORDS
            .into_iter()
            .map(|(word, code)| (word, Self(code)))
    }
}
