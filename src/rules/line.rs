//! One line of a rules file: a subject, its actions, and what may be wrong with them.

use std::ops::Range;

use super::lines::{Fault, SPACE, content, fields};
use super::{ActionName, ActionNameError, Rule, file_name};
use crate::name::{Level, Name};

/// What a line that is nothing but a comment says, as if it were not one; none for other lines.
pub(super) fn uncommented(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(SPACE);
    line.starts_with('#')
        .then(|| line.trim_start_matches(['#', ' ', '\t']))
}

/// The fields of a line, joined by single blanks.
pub(super) fn normalized(line: &str) -> String {
    let fields: Vec<&str> = content(line)
        .split(SPACE)
        .filter(|field| !field.is_empty())
        .collect();
    fields.join(" ")
}

/// The rule in a line; none if there are only white space and comment.
pub(super) fn parse(level: Level, line: &str) -> Result<Option<Rule>, Vec<Fault>> {
    let fields = fields(line).map_err(|fault| vec![fault])?;
    let Some(((start, subject), actions)) = fields.split_first() else {
        return Ok(None);
    };
    let mut problems = Vec::new();
    let subject_read = parse_subject(level, subject, *start)
        .map_err(|problem| problems.push(problem))
        .ok();
    let most = 4_usize.saturating_sub(usize::from(level.number()));
    let mut actions_read = Vec::with_capacity(actions.len());
    for (start, action) in actions.iter().take(most) {
        match parse_action(action, *start) {
            Ok(action) => actions_read.push(action),
            Err(problem) => problems.push(problem),
        }
    }
    let end = content(line).trim_end_matches(SPACE).len();
    if let Some(&(start, _)) = actions.get(most) {
        problems.push(too_many(level, start..end));
    } else if actions.is_empty() {
        let message = "a rule needs an action after its subject";
        problems.push(
            Fault::new(end..end, message)
                .help("an action is written COMMAND:THUNK; `noop:` does nothing"),
        );
    }
    let mut actions_read = actions_read.into_iter();
    match (subject_read, actions_read.next()) {
        (Some(subject), Some(action)) if problems.is_empty() => Ok(Some(Rule {
            subject,
            action,
            children: actions_read.collect(),
        })),
        _ => Err(problems),
    }
}

fn parse_subject(level: Level, text: &str, start: usize) -> Result<Name, Fault> {
    Name::parse(text, Some(level)).map_err(|error| {
        let problem = Fault::new(
            start + error.span.start..start + error.span.end,
            error.problem,
        );
        match Name::parse(text, None) {
            Ok(name) if name.level() != level => problem.help(elsewhere(name.level())),
            _ => problem,
        }
    })
}

/// Where the rule would be right.
fn elsewhere(level: Level) -> String {
    match file_name(level) {
        Some(file) => {
            let article = if level == Level::Archive { "an" } else { "a" };
            format!("the rules of {article} {level} stand in `{file}`")
        }
        None => "a revision is no subject; a rule of its version tells of it".to_owned(),
    }
}

fn parse_action(text: &str, start: usize) -> Result<ActionName, Fault> {
    ActionName::parse(text).map_err(|error| match error {
        ActionNameError::NoColon(_) => Fault::new(
            start..start + text.len(),
            "an action is written COMMAND:THUNK, and this has no `:`",
        )
        .help("an empty THUNK is fine, the `:` is needed"),
        ActionNameError::BadCommand(command) => Fault::new(
            start..start + command.len().max(1),
            "this is no command",
        )
        .help("a command begins with a letter or digit and goes on with letters, digits, `.`, `_` or `-`"),
        ActionNameError::BadCharacter { at, character } => Fault::new(
            start + at..start + at + character.len_utf8(),
            error.to_string(),
        ),
    })
}

fn too_many(level: Level, span: Range<usize>) -> Fault {
    let (message, form) = match level {
        Level::Archive => (
            "there are too many actions for an archive",
            "a line here is ARCHIVE ACTION CATEGORY-ACTION BRANCH-ACTION VERSION-ACTION",
        ),
        Level::Category => (
            "there are too many actions for a category",
            "a line here is CATEGORY ACTION BRANCH-ACTION VERSION-ACTION",
        ),
        Level::Branch => (
            "there are too many actions for a branch",
            "a line here is BRANCH ACTION VERSION-ACTION",
        ),
        Level::Version => (
            "there are too many actions for a version",
            "a line here is VERSION ACTION",
        ),
        Level::Revision => (
            "there are no rules for revisions",
            "a rule of its version tells of it",
        ),
    };
    Fault::new(span, message).help(form)
}
