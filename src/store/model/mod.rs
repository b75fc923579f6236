//! What the state is made of, as the rest of larch sees it.

mod history;
mod journal;
mod keys;
mod outbox;
mod rules;
mod scan;

pub use history::{Again, HistoryScan, ReadVersion, Reader, ToldHistory, Unit};
pub use journal::{
    ArchiveSummary, AttemptRecord, Counts, DeliveryRecord, Filter, Forgotten, MeetingRecord,
    PartRecord, PositionRecord, ReplayFrom, SubjectRecord, WaitingPart, telling,
};
pub use keys::{ArchiveId, AttemptId, LaneId, PartId, RuleId, SubjectId};
pub use outbox::{
    Bid, Claim, Claimed, Division, LeftOver, OpenPart, PartState, Settled, Settlement, Tried,
    Urgency,
};
pub use rules::{Condition, PendingLine, RuleChanges, RuleState, RulesFile, StoredRule};
pub use scan::{ArchiveRow, HostTrouble, Recorded, ScanPolicy, SubjectScan, Watched};
