//! `COMMAND:THUNK`, one word of a rules line.

use std::fmt;

/// What a rule runs: a command and its fixed argument.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionName(String);

/// Why a word is no action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionNameError {
    /// There is no `:`.
    #[error("an action is written COMMAND:THUNK, and `{0}` has no `:`")]
    NoColon(String),
    /// The command is not a word of letters, digits, `.`, `_` and `-`.
    #[error(
        "`{0}` is no command name: it begins with a letter or digit and goes on with letters, digits, `.`, `_` or `-`"
    )]
    BadCommand(String),
    /// There is a character that no rules line can hold within a word.
    #[error(
        "an action holds no white space, control character or `#`, and this one holds U+{:04X}",
        u32::from(*.character)
    )]
    BadCharacter {
        /// Where it stands, in bytes from the beginning of the word.
        at: usize,
        /// The character.
        character: char,
    },
}

impl ActionName {
    /// Parses one word of a rules line.
    pub fn parse(text: &str) -> Result<Self, ActionNameError> {
        let unfit = |c: char| c == '#' || c.is_whitespace() || c.is_control();
        if let Some((at, character)) = text.char_indices().find(|&(_, c)| unfit(c)) {
            return Err(ActionNameError::BadCharacter { at, character });
        }
        let Some((command, _)) = text.split_once(':') else {
            return Err(ActionNameError::NoColon(text.to_owned()));
        };
        let mut bytes = command.bytes();
        let good = bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphanumeric())
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(ActionNameError::BadCommand(command.to_owned()))
        }
    }

    /// The whole word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the first `:`.
    pub fn command(&self) -> &str {
        self.0
            .split_once(':')
            .map_or(self.0.as_str(), |(command, _)| command)
    }

    /// What stands after the first `:`; may be empty.
    pub fn thunk(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, thunk)| thunk)
    }
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colon_parts_command_and_thunk() {
        for (text, command, thunk) in [
            ("noop:", "noop", ""),
            ("mail-new_x.9:jo@x.org", "mail-new_x.9", "jo@x.org"),
            ("run:a:b:", "run", "a:b:"),
            (
                "library-add:--ignore-extra-args",
                "library-add",
                "--ignore-extra-args",
            ),
            ("7z:\u{fc}", "7z", "\u{fc}"),
        ] {
            let action = ActionName::parse(text).unwrap();
            assert_eq!((action.command(), action.thunk()), (command, thunk));
            assert_eq!(action.as_str(), text);
        }
    }

    #[test]
    fn what_is_no_word_is_no_action() {
        for text in [
            "", ":", "noop", ":x", "-x:", ".x:", "a/b:", "m\u{fc}:", "\"a\":", "~:",
        ] {
            assert!(ActionName::parse(text).is_err(), "{text}");
        }
        for (text, at) in [
            ("a:b c", 3),
            ("a:#", 2),
            ("a:\u{fc}\u{a0}", 4),
            ("a:\0", 2),
            ("a\u{85}:", 1),
        ] {
            let Err(ActionNameError::BadCharacter { at: found, .. }) = ActionName::parse(text)
            else {
                panic!("{text:?} is no action");
            };
            assert_eq!(found, at);
        }
    }
}
