//! A word of `[commands.NAME]`: text in which placeholders stand.

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// The item's qualified name.
    Name,
    /// The archive's name.
    Archive,
    /// A part of a name.
    Category,
    /// A part of a name.
    Branch,
    /// A part of a name.
    Version,
    /// A part of a name.
    Revision,
    /// What the rule watches.
    Subject,
    /// The delivery's id.
    Delivery,
    /// How many items there are.
    Count,
    /// What the archive calls the revision by.
    Id,
}

/// Every placeholder, by its name.
const PLACEHOLDERS: [(&str, Placeholder); 10] = [
    ("name", Placeholder::Name),
    ("archive", Placeholder::Archive),
    ("category", Placeholder::Category),
    ("branch", Placeholder::Branch),
    ("version", Placeholder::Version),
    ("revision", Placeholder::Revision),
    ("subject", Placeholder::Subject),
    ("delivery", Placeholder::Delivery),
    ("count", Placeholder::Count),
    ("id", Placeholder::Id),
];

impl Placeholder {
    /// Its name, without the braces.
    pub(super) fn name(self) -> &'static str {
        PLACEHOLDERS
            .iter()
            .find(|(_, placeholder)| *placeholder == self)
            .map_or("", |(name, _)| name)
    }

    /// Whether it stands for something of one item, which a batch of items does not have.
    pub(super) fn is_of_one_item(self) -> bool {
        matches!(self, Self::Name | Self::Revision | Self::Id)
    }
}

/// Why a word cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum WordError {
    /// A `{` has no `}`.
    #[error("`{0}` has a `{{` without its `}}`; `{{{{` stands for a `{{` itself")]
    Open(String),
    /// There is no placeholder of this name.
    #[error(
        "there is no placeholder `{{{0}}}`; they are {list}, and `{{{{` stands for a `{{` itself",
        list = PLACEHOLDERS.map(|(name, _)| format!("{{{name}}}")).join(" ")
    )]
    Unknown(String),
    /// The placeholder for all items is only a part of its argument.
    #[error(
        "`{{items}}` becomes many arguments, so that it is an argument by itself, not a part of `{0}`"
    )]
    Items(String),
}

/// Text in which placeholders stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

impl Word {
    /// Reads a word. `{{` stands for `{`; a `}` that ends no placeholder stands for itself.
    pub(super) fn parse(text: &str) -> Result<Self, WordError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if let Some(after) = after.strip_prefix('{') {
                pieces.push(Piece::Text(format!("{before}{{")));
                rest = after;
                continue;
            }
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| WordError::Open(text.to_owned()))?;
            if name == "items" {
                return Err(WordError::Items(text.to_owned()));
            }
            let (_, placeholder) = PLACEHOLDERS
                .into_iter()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| WordError::Unknown(name.to_owned()))?;
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Value(placeholder));
            rest = after;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Ok(Self(pieces))
    }

    /// What it stands for beside text.
    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Value(placeholder) => Some(*placeholder),
            Piece::Text(_) => None,
        })
    }

    /// The placeholder that it begins with.
    pub(super) fn first(&self) -> Option<Placeholder> {
        match self.0.first() {
            Some(Piece::Value(placeholder)) => Some(*placeholder),
            _ => None,
        }
    }

    /// The text with the values of the placeholders.
    pub(super) fn fill<'v>(&self, value: impl Fn(Placeholder) -> &'v str) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            filled.push_str(match piece {
                Piece::Text(text) => text,
                Piece::Value(placeholder) => value(*placeholder),
            });
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(text: &str) -> Result<String, WordError> {
        Ok(Word::parse(text)?.fill(Placeholder::name))
    }

    #[test]
    fn placeholders_are_filled_and_all_else_stands() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("{name}", "name"),
            ("--x={archive}/{category}.", "--x=archive/category."),
            ("{{name}", "{name}"),
            ("{{{name}}", "{name}"),
            ("{{{{", "{{"),
            ("}", "}"),
            ("{{\"a\": \"{id}\"}", "{\"a\": \"id\"}"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(expected), "{text}");
        }
        for (name, placeholder) in PLACEHOLDERS {
            let word = Word::parse(&format!("{{{name}}}")).unwrap();
            assert_eq!(word.first(), Some(placeholder));
        }
    }

    #[test]
    fn what_is_no_word_is_said() {
        for (text, said) in [
            (
                "a{name",
                "`a{name` has a `{` without its `}`; `{{` stands for a `{` itself",
            ),
            (
                "{nmae}",
                "there is no placeholder `{nmae}`; they are {name} {archive} ",
            ),
            ("{}", "there is no placeholder `{}`"),
            ("{ name }", "there is no placeholder `{ name }`"),
            ("-x{items}", "not a part of `-x{items}`"),
        ] {
            let error = filled(text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_written(text in "[{}a ]{0,12}") {
            let written = text.replace('{', "{{");
            prop_assert_eq!(filled(&written), Ok(text));
        }
    }
}
