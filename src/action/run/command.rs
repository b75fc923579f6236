//! `[commands.NAME]`, ready to be run.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::values::Values;
use super::word::{Placeholder, Word, WordError};
use crate::action::program::{self, Input, Invocation};
use crate::action::{Attempt, Ended, Means, Outcome, ProcessGroup};
use crate::config::{CommandInput, CommandSettings, Per};

/// The argument that becomes one for each item.
const ITEMS: &str = "{items}";

/// The program of a section, with its arguments parsed.
#[derive(Debug)]
pub(super) struct Command {
    /// How often it is run for a delivery.
    pub(super) per: Per,
    program: PathBuf,
    arguments: Vec<Argument>,
    environment: Vec<(String, Word)>,
    stdin: CommandInput,
    timeout: Option<Duration>,
    needs_id: bool,
}

#[derive(Debug)]
enum Argument {
    Items,
    Word(Word),
}

impl Command {
    /// Finds the program, and reads the placeholders; else says what is wrong.
    pub(super) fn new(settings: &CommandSettings, means: &Means) -> Result<Self, String> {
        let (program, arguments) = settings
            .argv
            .split_first()
            .ok_or("`argv` names no program, such as [\"make\", \"-C\", \"site\"]")?;
        let told = |error: WordError| error.to_string();
        let arguments: Vec<Argument> = arguments
            .iter()
            .map(|text| match text.as_str() {
                ITEMS => Ok(Argument::Items),
                text => Word::parse(text).map(Argument::Word),
            })
            .collect::<Result<_, _>>()
            .map_err(told)?;
        let environment: Vec<(String, Word)> = settings
            .env
            .iter()
            .map(|(name, text)| Ok((name.clone(), Word::parse(text.expose())?)))
            .collect::<Result<_, _>>()
            .map_err(told)?;
        let values = environment.iter().map(|(_, word)| word);
        let placeholders: Vec<Placeholder> = arguments
            .iter()
            .filter_map(|argument| match argument {
                Argument::Word(word) => Some(word),
                Argument::Items => None,
            })
            .chain(values)
            .flat_map(Word::placeholders)
            .collect();
        if settings.per == Per::Batch
            && let Some(placeholder) = placeholders.iter().find(|each| each.is_of_one_item())
        {
            return Err(format!(
                "`{{{}}}` stands for something of one item, and the program is run once for all items of a delivery; \
                 `per = \"item\"` runs it once for each, and the argument `{ITEMS}` becomes all their names",
                placeholder.name()
            ));
        }
        Ok(Self {
            per: settings.per,
            program: program::locate(program, &means.dir, &means.exec_path)?,
            needs_id: placeholders.contains(&Placeholder::Id),
            arguments,
            environment,
            stdin: settings.stdin,
            timeout: settings.timeout,
        })
    }

    /// Runs it for one attempt. The outcome is that of an attempt for which nothing was started.
    pub(super) fn run(
        &self,
        attempt: &Attempt<'_>,
        started: &mut dyn FnMut(ProcessGroup),
        stop: &AtomicBool,
    ) -> Result<Ended, Outcome> {
        let values = Values::new(attempt, self.per, self.needs_id)?;
        let mut environment: Vec<(String, OsString)> = self
            .environment
            .iter()
            .map(|(name, word)| (name.clone(), word.fill(|each| values.of(each)).into()))
            .collect();
        // After those of the settings: the variables by which larch finds what it started stay.
        environment.extend(program::environment(attempt));
        let names: String;
        let input = match self.stdin {
            CommandInput::Json => Input::Items {
                items: attempt.items,
                describe: attempt.describe,
            },
            CommandInput::Names => {
                let lines = attempt.items.iter().map(|item| format!("{}\n", item.name));
                names = lines.collect();
                Input::Bytes(names.as_bytes())
            }
            CommandInput::Nothing => Input::Bytes(&[]),
        };
        let invocation = Invocation {
            program: &self.program,
            arguments: self.filled(attempt, &values)?,
            environment,
            dir: attempt.dir,
            input,
            timeout: self.timeout.unwrap_or(attempt.timeout),
            grace: attempt.grace,
            output_limit: attempt.output_limit,
        };
        Ok(program::run(&invocation, started, stop))
    }

    fn filled(&self, attempt: &Attempt<'_>, values: &Values<'_>) -> Result<Vec<OsString>, Outcome> {
        let mut filled = Vec::new();
        for argument in &self.arguments {
            match argument {
                Argument::Items => {
                    filled.extend(attempt.items.iter().map(|item| item.name.as_str().into()));
                }
                Argument::Word(word) => {
                    if let Some(first) = word.first()
                        && values.of(first).starts_with('-')
                    {
                        return Err(Outcome::Refused(format!(
                            "{{{}}} is `{}`, which would be taken for an option",
                            first.name(),
                            values.of(first).escape_debug()
                        )));
                    }
                    filled.push(word.fill(|each| values.of(each)).into());
                }
            }
        }
        Ok(filled)
    }
}
