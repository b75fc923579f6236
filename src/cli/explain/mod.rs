//! `larch explain`.

mod deliveries;
mod json;
mod sentences;

use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::refused::{dir_word, name_argument, refused};
use super::style::{self, paint, printable};
use super::suggest::nearest_name;
use super::when::{distance, local};
use crate::name::Name;
use crate::notify::operate::{
    ActionState, AsItem, AsSubject, Explanation, Line, Operator, Sent, Told,
};
use crate::params::Params;
use crate::rules::file_name;
use sentences::Sentences;

const EXAMPLES: &str = "\
Examples:
  larch explain ~/notify jo@example.org--2026/hello--main--1.0--patch-7
      Print who was told of a revision, and who was not, and why
  larch explain ~/notify jo@example.org--2026/hello
      Print what concerns a category: as new in its archive, and for what is new in it
  larch explain ~/notify branch:jo@example.org--2026/nob
      Print it for the branch above the versions without one, and not for the category";

/// Explain what was told of a name, and why something was not
///
/// Says which rules concern an archive, category, branch, version or revision, when it was detected,
/// what was sent when, and what is owed and waits for what.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The notification directory
    dir: PathBuf,
    /// What to explain, with its archive; `branch:NAME` says the level
    name: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let operator = Operator::open(&self.dir, &context.config_layers)?;
        let name = operator.resolve(&self.name).map_err(refused(&self.dir))?;
        let params = context.params.clone().map(Params::new);
        let commands = context.commands_of(&self.dir);
        let sight = context.sight(params.as_ref(), &commands);
        let found = operator
            .explain(&name, &sight)
            .map_err(refused(&self.dir))?;
        if found.is_stranger() {
            return Err(self.stranger(&operator, &found)?);
        }
        let sentences = Sentences {
            dir: dir_word(&self.dir),
            now: sight.now,
            next_scan: found.next_scan,
        };
        let mut out = Out::new();
        if self.json {
            out.json(&json::explanation(&found, &sentences))?;
        } else {
            let mut page = Page {
                context,
                sentences,
                out: &mut out,
            };
            page.print(&found)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }
}

impl Explain {
    /// The error that nothing at all is known of an archive; its name may have been left out.
    fn stranger(&self, operator: &Operator, found: &Explanation) -> Result<CliError, CliError> {
        let text = found.name.as_str();
        let meant = operator.with_archive(text).map_err(refused(&self.dir))?;
        let archives = found.unknown.as_ref().map_or(&[][..], |(_, beside)| beside);
        let meant = meant
            .first()
            .or_else(|| nearest_name(&found.name, archives));
        let hint = match (meant, archives.first()) {
            (Some(meant), _) => format!(
                "did you mean `larch explain {} {}`?",
                dir_word(&self.dir),
                name_argument(meant)
            ),
            (None, Some(archive)) => {
                format!("a name begins with its archive, as in `{archive}/{text}`")
            }
            (None, None) => "a line for it in =rules.archives would make it known".to_owned(),
        };
        let error = format!("no archive {text} is known");
        Ok(CliError::new(Exit::Failure, error).hint(hint))
    }
}

/// The explanation for people.
struct Page<'a> {
    context: &'a Context,
    sentences: Sentences,
    out: &'a mut Out,
}

impl Page<'_> {
    fn print(&mut self, found: &Explanation) -> Result<(), CliError> {
        let now = self.sentences.now;
        let polled = found.last_poll.map_or_else(
            || "No poll has ended yet.".to_owned(),
            |at| format!("The last poll ended {} ({}).", distance(at, now), local(at)),
        );
        self.out.line(format_args!(
            "The {} {}. {polled}",
            found.name.level(),
            found.name
        ))?;
        for line in self.sentences.archive(found) {
            self.out.line(printable(&line))?;
        }
        if let Some(item) = &found.item {
            self.item(&found.name, item)?;
        }
        if let Some(subject) = &found.subject {
            self.subject(found, subject)?;
        }
        if let Some((missing, beside)) = &found.unknown
            && let Some(meant) = nearest_name(missing, beside)
        {
            self.heading("Did you mean")?;
            self.out.line(format_args!("  {meant}"))?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), CliError> {
        let text = paint(self.context.color_out, style::HEADING, text);
        self.out.line(format_args!("\n{text}"))
    }

    fn say(&mut self, text: &str) -> Result<(), CliError> {
        self.out.line(format_args!("  {}", printable(text)))
    }

    fn item(&mut self, name: &Name, item: &AsItem) -> Result<(), CliError> {
        let title = format!("As an item of the {} {}", item.parent.level(), item.parent);
        self.heading(&title)?;
        let detection = self.sentences.detection(name, item);
        self.say(&detection)?;
        self.rules(&item.rules)?;
        if let Some(absent) = &item.absent {
            let sentence = self.sentences.absent(absent, &item.parent);
            self.say(&sentence)?;
        }
        for told in &item.told {
            self.told(told, &item.parent)?;
        }
        Ok(())
    }

    fn subject(&mut self, found: &Explanation, subject: &AsSubject) -> Result<(), CliError> {
        let level = found.name.level();
        let items = level.child().map_or("items", crate::name::Level::plural);
        self.heading(&format!("For new {items} of it"))?;
        for sentence in self.sentences.subject(subject, items) {
            self.say(&sentence)?;
        }
        self.rules(&subject.rules)?;
        if let Some(absent) = &subject.absent {
            let sentence = self.sentences.absent(absent, &found.name);
            self.say(&sentence)?;
        }
        for action in &subject.actions {
            self.action(action)?;
        }
        Ok(())
    }

    fn rules(&mut self, lines: &[Line]) -> Result<(), CliError> {
        for line in lines {
            let file = file_name(line.rule.level()).unwrap_or_default();
            let place = line
                .number
                .map_or_else(String::new, |number| format!(":{number}"));
            let text = format!("{file}{place} ({}): {}", line.state.word(), line.rule);
            self.say(&text)?;
        }
        Ok(())
    }

    fn told(&mut self, told: &Told, subject: &Name) -> Result<(), CliError> {
        self.action_title(&told.action)?;
        for sent in &told.sent {
            self.sent(sent)?;
        }
        match &told.verdict {
            Some(verdict) => {
                let sentence = self.sentences.verdict(verdict, told, subject);
                self.say(&format!("  {sentence}"))
            }
            None => Ok(()),
        }
    }

    fn action(&mut self, action: &ActionState) -> Result<(), CliError> {
        self.action_title(&action.action)?;
        let sentence = self.sentences.told_up_to(action);
        self.say(&format!("  {sentence}"))?;
        for sent in &action.open {
            self.sent(sent)?;
        }
        Ok(())
    }

    fn action_title(&mut self, action: &str) -> Result<(), CliError> {
        let action = paint(self.context.color_out, style::HEADING, action).to_string();
        self.out.line(format_args!("  {action}"))
    }

    fn sent(&mut self, sent: &Sent) -> Result<(), CliError> {
        for sentence in self.sentences.sent(sent) {
            self.say(&format!("  {sentence}"))?;
        }
        Ok(())
    }
}
