//! What the operator's commands see.

use std::ops::Range;

use super::keys::{PartId, RuleId, SubjectId};
use super::outbox::PartState;
use super::scan::ArchiveRow;
use crate::action::Style;
use crate::clock::Nanos;
use crate::config::Limit;
use crate::name::Name;
use crate::rules::ActionName;

/// An archive, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSummary {
    /// The archive.
    pub row: ArchiveRow,
    /// Since when its scans fail.
    pub error_since: Option<Nanos>,
    /// How many of its subjects are watched.
    pub subjects: usize,
    /// How many items are known in it.
    pub items: usize,
}

/// Which deliveries an operator means. Empty fields do not limit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Those of this subject, of what is below it, or that hold this item.
    pub name: Option<Name>,
    /// Those of this action.
    pub action: Option<String>,
    /// Those to this recipient; together with `states`, those whose part to it is in one of these.
    pub recipient: Option<String>,
    /// Those in these states.
    pub states: Vec<PartState>,
    /// Those that are open and asleep; together with `states`, these too.
    pub asleep: bool,
    /// Those made at or after this time.
    pub since: Option<Nanos>,
    /// Those made before this time.
    pub until: Option<Nanos>,
    /// The delivery whose id, or the id of one of whose parts, begins so.
    pub uid: Option<String>,
    /// At most so many, the newest.
    pub newest: Option<usize>,
}

/// A part of a delivery, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// Its key.
    pub id: PartId,
    /// Its id for receivers.
    pub uid: String,
    /// The recipient; empty where the action has but one.
    pub recipient: String,
    /// Its state.
    pub state: PartState,
    /// Its rule was removed: it rests until the rule returns.
    pub asleep: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub first_attempt_at: Option<Nanos>,
    /// When it may be tried.
    pub due_at: Nanos,
    /// When it was settled.
    pub settled_at: Option<Nanos>,
    /// What its last attempt failed with.
    pub error: Option<String>,
    /// The items that it is about, as a range of the delivery's.
    pub items: Range<usize>,
    /// How they are told.
    pub style: Style,
    /// It is done since nobody wanted to hear of it.
    pub is_unwanted: bool,
}

/// A delivery, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// Its id.
    pub uid: String,
    /// The subject of its items.
    pub subject: Name,
    /// What runs.
    pub action: String,
    /// When it was made.
    pub created_at: Nanos,
    /// How many items it has.
    pub item_count: usize,
    /// Its parts.
    pub parts: Vec<PartRecord>,
}

impl DeliveryRecord {
    /// The part that says how the delivery is: what was given up or waits after a failure before what
    /// is well, and of that what is open before what has ended.
    pub fn telling(&self) -> Option<&PartRecord> {
        telling(self.parts.iter())
    }
}

/// As [`DeliveryRecord::telling`], of some of its parts.
pub fn telling<'a>(parts: impl Iterator<Item = &'a PartRecord>) -> Option<&'a PartRecord> {
    parts.min_by_key(|part| match part.state {
        _ if part.rests() => 5,
        PartState::Dead => 0,
        PartState::Waiting => 1,
        PartState::Held => 2,
        PartState::Running => 3,
        PartState::Owed => 4,
        PartState::Dropped => 6,
        PartState::Done => 7,
    })
}

impl PartRecord {
    /// Whether it is told to this recipient, in whatever case that is written.
    pub fn is_to(&self, recipient: &str) -> bool {
        self.recipient.eq_ignore_ascii_case(recipient)
    }

    /// The word for how it is: its state, or that it rests until its rule returns.
    pub fn word(&self) -> &'static str {
        if self.rests() {
            "asleep"
        } else {
            self.state.word()
        }
    }

    /// Whether it failed, and somebody still wants it.
    pub fn has_failed(&self) -> bool {
        let failed = [PartState::Dead, PartState::Waiting, PartState::Held];
        failed.contains(&self.state) && !self.rests()
    }

    /// Whether it is open and rests, since its rule was removed.
    pub fn rests(&self) -> bool {
        self.asleep && self.state.is_open()
    }
}

/// A part that waits after a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingPart {
    /// Its id for receivers.
    pub uid: String,
    /// The delivery's id.
    pub delivery: String,
    /// The subject of its items.
    pub subject: Name,
    /// What runs.
    pub action: ActionName,
    /// The recipient; empty where the action has but one.
    pub recipient: String,
    /// How many items it is about.
    pub item_count: usize,
    /// How often it was tried.
    pub attempts: u32,
    /// When it may be tried.
    pub due_at: Nanos,
    /// What its last attempt failed with.
    pub error: String,
    /// What that printed, where it was short; else the engine has it.
    pub said: Option<Vec<u8>>,
}

/// An attempt, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The part's id.
    pub part: String,
    /// Its number, from 1.
    pub number: u32,
    /// When it began.
    pub started_at: Nanos,
    /// When it ended.
    pub ended_at: Option<Nanos>,
    /// How it ended; `None` while it runs, or when its poll died.
    pub outcome: Option<String>,
    /// Whether it succeeded.
    pub success: bool,
    /// The bytes of output, before the cut.
    pub output: u64,
    /// The output itself, where it was short; else the engine has it.
    pub said: Option<Vec<u8>>,
    /// The id of the part that it was told together with: that one has the output.
    pub led_by: Option<String>,
}

/// A subject, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectRecord {
    /// Its key.
    pub id: SubjectId,
    /// Its name.
    pub name: Name,
    /// Items known, at most (numbers are never used again).
    pub last_seq: i64,
    /// When it was listed last.
    pub listed_at: Option<Nanos>,
    /// Its parent's listing holds it no more.
    pub gone: bool,
    /// An active rule names it.
    pub watched: bool,
    /// What its last scan failed with, and when that began.
    pub error: Option<(String, Nanos)>,
}

/// A position, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PositionRecord {
    /// The action.
    pub action: String,
    /// The last item that it was told of, as a number; 0 when none.
    pub told: i64,
    /// The items are not numbered: the position is one in a history, in the kind's own form.
    pub in_history: bool,
}

/// What a rule is owed of what was there when it met its subject, for the operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeetingRecord {
    /// The rule.
    pub rule: RuleId,
    /// The limit; `None` while it has not met its subject, nor inherited one.
    pub limit: Option<Limit>,
    /// It was added when its subject was known already.
    pub added: bool,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Active rules.
    pub rules: usize,
    /// Watched subjects.
    pub subjects: usize,
    /// Watched subjects that are gone.
    pub gone: usize,
    /// Known items.
    pub items: usize,
    /// Parts that were never tried.
    pub owed: usize,
    /// Parts that run.
    pub running: usize,
    /// Parts that wait after a failure.
    pub waiting: usize,
    /// Parts that are held back.
    pub held: usize,
    /// Parts that were given up.
    pub dead: usize,
    /// Open parts whose rule was removed.
    pub asleep: usize,
}

/// What was forgotten of a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Items.
    pub items: usize,
    /// Open parts of deliveries that were dropped.
    pub dropped: usize,
    /// Lines that a person took out, and that may be added again.
    pub lines: usize,
    /// Positions in its history: what actions were told of it.
    pub positions: usize,
}

/// Where a position is moved back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayFrom {
    /// Everything is told again.
    Start,
    /// What comes after this item of the subject is told again.
    After(Name),
    /// What was detected at or after this time is told again.
    Since(Nanos),
    /// What this delivery and the later ones told is told again.
    Delivery(String),
}
