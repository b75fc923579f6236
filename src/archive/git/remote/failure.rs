//! What it means when git fails to talk to a repository elsewhere.

use super::url::Url;
use crate::archive::ArchiveError;

/// What a failure says of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// The host does not answer, or lets nobody in: so it is with every repository on it.
    Host,
    /// This repository is open to others alone.
    Refused,
    /// There is no such repository.
    Missing,
    /// Anything else, on either side.
    Other,
}

/// What git, curl and ssh say in the C locale, the first that fits. A server that wants a password
/// wants it for one repository; a key that ssh is not let in with is refused for all of them.
const WORDS: [(&str, Meaning); 33] = [
    ("Permission denied (", Meaning::Host),
    ("Host key verification failed", Meaning::Host),
    ("REMOTE HOST IDENTIFICATION HAS CHANGED", Meaning::Host),
    ("Too many authentication failures", Meaning::Host),
    ("kex_exchange_identification", Meaning::Host),
    ("Connection refused", Meaning::Host),
    ("Connection timed out", Meaning::Host),
    ("Connection reset", Meaning::Host),
    ("Connection closed by", Meaning::Host),
    ("Operation timed out", Meaning::Host),
    ("Operation too slow", Meaning::Host),
    ("Network is unreachable", Meaning::Host),
    ("No route to host", Meaning::Host),
    ("Could not resolve", Meaning::Host),
    ("unable to look up", Meaning::Host),
    ("Couldn't connect to server", Meaning::Host),
    ("Failed to connect", Meaning::Host),
    ("SSL certificate", Meaning::Host),
    ("SSL_", Meaning::Host),
    ("gnutls_handshake", Meaning::Host),
    ("certificate verification failed", Meaning::Host),
    ("returned error: 429", Meaning::Host),
    ("returned error: 502", Meaning::Host),
    ("returned error: 503", Meaning::Host),
    ("returned error: 504", Meaning::Host),
    ("could not read Username", Meaning::Refused),
    ("could not read Password", Meaning::Refused),
    ("unable to get password from user", Meaning::Refused),
    ("Authentication failed", Meaning::Refused),
    ("' not found", Meaning::Missing),
    ("Repository not found", Meaning::Missing),
    ("does not appear to be a git repository", Meaning::Missing),
    ("access denied or repository not exported", Meaning::Missing),
];

fn meaning(said: &str) -> Meaning {
    let found = WORDS.iter().find(|(words, _)| said.contains(words));
    found.map_or(Meaning::Other, |(_, meaning)| *meaning)
}

/// The error for what a program said when it failed to talk to `url`.
pub(super) fn judge(error: ArchiveError, url: &Url) -> ArchiveError {
    match error {
        ArchiveError::Program { program, said, .. } => {
            let last = last_words(&url.mask(&said));
            // What stands in the URL means nothing.
            match meaning(&said.replace(url.whole(), "")) {
                Meaning::Host => ArchiveError::Host {
                    host: url.host().to_owned(),
                    said: last,
                },
                Meaning::Refused => ArchiveError::Program {
                    program,
                    about: url.shown(),
                    said: format!(
                        "{last} (nobody is asked for a password: set up a credential helper of git)"
                    ),
                },
                Meaning::Missing | Meaning::Other => ArchiveError::Program {
                    program,
                    about: url.shown(),
                    said: last,
                },
            }
        }
        ArchiveError::TooSlow { limit, .. } => ArchiveError::TooSlow {
            who: url.shown(),
            limit,
        },
        ArchiveError::Stopped(_) => ArchiveError::Stopped(url.shown()),
        error => error,
    }
}

/// That one repository takes too long says nothing of its host: an error of this one alone.
pub(super) fn of_this_one(error: ArchiveError, program: &str, url: &Url) -> ArchiveError {
    match error {
        ArchiveError::TooSlow { limit, .. } => ArchiveError::Program {
            program: program.to_owned(),
            about: url.shown(),
            said: format!(
                "it did not end within {limit:?}; `timeout` of [archive.\"NAME\"] sets the limit"
            ),
        },
        error => error,
    }
}

/// Whether the copy here may be what a failure comes from.
pub(super) fn may_be_ours(error: &ArchiveError) -> bool {
    matches!(error, ArchiveError::Program { said, .. } if meaning(said) == Meaning::Other)
}

/// The line that tells most of what git said: the last that is not advice.
fn last_words(said: &str) -> String {
    let is_advice = |line: &&str| {
        !line.is_empty()
            && !line.starts_with("Please make sure you have the correct access rights")
            && !line.starts_with("and the repository exists")
            && !line.starts_with("fatal: Could not read from remote repository")
            && !line.starts_with("fatal: the remote end hung up")
    };
    let lines = said.lines().map(str::trim);
    lines.rev().find(is_advice).unwrap_or(said).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_says_is_understood() {
        for (said, expected) in [
            (
                "fatal: unable to access 'http://h/x/': Failed to connect to h port 1 after 0 ms: Couldn't connect to server",
                Meaning::Host,
            ),
            (
                "jo@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
                Meaning::Host,
            ),
            (
                "fatal: could not read Username for 'http://h': terminal prompts disabled",
                Meaning::Refused,
            ),
            (
                "fatal: repository 'http://h/x/' not found",
                Meaning::Missing,
            ),
            (
                "fatal: '/x' does not appear to be a git repository\nfatal: Could not read from remote repository.",
                Meaning::Missing,
            ),
            (
                "fatal: remote error: access denied or repository not exported: /x",
                Meaning::Missing,
            ),
            ("fatal: early EOF", Meaning::Other),
        ] {
            assert_eq!(meaning(said), expected, "{said}");
        }
    }

    #[test]
    fn the_last_words_are_no_advice() {
        let said = "jo@h: Permission denied (publickey).\n\
                    fatal: Could not read from remote repository.\n\n\
                    Please make sure you have the correct access rights\n\
                    and the repository exists.";
        assert_eq!(last_words(said), "jo@h: Permission denied (publickey).");
        assert_eq!(last_words("fatal: x"), "fatal: x");
    }
}
