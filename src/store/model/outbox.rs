//! What is owed, and who runs it.

use super::keys::{AttemptId, LaneId, PartId};
use crate::action::{Gathered, Item, Share, Style};
use crate::clock::Nanos;
use crate::name::Name;
use crate::rules::ActionName;

/// The state of a part of a delivery. Those up to `Held` are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartState {
    /// Not tried yet.
    Owed,
    /// Claimed by a process.
    Running,
    /// Failed, and to be tried again.
    Waiting,
    /// Held back until a person decides.
    Held,
    /// Succeeded.
    Done,
    /// Given up.
    Dead,
    /// Dropped by a person.
    Dropped,
}

impl PartState {
    /// Every state, by the number it is stored as.
    pub const ALL: [Self; 7] = [
        Self::Owed,
        Self::Running,
        Self::Waiting,
        Self::Held,
        Self::Done,
        Self::Dead,
        Self::Dropped,
    ];

    /// Whether it has not ended.
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::Owed | Self::Running | Self::Waiting | Self::Held
        )
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Owed => "owed",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
        }
    }
}

/// What of the open parts needs attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is asked for by itself")]
pub struct Urgency {
    /// Something may be tried now, or is claimed by somebody who may be dead.
    pub due: bool,
    /// Something waits after a failure.
    pub waiting: bool,
    /// Something is held until a person decides.
    pub held: bool,
    /// When the last of what waits is due.
    pub last_due: Nanos,
    /// Something is due later that was made later than now: the clock was set back.
    pub is_of_the_future: bool,
}

/// An open part as the queue sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenPart {
    /// Its key.
    pub id: PartId,
    /// Its lane.
    pub lane: LaneId,
    /// The lane's subject.
    pub subject: Name,
    /// What runs.
    pub action: ActionName,
    /// Whom it is told to; empty for a whole delivery, which may have to be divided.
    pub recipient: String,
    /// How it is told.
    pub style: Style,
    /// Its state.
    pub state: PartState,
    /// When it may be tried.
    pub due_at: Nanos,
    /// Who runs it.
    pub claim: Option<String>,
    /// For levels above the revision, the names of its items: what waits for them.
    pub announces: Vec<Name>,
}

/// What somebody wants to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    /// The part.
    pub part: PartId,
    /// Parts of the same recipient and style that are to be told together with it, in the order of
    /// delivery; those that are not to be had are left out.
    pub with: Vec<PartId>,
    /// It is told together with whatever else there is for its recipient.
    pub gathers: bool,
    /// What comes before it in its lane must have ended.
    pub is_ordered: bool,
}

/// A claimed part, with all that its attempt needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Its attempt.
    pub own: Tried,
    /// The attempt's number, from 1.
    pub number: u32,
    /// Its lane.
    pub lane: LaneId,
    /// The subject of its items.
    pub subject: Name,
    /// What runs.
    pub action: ActionName,
    /// Whom it is told to; empty for a whole delivery.
    pub recipient: String,
    /// How it is told.
    pub style: Style,
    /// Its items, oldest first.
    pub items: Vec<Item>,
    /// What was claimed with it, to be told and settled together.
    pub gathered: Vec<Gathered>,
    /// The attempts of what was claimed with it, in the same order.
    pub others: Vec<Tried>,
}

/// A part that is being tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its key.
    pub part: PartId,
    /// Its id for receivers, the same over all attempts.
    pub uid: String,
    /// The attempt that the claim began.
    pub attempt: AttemptId,
    /// When its first attempt began.
    pub first_attempt_at: Nanos,
    /// An attempt before this one failed.
    pub has_failed: bool,
}

/// A whole delivery, and the parts that take its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// The part that is the whole delivery.
    pub whole: PartId,
    /// The lane that it was in when its action was asked.
    pub lane: LaneId,
    /// What takes its place, in their order; with none, the delivery is done.
    pub shares: Vec<Share>,
}

/// What came of asking for a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is ours.
    Ours(Box<Claimed>),
    /// It is not to be had any more: look at the queue again.
    Taken,
    /// As many actions run as may.
    Full,
}

/// An attempt whose process died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// The part.
    pub part: PartId,
    /// The part's id for receivers.
    pub uid: String,
}

/// How an attempt ended, and what follows for its part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// What follows.
    pub state: PartState,
    /// When a waiting part may be tried again.
    pub due_at: Nanos,
    /// How the attempt ended, in words.
    pub outcome: String,
    /// The attempt's end.
    pub at: Nanos,
    /// The bytes of output, before the cut.
    pub output: u64,
    /// The output itself, where it is short: then it is kept with the attempt, and in no file.
    pub said: Option<Vec<u8>>,
}

/// A settlement, and of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The part.
    pub part: PartId,
    /// The attempt that has ended.
    pub attempt: AttemptId,
    /// What follows.
    pub settlement: Settlement,
}
