//! The sentences about deliveries, and about what stands in none.

use super::super::delivery::{count, short};
use super::super::refused::name_argument;
use super::super::style::word;
use super::super::when::local;
use super::sentences::Sentences;
use crate::config::Limit;
use crate::name::Name;
use crate::notify::operate::{ActionState, Outlook, Passed, Sent, Told, Verdict};
use crate::store::{PartRecord, PartState};

impl Sentences {
    /// What was sent, and what becomes of it.
    pub(super) fn sent(&self, sent: &Sent) -> Vec<String> {
        let Sent {
            delivery,
            part,
            outlook,
            is_of_other,
        } = sent;
        let recipient = if part.recipient.is_empty() {
            String::new()
        } else {
            format!(" to {}", part.recipient)
        };
        let other = if *is_of_other {
            format!(" for {}", delivery.subject)
        } else {
            String::new()
        };
        let what = format!(
            "Delivery {} of {}{other}{recipient}, made {},",
            short(&delivery.uid),
            count(part.items.len(), "item"),
            local(delivery.created_at)
        );
        let failed = part
            .error
            .as_ref()
            .filter(|_| part.state.is_open())
            .map(|error| {
                let attempts = count(part.attempts as usize, "attempt");
                format!("{attempts} failed, the last with: {error}.")
            });
        let mut sentences = vec![format!("{what} {}", self.outlook(outlook, part))];
        sentences.extend(failed);
        sentences
    }

    fn outlook(&self, outlook: &Outlook, part: &PartRecord) -> String {
        let at = part.settled_at.map_or_else(String::new, |at| self.when(at));
        match outlook {
            Outlook::Ended => match part.state {
                PartState::Done if part.is_unwanted => {
                    format!("was over {at}: nobody wanted to hear of it.")
                }
                PartState::Done => format!("was told {at}."),
                PartState::Dead => format!(
                    "was given up {at}: {}. To try it again: larch retry {} {}",
                    part.error.as_deref().unwrap_or("it failed"),
                    self.dir,
                    short(&part.uid)
                ),
                _ => format!(
                    "was dropped {at}. To take it back: larch retry {} {}",
                    self.dir,
                    short(&part.uid)
                ),
            },
            Outlook::Runs => {
                "is being told now, or its poll died and the next one takes it over.".to_owned()
            }
            Outlook::Asleep => "rests until its rule returns.".to_owned(),
            Outlook::Held => format!(
                "is held until a person decides: larch retry {0} {1}, or larch drop {0} {1}",
                self.dir,
                short(&part.uid)
            ),
            Outlook::NoCommand(error) => format!("is owed, and waits for its command: {error}."),
            Outlook::Edited(action) => {
                format!("is owed; its line was edited, and the next poll tells it to {action}.")
            }
            Outlook::Behind(uid, state) => format!(
                "is owed, and waits behind delivery {}, which is {state} and comes before it.",
                short(uid)
            ),
            Outlook::Waits(until) if *until <= self.now => {
                "waits after a failure; the next poll tries it again.".to_owned()
            }
            Outlook::Waits(until) => format!(
                "waits after a failure, and is tried again by the first poll after {}.",
                self.when(*until)
            ),
            Outlook::Gathered(after) => format!(
                "is owed, and the first poll after {} tells it in a {}.",
                self.when(*after),
                part.style.word()
            ),
            Outlook::NextPoll => "is owed, and the next poll tells it.".to_owned(),
        }
    }

    /// How far an action was told.
    pub(super) fn told_up_to(&self, action: &ActionState) -> String {
        if action.in_history {
            return match &action.told_up_to {
                None => "No delivery to it is kept; what comes from now on is told.".to_owned(),
                Some(item) => format!("The newest in deliveries to it: {item}."),
            };
        }
        let upto = match (&action.told_up_to, action.open.is_empty()) {
            (None, _) => "It was told nothing yet".to_owned(),
            (Some(item), true) => format!("Nothing up to {item} is owed to it"),
            (Some(item), false) => format!("What is owed to it up to {item} is in deliveries"),
        };
        match action.behind {
            0 => format!("{upto}."),
            behind => format!(
                "{upto}; the {} tells it {} after that.",
                self.scan(),
                count(behind, "item")
            ),
        }
    }

    /// What holds beside the deliveries.
    pub(super) fn verdict(&self, verdict: &Verdict, told: &Told, subject: &Name) -> String {
        match verdict {
            Verdict::NoRule => "No line with this action counts now, so it is told nothing new; \
                                what comes meanwhile is told when such a line returns."
                .to_owned(),
            Verdict::NextPoll if !told.sent.is_empty() => {
                format!("The {} tells it once more (`larch replay`).", self.scan())
            }
            Verdict::NextPoll => format!("The {} tells it.", self.scan()),
            Verdict::Passed(passed) => {
                if let Some(old) = &passed.taken_over {
                    return format!(
                        "Not told again: its line took over from one with `{old}`, which was told."
                    );
                }
                format!(
                    "{}. To tell it all the same: {}",
                    passed_over(passed),
                    self.replay(passed, &told.action, subject)
                )
            }
        }
    }

    /// The command that tells an item to an action, and what came after it.
    fn replay(&self, passed: &Passed, action: &str, subject: &Name) -> String {
        let dir = &self.dir;
        let subject = name_argument(subject);
        let whence = match &passed.before {
            Some(before) => format!("--after {before}"),
            None => "--from-start".to_owned(),
        };
        format!(
            "larch replay {dir} {subject} {whence} --action {}",
            word(action)
        )
    }
}

/// Why an item was not to be told.
fn passed_over(passed: &Passed) -> String {
    let why = match (passed.limit, passed.added) {
        (None | Some(Limit::All), _) => {
            "it was there when the settings let it in, or a poll with --baseline counted it as told"
                .to_owned()
        }
        (Some(limit), true) => format!(
            "it was known before the line was added, and a new line is owed {} of the past \
             (`added` in the settings)",
            owed(limit)
        ),
        (Some(limit), false) => format!(
            "it was there when it was first looked at, and the line is owed {} of that (`first` in \
             the settings, or --baseline)",
            owed(limit)
        ),
    };
    let pruned = if passed.may_be_pruned {
        ", or it was told so long ago that the delivery is kept no more (`keep` in the settings)"
    } else {
        ""
    };
    let by_mode = if passed.by_mode {
        ", or `revisions` in the settings leaves it out"
    } else {
        ""
    };
    format!("Not told: {why}{by_mode}{pruned}")
}

fn owed(limit: Limit) -> String {
    match limit {
        Limit::All => "everything".to_owned(),
        Limit::None => "nothing".to_owned(),
        Limit::Newest(number) => format!("the newest {number}"),
    }
}
