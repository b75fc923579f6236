//! `larch mail-preview`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::by_hand::{Batch, ByHand, Told};
use super::context::Context;
use super::error::CliError;
use super::exit::Exit;
use super::out::Out;
use super::suggest::nearest;
use crate::action::mail::{EACH, MailAction, NEW, TEMPLATES};
use crate::action::{Gathered, Style};
use crate::config::Config;
use crate::name::{Level, Name};
use crate::notify::operate::Operator;
use crate::rules::ActionName;

const EXAMPLES: &str = "\
Examples:
  larch mail-preview ~/notify jo@example.org--2026/hello--main--1.0--patch-7
      Print the mail that tells of a revision
  larch mail-preview ~/notify jo@example.org--2026/hello--main--1.0 --action mail-each-revision
      Print the mails that tell of all revisions of a version, one for each
  larch mail-preview ~/notify jo@example.org--2026/hello--main--1.0--patch-7 --raw >mail.eml
      Print the message as it is sent
  larch mail-preview --template revision.txt >templates/revision.txt
      Print a template of larch, to make one's own of it";

/// Print the mail that would tell of a name, and send nothing
///
/// The mail is that of the directory's settings and templates. Nothing is read of its rules. The
/// archive must hold the name, or larch must have seen it there. Headers and text are printed as a mail program shows them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct MailPreview {
    /// The notification directory
    #[arg(required_unless_present = "template")]
    dir: Option<PathBuf>,
    /// What is new, with its archive; `branch:NAME` says the level
    #[arg(value_name = "NAME", required_unless_present = "template")]
    names: Vec<String>,
    /// Address the mail to ADDRESS
    #[arg(long, value_name = "ADDRESS", default_value = "reader@example.org")]
    to: String,
    /// Write the mail that ACTION would, about all that is new in NAME where that is a subject
    ///
    /// COMMAND or COMMAND:ADDRESS. Without it the mail is that of mail-new-revisions, or of the action
    /// for the level of NAME.
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    /// Write a digest of all names
    #[arg(long, conflicts_with = "action")]
    digest: bool,
    /// Write the summary that stands for too many messages
    #[arg(long, conflicts_with_all = ["action", "digest"])]
    summary: bool,
    /// Print the message as it is sent
    #[arg(long)]
    raw: bool,
    /// Print a template of larch instead
    #[arg(long, value_name = "TEMPLATE", exclusive = true)]
    template: Option<String>,
}

impl MailPreview {
    pub(crate) fn run(self, context: &Context) -> Result<Exit, CliError> {
        let mut out = Out::new();
        if let Some(name) = &self.template {
            out.bytes(template(name)?.as_bytes())?;
        } else if let Some(dir) = &self.dir {
            self.preview(context, dir.clone(), &mut out)?;
        }
        out.finish()?;
        Ok(Exit::Success)
    }

    fn preview(&self, context: &Context, dir: PathBuf, out: &mut Out) -> Result<(), CliError> {
        let config = Config::load(&dir, &context.layers(&dir))?;
        let mail = MailAction::new(&Arc::new(context.means(&dir, config.clone())));
        let mut by_hand = ByHand::new(context, dir, &config);
        let mut names = Vec::new();
        for text in &self.names {
            let name = by_hand.name(context, text)?;
            if let Err(missing) = by_hand.must_hold(&name)
                && !is_known(context, &by_hand.dir, &name)
            {
                return Err(missing);
            }
            names.extend(self.items(&by_hand, name)?);
        }
        let batches = by_hand.batches(names)?;
        let mut print = |told: &Told<'_>| {
            let (is_first, raw) = (told.delivery_id == id(0), self.raw);
            let text = by_hand.attempt(told, |attempt| mail.preview(attempt, raw))?;
            let text = text.map_err(|outcome| CliError::new(Exit::Failure, outcome.to_string()))?;
            if !is_first {
                out.line("")?;
            }
            out.bytes(&text)
        };
        let gathers = self.digest || self.summary;
        let mut number = 0;
        for (index, batch) in batches.iter().enumerate() {
            let action = self.action(&batch.subject)?;
            let gathered = match index {
                0 if gathers => gathered(&action, &batches[1..]),
                _ if gathers => break,
                _ => Vec::new(),
            };
            let is_each = action.command() == EACH && batch.subject.level() == Level::Version;
            let (style, step) = match (self.digest, self.summary) {
                (true, _) => (Style::Digest, batch.items.len()),
                (_, true) => (Style::Summary, batch.items.len()),
                _ if is_each => (Style::Each, 1),
                _ => (Style::Batch, batch.items.len()),
            };
            for items in batch.items.chunks(step) {
                print(&Told {
                    action: &action,
                    recipient: self.recipient(&action),
                    style,
                    delivery_id: &id(number),
                    subject: &batch.subject,
                    items,
                    gathered: &gathered,
                })?;
                number += 1;
            }
        }
        if number == 0 {
            return Err(CliError::new(Exit::Failure, "there is nothing to tell of"));
        }
        Ok(())
    }

    /// What is told of a name: itself, or where the action tells of another level what is in it.
    fn items(&self, by_hand: &ByHand<'_>, name: Name) -> Result<Vec<Name>, CliError> {
        let Some(action) = &self.action else {
            return Ok(vec![name]);
        };
        let command = action.split(':').next().unwrap_or_default();
        let told = match NEW.iter().position(|known| *known == command) {
            Some(index) => Level::SUBJECTS[index].child(),
            None => Some(Level::Revision),
        };
        if name.level().child() == told {
            return by_hand.items_of(&name);
        }
        Ok(vec![name])
    }

    /// The action that tells what is new in `subject`.
    fn action(&self, subject: &Name) -> Result<ActionName, CliError> {
        let usual = || {
            let index = Level::SUBJECTS
                .iter()
                .position(|level| *level == subject.level());
            NEW[index.unwrap_or(NEW.len() - 1)]
        };
        let action = self.action.as_deref().unwrap_or_else(usual);
        let command = action.split(':').next().unwrap_or_default();
        let known = || NEW.into_iter().chain([EACH]);
        if !known().any(|known| known == command) {
            let error = CliError::new(Exit::Usage, format!("`{command}` sends no mail"));
            return Err(match nearest(command, known()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error,
            });
        }
        let action = if action.contains(':') {
            action.to_owned()
        } else {
            format!("{action}:{}", self.to)
        };
        ActionName::parse(&action).map_err(|error| CliError::new(Exit::Usage, error))
    }

    /// The first address of the action.
    fn recipient<'r>(&'r self, action: &'r ActionName) -> &'r str {
        action.thunk().split(',').next().unwrap_or(&self.to)
    }
}

/// Whether larch has seen the name, so that mail may tell of it although it has gone since.
fn is_known(context: &Context, dir: &Path, name: &Name) -> bool {
    let operator = Operator::open(dir, &context.config_layers);
    operator.is_ok_and(|operator| operator.is_known(name).unwrap_or(false))
}

/// The id of a delivery that there is not.
fn id(number: usize) -> String {
    format!("preview-{number}")
}

/// The batches that are told beside the first one.
fn gathered(action: &ActionName, batches: &[Batch]) -> Vec<Gathered> {
    let gathered = |batch: &Batch| Gathered {
        delivery_id: id(0),
        subject: batch.subject.clone(),
        action: action.clone(),
        items: batch.items.clone(),
    };
    batches.iter().map(gathered).collect()
}

/// A template of larch, `.txt` or not.
fn template(name: &str) -> Result<&'static str, CliError> {
    let stem = |name: &'static str| name.trim_end_matches(".txt");
    let wanted = name.trim_end_matches(".txt");
    if let Some((_, text)) = TEMPLATES.iter().find(|(known, _)| stem(known) == wanted) {
        return Ok(text);
    }
    let known: Vec<&str> = TEMPLATES.iter().map(|(known, _)| stem(known)).collect();
    let error = CliError::new(Exit::Usage, format!("there is no template `{name}`"));
    Err(error.hint(format!("they are: {}", known.join(", "))))
}
